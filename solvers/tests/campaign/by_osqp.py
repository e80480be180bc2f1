"""Solves programs by OSQP and prints a line each: its status and its iterations. Needs osqp, scipy and numpy.

Standard input has a line of JSON for each program: n, m, and P, q, A, l, u by columns; null is an infinity.
"""

import json
import sys

import numpy as np
import osqp
import scipy.sparse as sp

for line in sys.stdin:
    program = json.loads(line)
    n, m = program["n"], program["m"]
    p = sp.csc_matrix(np.triu(np.reshape(program["p"], (n, n), order="F")))
    a = sp.csc_matrix(np.reshape(program["k"], (m, n), order="F"))
    lower = np.array([-1e30 if bound is None else bound for bound in program["l"]])
    upper = np.array([1e30 if bound is None else bound for bound in program["u"]])
    solver = osqp.OSQP()
    solver.setup(
        p, np.array(program["q"]), a, lower, upper, verbose=False, max_iter=50_000,
        eps_abs=1e-9, eps_rel=1e-6, eps_prim_inf=1e-6, eps_dual_inf=1e-6,
    )
    info = solver.solve().info
    print(f"{info.status},{info.iter},{info.run_time}")
