"""Blocks of PyTorch, gradients by a rule, and retractions in place."""

import random
import subprocess
import sys
import time

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: .ci/python-torch installs it")

from admmlearn import Coordinator, sets  # noqa: E402
from admmlearn.torch import TorchBlock, custom_gradient, stiefel_, unit_norm_  # noqa: E402


def problem(**options):
    torch.manual_seed(0)
    x, y = torch.randn(40, 4), torch.arange(40) % 3
    module = torch.nn.Sequential(torch.nn.Linear(4, 2, bias=False), torch.nn.Linear(2, 3))
    loss = torch.nn.functional.cross_entropy
    block = TorchBlock(module, lambda m: loss(m(x), y), coupled="0.weight", transposed=True, **options)
    start = block.start()
    return block, Coordinator(sets.stiefel(), block, np.linalg.qr(block.image(start))[0], start, tolerance=1e-12)


@pytest.mark.parametrize("options", [{}, {"optimizer": lambda p: torch.optim.Adam(p, lr=1e-2), "steps": 5}])
def test_a_run_that_is_resumed_has_the_same_bits(options):
    block, whole = problem(**options)
    for _ in range(8):
        whole.step()
    _, first = problem(**options)
    for _ in range(3):
        first.step()
    _, second = problem(**options)
    second.resume(first.state())
    for _ in range(5):
        second.step()
    assert second.z.parameters.tobytes() == whole.z.parameters.tobytes()
    assert second.record.inner_residual is not None
    np.testing.assert_allclose(whole.x.T @ whole.x, np.eye(2), atol=1e-12)
    assert block.image(whole.z).shape == (4, 2)


RUN = """
import sys, numpy as np, torch
from admmlearn import Coordinator, sets
from admmlearn.torch import TorchBlock
torch.set_num_threads(1)
torch.manual_seed(0)
x, y = torch.randn(40, 4), torch.arange(40) % 3
module = torch.nn.Sequential(torch.nn.Linear(4, 2, bias=False), torch.nn.Linear(2, 3))
loss = torch.nn.functional.cross_entropy
optimizer = lambda p: torch.optim.Adam(p, lr=1e-2)
block = TorchBlock(
    module, lambda m: loss(m(x), y), coupled="0.weight", transposed=True, optimizer=optimizer, steps=5
)
start = block.start()
admm = Coordinator(
    sets.stiefel(), block, np.linalg.qr(block.image(start))[0], start, tolerance=1e-12, max_iter=300
)
admm.run(lambda moment: print(moment.record.iteration, flush=True), checkpoints=sys.argv[1], every=1)
print(admm.z.parameters.tobytes().hex())
"""


def test_a_run_that_is_killed_and_goes_on_ends_with_the_same_weights(tmp_path):
    def begun(folder):
        command = [sys.executable, "-c", RUN, str(tmp_path / folder)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    with begun("whole") as whole:
        expected = whole.stdout.readlines()[-1]
    for kill in range(3):
        with begun("killed") as run:
            first = run.stdout.readline()
            assert kill == 0 or int(first) > 1
            time.sleep(random.uniform(0, 0.3))
            run.kill()
    with begun("killed") as resumed:
        lines = resumed.stdout.readlines()
    assert int(lines[0]) > 1
    assert lines[-1] == expected


def test_an_unknown_parameter_is_named():
    with pytest.raises(ValueError, match="coupled must be one of weight, bias"):
        TorchBlock(torch.nn.Linear(2, 2), lambda m: m.weight.sum(), coupled="wieght")


def test_a_rule_replaces_the_gradient_of_one_loss_alone():
    W = torch.randn(3, 2, requires_grad=True)
    by_rule = custom_gradient(lambda W, gradient: torch.full_like(W, 7.0))
    ((by_rule(W) ** 2).sum() + W.sum()).backward()
    assert torch.equal(W.grad, torch.full((3, 2), 8.0))


def test_retractions_in_place():
    W = torch.nn.Parameter(torch.randn(5, 2))
    assert stiefel_(W) is W
    torch.testing.assert_close(W.T @ W, torch.eye(2))
    stiefel_(V := torch.randn(2, 5), rows=True)
    torch.testing.assert_close(V @ V.T, torch.eye(2))
    torch.testing.assert_close(unit_norm_(torch.randn(4, 3)).norm(dim=0), torch.ones(3))
    with pytest.raises(ValueError, match="orthonormal rows"):
        stiefel_(torch.randn(5, 2), rows=True)
    with pytest.raises(ValueError, match="column of zeros"):
        unit_norm_(torch.zeros(3, 2))
