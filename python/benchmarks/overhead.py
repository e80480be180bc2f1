"""The cost of an iteration of the coordinator with two Python blocks of size 1000, beside the callbacks.

    python benchmarks/overhead.py
"""

import time

import numpy as np

from admmlearn import Coordinator, accelerate, penalty, prox

SIZE, ITERATIONS = 1000, 5000


class Rotates:
    """The proximal operator of the indicator of a plane, and next to it: two of them agree slowly."""

    spent = 0.0

    def __init__(self, seed):
        self.normal = np.random.default_rng(seed).normal(size=SIZE)
        self.normal /= np.linalg.norm(self.normal)

    def prox(self, v, rho):
        began = time.perf_counter()
        answer = v - (self.normal @ v - 1.0) * self.normal
        Rotates.spent += time.perf_counter() - began
        return answer


def per_iteration(f, g, acceleration):
    rng = np.random.default_rng(0)
    admm = Coordinator(
        f,
        g,
        rng.normal(size=SIZE),
        penalty=penalty.fixed(),
        acceleration=acceleration,
        tolerance=1e-300,
        max_iter=ITERATIONS,
        patience=10 * ITERATIONS,
    )
    began, used = time.perf_counter(), time.process_time()
    iterations = admm.run().record and admm.record.iteration
    return (time.perf_counter() - began) / iterations, (time.process_time() - used) / iterations


rng = np.random.default_rng(1)
for name, acceleration in (("plain", accelerate.none()), ("the default, Anderson in phases", accelerate.phased())):
    Timed.spent = 0.0
    wall, used = per_iteration(Timed(rng.normal(size=SIZE)), Timed(rng.normal(size=SIZE)), acceleration)
    callbacks = Timed.spent / ITERATIONS
    named = per_iteration(prox.squared_l2(), prox.translated(prox.squared_l2(), rng.normal(size=SIZE)), acceleration)[1]
    print(f"{name}: {used * 1e6:.1f} µs an iteration, of which {callbacks * 1e6:.1f} in the callbacks; ", end="")
    print(f"{named * 1e6:.1f} µs with two blocks of Rust")
