"""Three problems that the tutorials of pyproximal and scico state, beside theirs: the time to a relative gap of 1e-6.

    pip install pyproximal==0.13.0 scico==0.0.7
    python benchmarks/peers.py [lasso | denoising | consensus]

Seconds of processor time on one thread, the median of five runs in one process. Building the problem is within. JAX
compiles in the first run. The clock stands still while the objective of an iterate is computed. The optimal value is
that of a run of ours to a tolerance of 1e-10, and no other run comes below it.
"""

import importlib.metadata
import os
import platform
import statistics
import sys
import time
import warnings

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
os.environ.update({"JAX_PLATFORMS": "cpu", "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"})

import numpy as np
from scipy.fft import dctn, idctn

from admmlearn import Coordinator, Solved, accelerate, consensus, operators, penalty, prox, stop, through

RUNS, GAP, LONGEST = 5, 1e-6, 60.0
MANY = 10**7


class Reached(Exception):
    """The end of a run whose iterate is as good as asked for."""


class Clock:
    """The processor time of a run, which ends when an iterate has the gap."""

    def __init__(self, value, best):
        self.value, self.best, self.iteration, self.next, self.aside = value, best, 0, 1, 0.0
        self.first, self.seconds, self.began = None, None, time.process_time()

    def look(self, x):
        """Called after each iteration. All of the first 20 are judged, and every twentieth part of the run after them."""
        self.iteration += 1
        entered = time.process_time()
        spent = entered - self.began - self.aside
        self.first = self.first or spent
        if self.iteration < self.next:
            return
        value = self.value(np.asarray(x))
        assert value > self.best - 1e-9 * abs(self.best), "a value below the optimal one"
        if value - self.best <= GAP * abs(self.best):
            self.seconds = spent
        if self.seconds or spent > LONGEST:
            raise Reached
        self.next = self.iteration + max(1, self.iteration // 20)
        self.aside += time.process_time() - entered


def run(admm, look):
    admm.run(lambda moment: look(moment.z))


OURS = {"tolerance": 1e-10, "stop": stop.residuals(), "max_iter": 100_000, "patience": 100_000}
# With ρ by hand, as for the others.
BY_HAND = {"penalty": penalty.fixed(), "acceleration": accelerate.none()}


class Lasso:
    """½‖Ax − b‖² + λ‖x‖₁ with 300×1000 numbers, λ = ‖Aᵀb‖∞ / 10."""

    def __init__(self):
        rng = np.random.default_rng(0)
        self.A = rng.normal(size=(300, 1000))
        self.A /= np.linalg.norm(self.A, axis=0)
        truth = rng.normal(size=1000) * (rng.random(1000) < 0.02)
        self.b = self.A @ truth + 0.03 * rng.normal(size=300)
        self.weight = 0.1 * np.abs(self.A.T @ self.b).max()

    def value(self, x):
        return 0.5 * np.sum((self.A @ x - self.b) ** 2) + self.weight * np.abs(x).sum()

    def lipschitz(self):
        v = np.random.default_rng(0).normal(size=1000)
        for _ in range(20):
            v = self.A.T @ (self.A @ (v / np.linalg.norm(v)))
        return 1.05 * float(np.linalg.norm(v))

    def ours(self, look):
        """admm-learn: least squares and l1"""
        run(Coordinator(prox.least_squares(self.A, self.b), prox.scaled(self.weight, prox.l1()), np.zeros(1000), **OURS), look)

    def pyproximal_admm(self, look):
        """pyproximal: ADMM, factorised"""
        loss = pp.L2(Op=pylops.MatrixMult(self.A), b=self.b, densesolver="factorize")
        seen = {"callbackz": True, "callback": lambda x, z: look(z)}
        primal.ADMM(loss, pp.L1(sigma=self.weight), x0=np.zeros(1000), tau=1.0, niter=MANY, **seen)

    def pyproximal_anderson(self, look):
        """pyproximal: Anderson's proximal gradient"""
        loss, step = pp.L2(Op=pylops.MatrixMult(self.A), b=self.b), 0.99 / self.lipschitz()
        norm, more = pp.L1(sigma=self.weight), {"nhistory": 10, "niter": MANY, "callback": look}
        primal.AndersonProximalGradient(loss, norm, x0=np.zeros(1000), tau=step, **more)

    def scico_admm(self, look):
        """scico: ADMM, factorised"""
        loss = sc.loss.SquaredL2Loss(y=sc.numpy.array(self.b), A=sc.linop.MatrixOperator(sc.numpy.array(self.A)))
        solve(
            sc.optimize.ADMM,
            lambda solver: look(solver.z_list[0]),
            f=loss,
            g_list=[self.weight * sc.functional.L1Norm()],
            C_list=[sc.linop.Identity((1000,), input_dtype=np.float64)],
            rho_list=[1.0],
            x0=sc.numpy.zeros(1000, dtype=np.float64),
            subproblem_solver=sc.optimize.admm.MatrixSubproblemSolver(solve_kwargs={"cho_factor": True}),
        )

    def scico_gradient(self, look):
        """scico: accelerated proximal gradient"""
        loss = sc.loss.SquaredL2Loss(y=sc.numpy.array(self.b), A=sc.linop.MatrixOperator(sc.numpy.array(self.A)))
        norm, x0 = self.weight * sc.functional.L1Norm(), sc.numpy.zeros(1000, dtype=np.float64)
        solve(sc.optimize.AcceleratedPGM, lambda solver: look(solver.x), f=loss, g=norm, L0=self.lipschitz(), x0=x0)


class Denoising:
    """½‖x − b‖² + λ‖Dx‖₁ for an image of 256×256 pixels, D their differences, λ = 0.1."""

    def __init__(self):
        n = self.n = 256
        row, column = np.mgrid[:n, :n]
        image = ((row // 32 + column // 48) % 3) / 2 + ((row - n / 2) ** 2 + (column - n / 3) ** 2 < (n / 5) ** 2)
        self.b, self.weight = image + 0.1 * np.random.default_rng(0).normal(size=(n, n)), 0.1

    def differences(self, x):
        return np.concatenate([np.diff(x, axis=0).ravel(), np.diff(x, axis=1).ravel()])

    def value(self, x):
        x = x.reshape(self.n, self.n)
        return 0.5 * np.sum((x - self.b) ** 2) + self.weight * np.abs(self.differences(x)).sum()

    def ours(self, look, by=BY_HAND):
        """admm-learn: a block of one's own, solved by cosines"""
        n, differences = self.n, self.differences
        eigenvalues = 2 - 2 * np.cos(np.pi * np.arange(n) / n)
        eigenvalues = eigenvalues[:, None] + eigenvalues

        class Near:
            def image(block, x):
                return differences(x)

            def argmin(block, x, v, rho, tol):
                down, right = v[: n * (n - 1)].reshape(n - 1, n), v[n * (n - 1) :].reshape(n, n - 1)
                adjoint = -np.diff(down, axis=0, prepend=0, append=0) - np.diff(right, axis=1, prepend=0, append=0)
                spectrum = dctn(self.b + rho * adjoint, norm="ortho") / (1 + rho * eigenvalues)
                return Solved(idctn(spectrum, norm="ortho"), 0.0)

        start = self.differences(self.b)
        admm = Coordinator(Near(), prox.scaled(self.weight, prox.l1()), self.b, start, rho=10.0, relaxation=1.8, **OURS, **by)
        admm.run(lambda moment: look(moment.x))

    def optimum(self, look):
        self.ours(look, {})

    def ours_linearised(self, look):
        """admm-learn: through the operator, linearised"""
        gradient = operators.image_gradient(self.n, self.n)
        near = through(prox.translated(prox.squared_l2(), self.b), gradient)
        admm = Coordinator(near, prox.scaled(self.weight, prox.l1()), self.b, gradient.apply(self.b), rho=5.0, **OURS, **BY_HAND)
        admm.run(lambda moment: look(moment.x))

    def pyproximal_linearised(self, look):
        """pyproximal: linearised ADMM"""
        D = pylops.Gradient(dims=self.b.shape, edge=False, kind="forward", dtype="float64")
        more = {"x0": self.b.ravel().copy(), "tau": 0.2, "mu": 0.2 * 0.99 / 8, "niter": MANY, "callback": look}
        primal.LinearizedADMM(pp.L2(b=self.b.ravel()), pp.L1(sigma=self.weight), D, **more)

    def pyproximal_dual(self, look):
        """pyproximal: adaptive primal-dual"""
        D = pylops.Gradient(dims=self.b.shape, edge=False, kind="forward", dtype="float64")
        more = {"x0": self.b.ravel().copy(), "tau": 0.35, "mu": 0.35, "niter": MANY, "callback": lambda x, *_: look(x)}
        primaldual.AdaptivePrimalDual(pp.L2(b=self.b.ravel()), pp.L1(sigma=self.weight), D, **more)

    def scico_linearised(self, look):
        """scico: proximal ADMM"""
        b = sc.numpy.array(self.b)
        solve(
            sc.optimize.ProximalADMM,
            lambda solver: look(solver.x),
            f=sc.loss.SquaredL2Loss(y=b),
            g=self.weight * sc.functional.L1Norm(),
            A=sc.linop.FiniteDifference(b.shape, np.float64, append=0),
            rho=5.0,
            mu=8.05,
            nu=1.0,
            x0=b,
        )


class Consensus:
    """Σᵢ ½‖Aᵢx − bᵢ‖² + λ‖x‖₁ over 20 shards of 100 samples with 200 features, λ = 5."""

    shards, weight = 20, 5.0

    def __init__(self):
        rng = np.random.default_rng(0)
        self.A = rng.normal(size=(self.shards, 100, 200))
        truth = rng.normal(size=200) * (rng.random(200) < 0.2)
        self.b = self.A @ truth + rng.normal(size=(self.shards, 100))

    def value(self, x):
        return 0.5 * np.sum((self.A @ x - self.b) ** 2) + self.weight * np.abs(x).sum()

    def ours(self, look):
        """admm-learn: consensus"""
        blocks = [prox.least_squares(A, b) for A, b in zip(self.A, self.b)]
        run(consensus(blocks, prox.scaled(self.weight, prox.l1()), np.zeros(200), rho=100.0, **OURS), look)

    def pyproximal_consensus(self, look):
        """pyproximal: consensus ADMM, factorised"""
        losses = [
            pp.L2(Op=pylops.MatrixMult(A), b=b, densesolver="factorize") for A, b in zip(self.A, self.b)
        ]
        functions = [*losses, pp.L1(sigma=self.weight)]
        primal.ConsensusADMM(functions, x0=np.zeros(200), tau=0.005, niter=MANY, callback=look)

    def scico_consensus(self, look):
        """scico: ADMM, one constraint for each shard"""
        more = {"prox_kwargs": {"maxiter": 300, "tol": 1e-9}}
        losses = [
            sc.loss.SquaredL2Loss(y=sc.numpy.array(b), A=sc.linop.MatrixOperator(sc.numpy.array(A)), **more)
            for A, b in zip(self.A, self.b)
        ]
        solve(
            sc.optimize.ADMM,
            lambda solver: look(solver.z_list[-1]),
            f=None,
            g_list=[*losses, self.weight * sc.functional.L1Norm()],
            C_list=[sc.linop.Identity((200,), input_dtype=np.float64)] * (self.shards + 1),
            rho_list=[100.0] * (self.shards + 1),
            x0=sc.numpy.zeros(200, dtype=np.float64),
            subproblem_solver=sc.optimize.admm.LinearSubproblemSolver(),
        )


def solve(solver, look, **options):
    """Runs a solver of scico without its statistics, which cost an objective in each iteration."""
    made = solver(maxiter=MANY, itstat_options={"display": False}, **options)
    made.itstat_insert_func = lambda _: ()
    made.itstat_object = type("Nothing", (), {"insert": lambda *_: None, "end": lambda *_: None})()
    made.solve(callback=look)


def best(problem):
    """The optimal value, to about 1e-10."""
    last = []
    getattr(problem, "optimum", problem.ours)(lambda x: last.__setitem__(slice(None), [np.asarray(x)]))
    return problem.value(last[0])


def report(problem):
    print(f"\n{problem.__doc__}\n\n| Method | Seconds | of them to the end of the first iteration | Iterations |")
    print("|---|---|---|---|")
    optimal = best(problem)
    for name, method in vars(type(problem)).items():
        if not name.startswith(("ours", "pyproximal", "scico")):
            continue
        clocks = []
        for _ in range(RUNS):
            clock = Clock(problem.value, optimal)
            try:
                method(problem, clock.look)
            except Reached:
                pass
            clocks.append(clock)
            if clock.seconds is None:
                break
        middle = statistics.median_low([clock.seconds or np.inf for clock in clocks])
        chosen = next(clock for clock in clocks if (clock.seconds or np.inf) == middle)
        seconds = f"{middle:.3f}" if chosen.seconds else f"not in {LONGEST:.0f}"
        print(f"| {method.__doc__} | {seconds} | {chosen.first:.3f} | {chosen.iteration} |", flush=True)


if __name__ == "__main__":
    try:
        import jax
        import pylops
        import pyproximal as pp
        import scico as sc
        import scico.functional
        import scico.linop
        import scico.loss
        import scico.numpy
        import scico.optimize.admm
        from pyproximal.optimization import primal, primaldual
    except ImportError as error:
        sys.exit(f"{error}: pip install pyproximal==0.13.0 scico==0.0.7")
    warnings.simplefilter("ignore")
    jax.config.update("jax_enable_x64", True)
    packages = ("admm-learn", "pyproximal", "pylops", "scico", "jax", "numpy", "scipy")
    print(", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages), platform.processor())
    problems = {"lasso": Lasso, "denoising": Denoising, "consensus": Consensus}
    for name in sys.argv[1:] or problems:
        report(problems[name]())
