"""Stopping rules, which combine by | and &.

>>> from admmlearn import stop
>>> rule = stop.residuals() & stop.objective_change(1e-8) | stop.normalised(1e-6, 1e-6)
"""

from __future__ import annotations

from ._choice import Stop

__all__ = ["Stop", "entries", "normalised", "objective_change", "residuals"]


def entries() -> Stop:
    """Every entry of both residuals is within its own bound: the default."""
    return Stop("entries")


def residuals() -> Stop:
    """The norms of both residuals are within the bounds of Boyd et al. (2011, §3.3.1)."""
    return Stop("residuals")


def normalised(primal: float, dual: float) -> Stop:
    """The residuals, divided by the norms of what they are differences of, are at most these."""
    return Stop("normalised", (primal, dual))


def objective_change(most: float) -> Stop:
    """An iteration changed f(x) + g(z) by at most this, relative to its size. Blocks must know their values."""
    return Stop("objective-change", (most,))
