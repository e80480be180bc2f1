"""The lasso with a block of your own: minimise ½‖Ax − b‖² + λ‖x‖₁."""

import numpy as np
from numpy.typing import NDArray

from admmlearn import Coordinator, prox

Array = NDArray[np.float64]


class L1:
    """λ‖x‖₁."""

    def __init__(self, weight: float) -> None:
        self.weight = weight

    def prox(self, v: Array, rho: float) -> Array:
        return np.sign(v) * np.maximum(np.abs(v) - self.weight / rho, 0.0)


rng = np.random.default_rng(0)
A = rng.normal(size=(40, 100))
b = A[:, :3] @ [3.0, -2.0, 1.0] + 0.1 * rng.normal(size=40)

admm = Coordinator(L1(4.0), prox.least_squares(A, b), np.zeros(100), rho=10.0, tolerance=1e-8)
result = admm.run()
x = result.x
print(result.status, result.record)
print("support:", np.flatnonzero(x))

# The optimality condition of the lasso: |Aᵀ(b − Ax)| ≤ λ, with equality on the support.
slope = A.T @ (b - A @ x)
assert result.status == "converged"
assert np.all(np.abs(slope) <= 4.0 + 1e-5)
assert np.allclose(slope[x != 0], 4.0 * np.sign(x[x != 0]), atol=1e-5)
