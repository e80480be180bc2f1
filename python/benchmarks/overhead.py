"""The cost of an iteration of the coordinator with two Python blocks of size 1000, beside the callbacks.

    python benchmarks/overhead.py

Two blocks of Rust with the same functions show what of it is the coordinator's.
"""

import time

import numpy as np

from admmlearn import Coordinator, accelerate, penalty, prox

SIZE, ITERATIONS, WEIGHT = 1000, 900, 1e-3


class Near:
    """w/2 ‖x − a‖²: with a small w, ADMM comes to its end slowly."""

    spent = 0.0

    def __init__(self, a):
        self.a = a

    def prox(self, v, rho):
        began = time.process_time()
        answer = (rho * v + WEIGHT * self.a) / (rho + WEIGHT)
        Near.spent += time.process_time() - began
        return answer


def seconds(f, g, acceleration):
    """The seconds of processor time of an iteration, which other programs disturb less than the clock."""
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
    began = time.process_time()
    admm.run()
    return (time.process_time() - began) / admm.record.iteration, admm.record.iteration


def main():
    a, b = np.random.default_rng(0).normal(size=(2, SIZE))
    near = [prox.scaled(WEIGHT, prox.translated(prox.squared_l2(), point)) for point in (a, b)]
    for name, acceleration in (("plain", accelerate.none()), ("default", accelerate.phased())):
        Near.spent = 0.0
        python, iterations = seconds(Near(a), Near(b), acceleration)
        callbacks = Near.spent / iterations
        rust, _ = seconds(*near, acceleration)
        beside = python - callbacks
        print(
            f"{name}: {python * 1e6:.0f} µs an iteration, {callbacks * 1e6:.0f} of them in the callbacks; "
            f"{rust * 1e6:.0f} µs with Rust's blocks; {(beside - rust) * 1e6:.0f} µs for Python beside the callbacks"
        )


if __name__ == "__main__":
    main()
