"""Blocks that are made of functions and rules: by a method, on a set, through an operator."""

from __future__ import annotations

from typing import Any, NamedTuple

from numpy.typing import ArrayLike

from . import _core
from ._types import Function, HasDirection, HasGradient
from .operators import operator as _operator
from .sets import flat, stiefel


class Solved(NamedTuple):
    """The answer of an `argmin` with the norm of the gradient that its subproblem has there.

    Without the residual a run cannot be "converged": it is "unverified".
    """

    x: Any
    residual: float | None = None


def descent(
    of: HasGradient,
    *,
    on: _core.Set | None = None,
    by: str = "lbfgs",
    max_steps: int = 50,
    memory: int = 20,
) -> _core.Descent:
    """The block of a function with a gradient.

    Parameters
    ----------
    of
        The function.
    on
        The set that the variable stays on. None is no constraint.
    by
        "lbfgs", or "gradient" for projected gradient steps, which move on sets with a boundary too.
    max_steps
        The most steps of one iteration.
    memory
        The pairs that L-BFGS keeps.
    """
    return _core.Descent.smooth(of, flat() if on is None else on, by, max_steps, memory)


def steps(
    rule: HasDirection,
    *,
    on: _core.Set | None = None,
    rate: float | None = None,
    lipschitz: float | None = None,
    horizon: float | None = None,
    max_steps: int = 50,
) -> _core.Descent:
    """The block of a custom direction: x ← retract(x + η (direction(x) − ρ (x − v))).

    The step η is `rate`, or 1/(lipschitz + ρ), which is stable for every ρ. With `horizon` it decays: it is half of the
    first after so many steps. Directions with noise need that.
    """
    return _core.Descent.steps(rule, flat() if on is None else on, max_steps, rate, lipschitz, horizon)


def through(of: Function | _core.Descent, operator: Any, *, max_steps: int = 1) -> _core.Through:
    """A block that is coupled through K: its constraint has Kx in the place of x.

    K is a matrix, a sparse matrix, or one of `admmlearn.operators`. A function with a proximal operator takes
    `max_steps` linearised steps in an iteration.
    """
    return _core.Through(of, _operator(operator), max_steps)


def pca(
    covariance: ArrayLike,
    weight: float = 1.0,
    *,
    rule: str = "majorize",
    on: _core.Set | None = None,
    max_steps: int = 500,
) -> _core.PcaRule:
    """weight · (1 − tr(WᵀΣW) / tr Σ), lowered by "majorize", "power", "hebbian", "oja", "sanger" or "krasulina"."""
    return _core.PcaRule(covariance, weight, rule, stiefel() if on is None else on, max_steps)
