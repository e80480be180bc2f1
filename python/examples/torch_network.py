"""The question in PyTorch: one layer has its own rule, and a classifier trains the whole network.

digits: 64 features → 32 hidden units → W: 2 components → 10 classes. W keeps the variance of the hidden units by its own
rule on orthonormal columns. The network follows the cross-entropy. ADMM makes both agree on W.
"""

import sys
import time

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from admmlearn import Coordinator, Result, Solved
from admmlearn.torch import TorchBlock

Array = NDArray[np.float64]
WEIGHT, RIDGE, STEPS = 0.5, 1e-3, 20


class Network(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.hidden = torch.nn.Linear(64, 32)
        self.reduce = torch.nn.Linear(32, 2, bias=False)
        self.classify = torch.nn.Linear(2, 10)

    def forward(self, x: torch.Tensor) -> Any:
        return self.classify(self.reduce(torch.tanh(self.hidden(x))))


class KeepVariance:
    """λ(1 − tr(WᵀΣW) / tr Σ) on orthonormal W, where Σ is the covariance of the hidden units as they are."""

    def __init__(self, network: Network, x: torch.Tensor) -> None:
        self.network, self.x = network, x

    def argmin(self, W: Array, v: Array, rho: float, tol: float) -> Solved:
        with torch.no_grad():
            covariance = np.cov(torch.tanh(self.network.hidden(self.x)).T.numpy())
        pull = 2 * WEIGHT * covariance / np.trace(covariance)
        for _ in range(STEPS):
            u, _, vt = np.linalg.svd(pull @ W + rho * v, full_matrices=False)
            W = u @ vt
        slope = rho * (W - v) - pull @ W
        return Solved(W, float(np.linalg.norm(slope - W @ (W.T @ slope + slope.T @ W) / 2)))


def fit(split: int, iterations: int = 100) -> tuple[float, Result]:
    X, labels = load_digits(return_X_y=True)
    parts: Any = train_test_split(X, labels, random_state=split, stratify=labels)
    train, test, y, y_test = parts
    mean, scale = train.mean(axis=0), train.std(axis=0) + (train.std(axis=0) == 0)
    x, x_test = (torch.from_numpy((part - mean) / scale) for part in (train, test))
    y = torch.from_numpy(y)
    torch.manual_seed(split)
    network = Network().double()

    def loss(network: Network) -> Any:
        ridge = sum((parameter**2).sum() for parameter in network.parameters() if parameter.ndim == 2)
        return (1 - WEIGHT) * (torch.nn.functional.cross_entropy(network(x), y) + RIDGE / 2 * ridge)

    block = TorchBlock(network, loss, coupled="reduce.weight", transposed=True)
    start = block.start()
    W = np.linalg.qr(block.image(start))[0]
    result = Coordinator(KeepVariance(network, x), block, W, start, rho=1.0, max_iter=iterations).run()
    block.load(result.z)
    with torch.no_grad():
        network.reduce.weight.copy_(torch.from_numpy(result.x.T))
        error = float((network(x_test).argmax(dim=1).numpy() != y_test).mean())
    return error, result


if __name__ == "__main__":
    torch.set_num_threads(1)
    errors = []
    for split in range(int(sys.argv[1]) if len(sys.argv) > 1 else 1):
        began = time.process_time()
        error, result = fit(split)
        errors.append(error)
        gap = np.abs(result.x.T @ result.x - np.eye(2)).max()
        seconds = time.process_time() - began
        print(f"split {split}: test error {error:.3f}, {result.status}, |WᵀW − I| {gap:.0e}, {seconds:.1f} s of one core")
        assert gap < 1e-10
    print(f"mean test error {np.mean(errors):.3f}")
    assert np.mean(errors) < 0.15
