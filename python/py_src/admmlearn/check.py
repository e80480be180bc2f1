"""The check kit: tests that a block of your own must pass. A report prints what was tried and found.

>>> from admmlearn import check, prox
>>> check.prox(prox.l1(), [1.0, -2.0]).passed
True
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from . import _core
from ._types import Function, HasGradient

__all__ = ["constraint_set", "gradient", "prox"]


def prox(f: Function, x: ArrayLike, rho: float = 1.0, *, convex: bool = False) -> _core.Report:
    """Check a proximal operator around x: no point nearby is lower than its answer.

    An object needs `value(x)` for this. With `convex` the operator must be firmly nonexpansive too.
    """
    return _core.check_prox(f, x, rho, convex)


def gradient(f: HasGradient, x: ArrayLike) -> _core.Report:
    """Check a gradient around x against differences of the value."""
    return _core.check_gradient(f, x)


def constraint_set(m: _core.Set, x: ArrayLike) -> _core.Report:
    """Check a set around a point of it: tangents, retractions and projections."""
    return _core.check_constraint_set(m, x)
