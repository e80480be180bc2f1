"""Blocks that are PyTorch modules, and rules of your own inside autograd. It needs torch 2 or later.

`TorchBlock` lets ADMM couple one parameter of a module to another block, while an optimiser of torch trains all of the
module. `custom_gradient`, `stiefel_` and `unit_norm_` are for those who stay with one optimiser.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from ._blocks import Solved
from ._types import Array

__all__ = ["TorchBlock", "TorchVariable", "custom_gradient", "stiefel_", "unit_norm_"]


@dataclass(frozen=True)
class TorchVariable:
    """All that changes in a module: its parameters in one vector, and the bytes of the optimiser and the buffers."""

    parameters: Array
    memory: bytes


class TorchBlock:
    """A module with a loss, as a block of which one parameter is coupled.

    In each iteration the optimiser takes some steps on loss(module) + ρ/2 ‖W − v‖², where W is the coupled parameter. The
    gradient that is left is measured, so that a run is "converged" only where it is small.

    >>> import torch
    >>> from admmlearn import Coordinator, sets
    >>> from admmlearn.torch import TorchBlock
    >>> _ = torch.manual_seed(0)
    >>> x, y = torch.randn(50, 4), torch.randn(50, 1)
    >>> module = torch.nn.Sequential(torch.nn.Linear(4, 2, bias=False), torch.nn.Linear(2, 1))
    >>> block = TorchBlock(module, lambda m: ((m(x) - y) ** 2).mean(), coupled="0.weight", transposed=True)
    >>> start = block.start()
    >>> result = Coordinator(sets.stiefel(), block, block.image(start), start, max_iter=50).run()
    >>> block.load(result.z)
    >>> W = result.x

    Parameters
    ----------
    module
        Any module. The block trains it in place: after a run it holds the last point that was tried, and `load` puts the
        best one there.
    loss
        A function of the module that returns a scalar tensor. If it draws random numbers, for batches or dropout, a
        resumed run draws others.
    coupled
        The name of the parameter that is coupled, as in `module.named_parameters()`.
    transposed
        True to couple its transpose. The weight of `Linear(d, k)` is k×d; its transpose has a column for each unit.
    optimizer
        A function that makes an optimiser of the parameters, such as `lambda p: torch.optim.Adam(p, lr=1e-2)`. The default
        is L-BFGS with a strong Wolfe line search.
    steps
        The steps of the optimiser in one iteration.
    """

    def __init__(
        self,
        module: torch.nn.Module,
        loss: Callable[[Any], Tensor],
        *,
        coupled: str,
        transposed: bool = False,
        optimizer: Callable[[Iterable[torch.nn.Parameter]], torch.optim.Optimizer] | None = None,
        steps: int = 10,
    ) -> None:
        named = dict(module.named_parameters())
        if coupled not in named:
            raise ValueError(f"coupled must be one of {', '.join(named)}, got {coupled}")
        self.module, self.loss, self.transposed, self.steps = module, loss, transposed, steps
        self._parameters = list(named.values())
        self._coupled = named[coupled]
        before = list(named)[: list(named).index(coupled)]
        self._offset = sum(named[name].numel() for name in before)
        self._make = optimizer
        # The bytes that were made last, and the optimiser that has the state they hold.
        self._last: tuple[bytes, torch.optim.Optimizer] | None = None

    def start(self) -> TorchVariable:
        """The variable of the module as it is, with a new optimiser."""
        return self._variable(self._optimizer())

    def load(self, x: TorchVariable) -> None:
        """Put the parameters and buffers of a variable into the module."""
        self._loaded(x)

    def image(self, x: TorchVariable) -> Array:
        """The coupled parameter."""
        numbers = x.parameters[self._offset : self._offset + self._coupled.numel()]
        image = numbers.reshape(self._coupled.shape)
        return image.T if self.transposed else image

    def value(self, x: TorchVariable) -> float:
        """The loss."""
        self._loaded(x)
        with torch.no_grad():
            return float(self.loss(self.module))

    def argmin(self, x: TorchVariable, v: Array, rho: float, tol: float) -> Solved:
        """Some steps of the optimiser."""
        optimizer = self._loaded(x)
        target = torch.from_numpy(v.T if self.transposed else v).to(self._coupled)

        def closure() -> Tensor:
            optimizer.zero_grad()
            total = self.loss(self.module) + 0.5 * rho * ((self._coupled - target) ** 2).sum()
            total.backward()  # type: ignore[no-untyped-call]
            return total

        self._last = None
        for _ in range(1 if isinstance(optimizer, torch.optim.LBFGS) else self.steps):
            optimizer.step(closure)  # type: ignore[arg-type]
        closure()
        gradients = [parameter.grad for parameter in self._parameters if parameter.grad is not None]
        residual = float(torch.sqrt(sum(((gradient**2).sum() for gradient in gradients), torch.zeros(()))))
        return Solved(self._variable(optimizer), residual)

    def _optimizer(self) -> torch.optim.Optimizer:
        if self._make is not None:
            return self._make(self._parameters)
        return torch.optim.LBFGS(
            self._parameters, max_iter=self.steps, history_size=20, line_search_fn="strong_wolfe"
        )

    def _variable(self, optimizer: torch.optim.Optimizer) -> TorchVariable:
        vector = parameters_to_vector([parameter.contiguous() for parameter in self._parameters])
        memory = io.BytesIO()
        torch.save({"optimizer": optimizer.state_dict(), "buffers": dict(self.module.named_buffers())}, memory)
        self._last = (memory.getvalue(), optimizer)
        return TorchVariable(vector.detach().cpu().to(torch.float64).numpy().copy(), self._last[0])

    def _loaded(self, x: TorchVariable) -> torch.optim.Optimizer:
        """The module and an optimiser as the variable says."""
        vector = torch.from_numpy(np.ascontiguousarray(x.parameters)).to(self._coupled)
        with torch.no_grad():
            vector_to_parameters(vector.clone(), self._parameters)
        if self._last is not None and self._last[0] == x.memory and not list(self.module.buffers()):
            return self._last[1]
        memory = torch.load(io.BytesIO(x.memory), weights_only=True)
        for name, buffer in self.module.named_buffers():
            buffer.copy_(memory["buffers"][name])
        optimizer = self._optimizer()
        optimizer.load_state_dict(memory["optimizer"])
        return optimizer


def custom_gradient(rule: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """A function that returns its argument, and puts your rule in the place of the gradient that flows back.

    Hand its result to one loss, and the parameter itself to the others: the rule then replaces the gradient of that loss
    alone.

    Parameters
    ----------
    rule
        A function of the parameter and of the gradient that arrives. It returns the tensor to go on with.

    >>> import torch
    >>> from admmlearn.torch import custom_gradient
    >>> W = torch.ones(3, requires_grad=True)
    >>> by_rule = custom_gradient(lambda W, gradient: 10 * gradient)
    >>> (by_rule(W).sum() + W.sum()).backward()
    >>> W.grad
    tensor([11., 11., 11.])
    """

    class Ruled(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, parameter: Tensor) -> Tensor:
            ctx.save_for_backward(parameter)
            return parameter.view_as(parameter)

        @staticmethod
        def backward(ctx: Any, *gradients: Tensor) -> Tensor:
            (parameter,) = ctx.saved_tensors
            with torch.no_grad():
                return rule(parameter, gradients[0])

    def ruled(parameter: Tensor) -> Tensor:
        result: Tensor = Ruled.apply(parameter)
        return result

    return ruled


@torch.no_grad()
def stiefel_(parameter: Tensor, *, rows: bool = False) -> Tensor:
    """Replace a matrix by the nearest one with orthonormal columns, or rows: after each step of an optimiser.

    >>> import torch
    >>> from admmlearn.torch import stiefel_
    >>> W = stiefel_(torch.randn(5, 2))
    >>> bool(torch.allclose(W.T @ W, torch.eye(2), atol=1e-6))
    True
    """
    of = parameter.mT if rows else parameter
    if of.ndim != 2 or of.shape[0] < of.shape[1]:
        what = "rows" if rows else "columns"
        raise ValueError(f"parameter cannot have orthonormal {what}: its shape is {tuple(parameter.shape)}")
    u, _, vt = torch.linalg.svd(of, full_matrices=False)
    nearest = u @ vt
    return parameter.copy_(nearest.mT if rows else nearest)


@torch.no_grad()
def unit_norm_(parameter: Tensor, *, rows: bool = False) -> Tensor:
    """Divide each column of a matrix, or each row, by its norm: after each step of an optimiser."""
    dim = 1 if rows else 0
    norms = torch.linalg.vector_norm(parameter, dim=dim, keepdim=True)
    if bool((norms == 0).any()):
        raise ValueError(f"parameter has a {'row' if rows else 'column'} of zeros, which has no direction")
    return parameter.div_(norms)
