"""What Python costs: a fit of 60,000×784 beside that of the program, and an iteration of the coordinator.

    ADMM_PROGRAM=admm python benchmarks/overhead.py

Medians of seven pairs, one after the other, of seconds of processor time on one thread: other programs disturb these
less than the clock. The blocks of the coordinator are in Python, of size 1000. What they cost is measured by calling
them alone. Without ADMM_PROGRAM there is no fit.
"""

import json
import os
import resource
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

# One thread, before numpy starts its own.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

import numpy as np

from admmlearn import Coordinator, SupervisedPCA, accelerate, penalty

PAIRS = 7
SIZE, ITERATIONS = 1000, 900
# So that it ends slowly, whatever mixes the iterates.
WEIGHT = np.logspace(-6, 2, SIZE)


class Near:
    """½ Σ wᵢ (xᵢ − aᵢ)²."""

    def __init__(self, a):
        self.a = a

    def prox(self, v, rho):
        return (rho * v + WEIGHT * self.a) / (rho + WEIGHT)


def microseconds(run, count):
    began = time.process_time()
    run()
    return (time.process_time() - began) / count * 1e6


def iteration(f, g, acceleration):
    """The microseconds of an iteration."""
    admm = Coordinator(
        f,
        g,
        np.zeros(SIZE),
        penalty=penalty.fixed(),
        acceleration=acceleration,
        tolerance=0.0,
        max_iter=ITERATIONS,
        patience=ITERATIONS,
    )
    spent = microseconds(admm.run, ITERATIONS)
    assert admm.record.iteration == ITERATIONS
    return spent


def call(blocks, v):
    """The microseconds of one call of each block."""

    def run():
        for _ in range(ITERATIONS):
            for block in blocks:
                block.prox(v, 1.0)

    return microseconds(run, ITERATIONS)


def coordinator():
    a, b = np.random.default_rng(0).normal(size=(2, SIZE))
    blocks = [Near(a), Near(b)]
    for name, acceleration in (("plain", accelerate.none()), ("Anderson", accelerate.anderson())):
        pairs = [(iteration(*blocks, acceleration), call(blocks, a)) for _ in range(PAIRS)]
        whole, callbacks = (statistics.median(figures) for figures in zip(*pairs))
        beside = statistics.median(whole - callbacks for whole, callbacks in pairs)
        print(
            f"{name}: {whole:.1f} µs an iteration, {callbacks:.1f} of them in the blocks, {beside:.1f} beside them",
            flush=True,
        )


def spent():
    return sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])


def fits(program):
    """The fits of the program read the files as well, which the arrays of Python have done before."""
    rng = np.random.default_rng(0)
    y = rng.integers(10, size=60_000)
    X = rng.normal(size=(60_000, 784))
    X[:, :20] += rng.normal(size=(10, 20))[y]
    pairs = []
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "x.npy", X)
        np.save(Path(folder) / "y.npy", y)
        flags = "--components 10 --method admm --tolerance 1e-4 --threads 1 --quiet --out run"
        for _ in range(PAIRS):
            before = spent()
            subprocess.run([program, "fit", "x.npy,y.npy", *flags.split()], cwd=folder, check=True, capture_output=True)
            alone, began = spent() - before, time.process_time()
            model = SupervisedPCA(10, tol=1e-4).fit(X, y)
            pairs.append((time.process_time() - began, alone))
        (summary,) = json.loads((Path(folder) / "run/summary.json").read_text())
    python, alone = (statistics.median(figures) for figures in zip(*pairs))
    ratio = statistics.median(python / alone for python, alone in pairs)
    print(
        f"fit: {python:.2f} s for {model.report_['passes']} passes; program {alone:.2f} s for {summary['passes']} "
        f"passes; ratio {ratio:.3f}"
    )


if __name__ == "__main__":
    coordinator()
    if "ADMM_PROGRAM" in os.environ:
        fits(os.environ["ADMM_PROGRAM"])
