"""The types that the package shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core

Array = NDArray[np.float64]


@runtime_checkable
class HasProx(Protocol):
    """A function with a proximal operator: prox(v, rho) = argmin f(x) + rho/2 ‖x − v‖².

    It may have `value(x)` too, for objectives and checks, and `retune(rho)`, which is called when ρ changes.
    """

    def prox(self, v: Array, rho: float, /) -> ArrayLike: ...


@runtime_checkable
class HasGradient(Protocol):
    """A differentiable function. The number `lipschitz`, if there is one, is a bound of its curvature."""

    def value_and_gradient(self, x: Array, /) -> tuple[float, ArrayLike]: ...


@runtime_checkable
class HasDirection(Protocol):
    """An update that need not be a gradient.

    `memory` is a dict that the rule may write to. It is empty at first, and a checkpoint keeps it.
    """

    def direction(self, x: Array, memory: dict[str, Any], /) -> ArrayLike: ...


@runtime_checkable
class HasArgmin(Protocol):
    """A block that solves its subproblem by itself: argmin f(x) + rho/2 ‖image(x) − v‖².

    It returns the new x, or `Solved(x, residual)`. Its x is whatever the start is: an array, or another object that can
    be pickled, if the block has a method `image(x)` that returns the array.
    """

    def argmin(self, x: Any, v: Array, rho: float, tol: float, /) -> Any: ...


Function = _core.Function | _core.Set | HasProx
Block = Function | HasGradient | HasDirection | HasArgmin | _core.Descent | _core.Through | _core.PcaRule
Observer = Callable[[_core.Moment], Any]
