"""A layer with its own rule on orthonormal columns, and a second loss that the layer shares by ADMM.

W follows Oja's rule for the variance it keeps. V, the same weights seen by the second loss, follows its gradient.
"""

import numpy as np
from numpy.typing import NDArray

from admmlearn import Coordinator, descent, sets, steps

Array = NDArray[np.float64]


class Oja:
    """The rule ΔW = 2λ ΣW, which the set makes tangent and orthonormal."""

    def __init__(self, covariance: Array, weight: float) -> None:
        self.covariance, self.weight = covariance / np.trace(covariance), weight

    def value(self, W: Array) -> float:
        return self.weight * float(1 - np.trace(W.T @ self.covariance @ W))

    def direction(self, W: Array, memory: dict[str, int]) -> Array:
        memory["calls"] = memory.get("calls", 0) + 1
        move: Array = 2 * self.weight * self.covariance @ W
        return move


class Target:
    """½‖Vᵀa − t‖², a loss that knows nothing of the rule."""

    def __init__(self, a: Array, t: Array) -> None:
        self.a, self.t = a, t

    def value_and_gradient(self, V: Array) -> tuple[float, Array]:
        gap = V.T @ self.a - self.t
        return 0.5 * float(gap @ gap), np.outer(self.a, gap)


rng = np.random.default_rng(0)
X = rng.normal(size=(500, 6)) * [3, 2, 1, 1, 1, 1]
rule = Oja(np.cov(X.T), weight=0.5)
loss = Target(rng.normal(size=6) / 3, np.array([0.3, -0.3]))
W0 = np.linalg.qr(rng.normal(size=(6, 2)))[0]

f = steps(rule, on=sets.stiefel(), lipschitz=1.0)
admm = Coordinator(f, descent(loss), W0, rho=2.0, tolerance=1e-7)
result = admm.run()
W = result.x
print(result.status, result.record)
print("WᵀW − I:", np.abs(W.T @ W - np.eye(2)).max(), " W − V:", np.abs(W - result.z).max())
print(result.certificate)

# The gradient of both losses together has no part along the set.
gradient = loss.value_and_gradient(W)[1] - rule.direction(W, {})
tangent = sets.stiefel().tangent(W, gradient)
assert result.status == "converged"
assert np.linalg.norm(tangent) < 1e-5
