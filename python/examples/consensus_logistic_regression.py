"""Logistic regression over shards that never meet: each shard is a block, and all agree on the weights."""

import numpy as np
from numpy.typing import NDArray

from admmlearn import consensus, prox

Array = NDArray[np.float64]


class Shard:
    """Σ log(1 + exp(−y xᵀw)) over the samples of one shard."""

    def __init__(self, X: Array, y: Array) -> None:
        self.X, self.y = X, y

    def value_and_gradient(self, w: Array) -> tuple[float, Array]:
        margins = self.y * (self.X @ w)
        return float(np.logaddexp(0, -margins).sum()), -self.X.T @ (self.y / (1 + np.exp(margins)))


rng = np.random.default_rng(0)
X = rng.normal(size=(600, 8))
truth = rng.normal(size=8)
y = np.where(X @ truth + rng.logistic(size=600) > 0, 1.0, -1.0)

shards = [Shard(X[rows], y[rows]) for rows in np.array_split(np.arange(600), 4)]
admm = consensus(shards, prox.squared_l2(), np.zeros(8), rho=10.0, tolerance=1e-7)
result = admm.run()
w = result.z
print(result.status, result.record)
print("weights:", w.round(3))

# The gradient of all samples together vanishes.
gradient = sum(shard.value_and_gradient(w)[1] for shard in shards) + w
assert result.status == "converged"
assert np.linalg.norm(gradient) < 1e-3
