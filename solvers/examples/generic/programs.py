"""Quadratic programs of the kinds of Stellato et al. (2020, Appendix A), by this library and by OSQP, one thread each.

    pip install osqp==1.1.3 scipy numpy
    cargo build --release -p admm-solvers --example generic
    python programs.py BINARY [small | portfolio | large]

Both have a relative tolerance of 1e-6, and OSQP an absolute one of 1e-6 as well. The times are CPU seconds of one thread,
from the data to the solution, the mean of as many runs as take 0.2 s. The residuals of both are computed here, each
relative to the largest of its terms: that of Ax within its bounds, that of Px + q + A'y, and the duality gap.
"""

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import osqp
import scipy.sparse as sp
from scipy.linalg import solve_discrete_are

INFINITY = np.inf
LEAST = 0.2


def sparse(draw, rows, columns, share=0.15):
    return sp.random(rows, columns, density=share, format="csc", data_rvs=draw.standard_normal, rng=draw)


def gram(draw, n):
    root = sparse(draw, n, n)
    return root @ root.T + 1e-2 * sp.eye(n)


def random(draw, n):
    m = 10 * n
    return gram(draw, n), draw.standard_normal(n), sparse(draw, m, n), -draw.random(m), draw.random(m)


def equalities(draw, n):
    a = sparse(draw, n // 2, n)
    b = a @ draw.standard_normal(n)
    return gram(draw, n), draw.standard_normal(n), a, b, b


def portfolio(draw, factors, assets=None):
    n = assets or 100 * factors
    f = sparse(draw, n, factors, 0.5)
    p = sp.block_diag([2 * sp.diags(draw.random(n) * np.sqrt(factors)), 2 * sp.eye(factors)])
    a = sp.bmat([[f.T, -sp.eye(factors)], [np.ones((1, n)), None], [sp.eye(n), None]])
    lower = np.r_[np.zeros(factors), 1, np.zeros(n)]
    upper = np.r_[np.zeros(factors), 1, np.full(n, INFINITY)]
    return p, np.r_[-draw.standard_normal(n), np.zeros(factors)], a, lower, upper


def lasso(draw, n):
    m = 100 * n
    a = sparse(draw, m, n)
    b = a @ (draw.standard_normal(n) / np.sqrt(n) * (draw.random(n) < 0.5)) + draw.standard_normal(m)
    none, unit = sp.csc_matrix((n, n)), sp.eye(n)
    p = sp.block_diag([none, 2 * sp.eye(m), none])
    q = np.r_[np.zeros(n + m), np.full(n, np.abs(a.T @ b).max() / 5)]
    rows = sp.bmat([[a, -sp.eye(m), None], [unit, None, -unit], [unit, None, unit]])
    return p, q, rows, np.r_[b, np.full(n, -INFINITY), np.zeros(n)], np.r_[b, np.zeros(n), np.full(n, INFINITY)]


def support_vectors(draw, n):
    m = 100 * n
    side = np.where(np.arange(m) < m // 2, 1.0, -1.0)
    a = sparse(draw, m, n).tocoo()
    a.data = a.data / np.sqrt(n) + side[a.row] / n
    p = sp.block_diag([sp.eye(n), sp.csc_matrix((m, m))])
    rows = sp.bmat([[sp.diags(side) @ a, -sp.eye(m)], [None, sp.eye(m)]])
    lower = np.r_[np.full(m, -INFINITY), np.zeros(m)]
    return p, np.r_[np.zeros(n), np.ones(m)], rows, lower, np.r_[np.full(m, -1.0), np.full(m, INFINITY)]


def huber(draw, n):
    m = 100 * n
    a = sparse(draw, m, n)
    noise = np.where(draw.random(m) < 0.05, 10 * draw.random(m), draw.standard_normal(m) / 4)
    b = a @ (draw.standard_normal(n) / np.sqrt(n)) + noise
    p = sp.block_diag([sp.csc_matrix((n, n)), 2 * sp.eye(m), sp.csc_matrix((2 * m, 2 * m))])
    unit = sp.eye(m)
    rows = sp.bmat([[a, -unit, -unit, unit], [None, None, unit, None], [None, None, None, unit]])
    q = np.r_[np.zeros(n + m), np.full(2 * m, 2.0)]
    return p, q, rows, np.r_[b, np.zeros(2 * m)], np.r_[b, np.full(2 * m, INFINITY)]


def control(draw, states, steps=10):
    inputs = max(states // 2, 1)
    a = np.eye(states) + 0.01 * draw.standard_normal((states, states))
    a /= max(1.0, np.abs(np.linalg.eigvals(a)).max())
    b = draw.standard_normal((states, inputs))
    cost = np.where(draw.random(states) < 0.7, 10 * draw.random(states), 0.0)
    last = solve_discrete_are(a, b, np.diag(cost + 1e-9), 0.1 * np.eye(inputs))
    most_input, most_state = np.full(inputs, 0.1 * draw.random()), 1 + draw.random(states)
    start = (draw.random(states) - 0.5) * most_state
    stages = sp.kron(sp.eye(steps), sp.diags(cost))
    p = sp.block_diag([stages, sp.csc_matrix((last + last.T) / 2), sp.kron(sp.eye(steps), 0.1 * sp.eye(inputs))])
    moves = sp.kron(sp.eye(steps + 1), -sp.eye(states)) + sp.kron(sp.eye(steps + 1, k=-1), a)
    pushes = sp.kron(sp.vstack([sp.csc_matrix((1, steps)), sp.eye(steps)]), b)
    rows = sp.vstack([sp.hstack([moves, pushes]), sp.eye(p.shape[0])])
    equal = np.r_[-start, np.zeros(steps * states)]
    bound = np.r_[np.tile(most_state, steps + 1), np.tile(most_input, steps)]
    return p, np.zeros(p.shape[0]), rows, np.r_[equal, -bound], np.r_[equal, bound]


SIZES = {
    random: (10, 20, 30, 50, 80, 120, 200, 250),
    equalities: (20, 50, 100, 200, 300, 500, 700),
    portfolio: (1, 2, 3, 5, 8, 10, 15),
    lasso: (2, 4, 6, 8, 10, 15, 20),
    support_vectors: (2, 4, 6, 8, 10, 15, 20),
    huber: (2, 4, 6, 8, 10, 15, 20),
    control: (2, 4, 6, 10, 14, 20, 30),
}


def programs(which):
    """The programs of a group, with their names: 50 small ones, the portfolio of 500 assets, or seven of 1e5 entries."""
    if which == "small":
        kinds = list(SIZES)
        chosen = [(kinds[i % 7], (SIZES[kinds[i % 7]][i // 7],), i) for i in range(50)]
    elif which == "portfolio":
        chosen = [(portfolio, (5,), 500), (portfolio, (50, 500), 501)]
    else:
        sizes = (250, 300, 40, 70, 70, 70, 66)
        chosen = [(kind, (size,), 1000) for kind, size in zip(SIZES, sizes)]
    for kind, size, seed in chosen:
        p, q, a, lower, upper = kind(np.random.default_rng(seed), *size)
        yield f"{kind.__name__} {size}", (sp.csc_matrix(p), q, sp.csc_matrix(a), lower, upper)


def written(program):
    p, q, a, lower, upper = program
    parts = [struct.pack("<4Q", len(q), len(lower), p.nnz, a.nnz)]
    for matrix in (p, a):
        matrix.sort_indices()
        parts += [matrix.indptr.astype("<u8"), matrix.indices.astype("<u8"), matrix.data.astype("<f8")]
    return b"".join(bytes(part) for part in parts + [np.asarray(v, "<f8") for v in (q, lower, upper)])


def by_ours(binary, chosen):
    """Seconds, iterations, status, x and y of each program."""
    with tempfile.TemporaryDirectory() as folder:
        files = [str(Path(folder, name)) for name in ("programs", "solutions")]
        Path(files[0]).write_bytes(struct.pack("<Q", len(chosen)) + b"".join(written(program) for program in chosen))
        told = subprocess.run([binary, "--programs", *files], check=True, capture_output=True, text=True).stdout
        numbers = np.fromfile(files[1], "<f8")
    for line, (_, q, _, lower, _) in zip(told.splitlines(), chosen):
        (x, y), numbers = np.split(numbers[: len(q) + len(lower)], [len(q)]), numbers[len(q) + len(lower) :]
        seconds, iterations, status = line.split()
        yield float(seconds), int(iterations), status, x, y


def by_osqp(program):
    p, q, a, lower, upper = program
    begun, count = time.process_time(), 0
    while count == 0 or time.process_time() - begun < LEAST:
        solver = osqp.OSQP()
        bounds = np.maximum(lower, -1e30), np.minimum(upper, 1e30)
        tolerance = {"eps_abs": 1e-6, "eps_rel": 1e-6, "max_iter": 1_000_000}
        solver.setup(sp.triu(p, format="csc"), q, a, *bounds, verbose=False, **tolerance)
        solved = solver.solve()
        count += 1
    return (time.process_time() - begun) / count, solved.info.iter, solved.info.status, solved.x, solved.y


def residual(program, x, y):
    """The largest of the relative residuals; infinite where a multiplier points at a bound that there is not."""
    p, q, a, lower, upper = program
    largest = lambda *parts: max(np.abs(part).max(initial=0.0) for part in parts)
    px, ax, aty = p @ x, a @ x, a.T @ y
    near = np.clip(ax, lower, upper)
    wrong = np.where(np.isinf(upper), np.maximum(y, 0), 0) - np.where(np.isinf(lower), np.minimum(y, 0), 0)
    if largest(wrong) > 1e-9 * largest(y):
        return INFINITY
    finite = lambda bound: np.where(np.isinf(bound), 0.0, bound)
    held = np.maximum(y, 0) @ finite(upper) + np.minimum(y, 0) @ finite(lower)
    terms = np.array([x @ px, q @ x, held])
    pairs = [(ax - near, (ax, near)), (px + q + aty, (px, q, aty)), (terms.sum(keepdims=True), (terms,))]
    return max(largest(left) / max(largest(*sizes), 1e-300) for left, sizes in pairs)


def main(binary, which="small"):
    names, chosen = zip(*programs(which))
    seconds = []
    print("| program | variables, rows, entries | ours: s, iterations, residual | OSQP | ratio |\n|---|---|---|---|---|")
    for name, program, ours in zip(names, chosen, by_ours(binary, chosen)):
        theirs = by_osqp(program)
        p, q, a, lower, _ = program
        seconds.append((ours[0], theirs[0]))
        cell = lambda end: f"{end[0]:.4f}, {end[1]}, {residual(program, *end[3:]):.0e} ({end[2]})"
        sizes = f"{len(q)}, {len(lower)}, {p.nnz + a.nnz}"
        print(f"| {name} | {sizes} | {cell(ours)} | {cell(theirs)} | {ours[0] / theirs[0]:.2f} |", flush=True)
    seconds = np.array(seconds)
    ratios = seconds[:, 0] / seconds[:, 1]
    totals = seconds.sum(0)
    print(f"all: {totals[0]:.2f} and {totals[1]:.2f} s, ratio {totals[0] / totals[1]:.2f}; of the ratios the median")
    print(f"{np.median(ratios):.2f}, nine of ten {np.quantile(ratios, 0.9):.2f}, the largest {ratios.max():.2f}")


main(*sys.argv[1:])
