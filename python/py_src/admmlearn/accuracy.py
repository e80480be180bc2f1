"""The accuracy to which the blocks solve their subproblems."""

from __future__ import annotations

from ._choice import Accuracy

__all__ = ["Accuracy", "fixed", "relative", "share", "summable"]


def fixed(tolerance: float) -> Accuracy:
    """The same tolerance in every iteration, in the units of the gradient."""
    return Accuracy("fixed", (tolerance,))


def share(of: float = 0.01) -> Accuracy:
    """This share of the bound on what the blocks reach: the default."""
    return Accuracy("share", (of,))


def relative(first: float, factor: float, floor: float) -> Accuracy:
    """A fraction of the smaller residual, never rising, between `first` and `floor`."""
    return Accuracy("relative", (first, factor, floor))


def summable(first: float, power: float) -> Accuracy:
    """`first` / kᵖ in the k-th iteration."""
    return Accuracy("summable", (first, power))
