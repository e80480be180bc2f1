"""Sets on which a variable moves. As a block, a set is its indicator.

>>> from admmlearn import sets
>>> sets.ball(1.0).project([3.0, 4.0])
array([0.6, 0.8])
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from . import _core

__all__ = [
    "ball",
    "bounds",
    "fixed_rank",
    "flat",
    "generalized_stiefel",
    "grassmann",
    "great_circles",
    "multinomial",
    "non_negative_unit_columns",
    "partly_fixed_stiefel",
    "positive_definite",
    "product",
    "special_orthogonal",
    "stiefel",
    "unit_columns",
    "whole",
]


def flat() -> _core.Set:
    """No constraint."""
    return _core.set("flat")


def stiefel(retraction: str = "polar") -> _core.Set:
    """Orthonormal columns, XᵀX = I. The retraction is "qr", "polar", "cayley" or "exponential"."""
    return _core.set("stiefel", retraction)


def grassmann(retraction: str = "polar") -> _core.Set:
    """Orthonormal columns of which the span alone counts."""
    return _core.set("grassmann", retraction)


def generalized_stiefel(metric: ArrayLike) -> _core.Set:
    """XᵀMX = I for a symmetric positive definite metric M."""
    return _core.set("generalized-stiefel", metric)


def partly_fixed_stiefel(given: ArrayLike, retraction: str = "polar") -> _core.Set:
    """Orthonormal columns of which the first are given."""
    return _core.set("partly-fixed-stiefel", given, retraction)


def special_orthogonal(retraction: str = "polar") -> _core.Set:
    """Rotations: XᵀX = I and det X = 1."""
    return _core.set("special-orthogonal", retraction)


def fixed_rank(rank: int) -> _core.Set:
    """Matrices of this rank."""
    return _core.set("fixed-rank", rank)


def positive_definite() -> _core.Set:
    """Symmetric matrices with positive eigenvalues."""
    return _core.set("positive-definite")


def multinomial() -> _core.Set:
    """Columns of positive entries that sum to 1."""
    return _core.set("multinomial")


def unit_columns() -> _core.Set:
    """Columns of norm 1."""
    return _core.set("unit-columns")


def great_circles() -> _core.Set:
    """Columns of norm 1, which move along great circles."""
    return _core.set("great-circles")


def non_negative_unit_columns() -> _core.Set:
    """Columns of norm 1 without negative entries."""
    return _core.set("non-negative-unit-columns")


def ball(radius: float = 1.0) -> _core.Set:
    """Columns of norm at most `radius`."""
    return _core.set("ball", radius)


def bounds(lower: float = float("-inf"), upper: float = float("inf")) -> _core.Set:
    """Entries between two numbers."""
    return _core.set("bounds", lower, upper)


def whole(of: _core.Set) -> _core.Set:
    """A set of columns for all entries as one column: `whole(unit_columns())` is ‖X‖ = 1."""
    return _core.set("whole", of)


def product(*parts: tuple[int, _core.Set]) -> _core.Set:
    """A set for each range of columns: pairs of a number of columns and a set."""
    return _core.set("product", *[item for part in parts for item in part])
