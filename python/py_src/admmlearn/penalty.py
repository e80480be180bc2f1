"""Policies for ρ. A policy of your own is a callable: it takes the record of an iteration, and returns the next ρ."""

from __future__ import annotations

from ._choice import Penalty

__all__ = ["Penalty", "balance", "damped", "fixed", "relative_balance", "spectral", "square_root"]


def fixed() -> Penalty:
    """ρ stays."""
    return Penalty("fixed")


def balance(threshold: float = 10.0, factor: float = 2.0) -> Penalty:
    """ρ is multiplied or divided by `factor` where one residual is more than `threshold` times the other."""
    return Penalty("balance", (threshold, factor))


def relative_balance(threshold: float = 10.0, factor: float = 2.0) -> Penalty:
    """The same by normalised residuals."""
    return Penalty("relative-balance", (threshold, factor))


def damped(threshold: float = 10.0, factor: float = 2.0) -> Penalty:
    """`relative_balance`, whose swings die out: the default."""
    return Penalty("damped", (threshold, factor))


def spectral(correlation: float = 0.2, every: int = 2) -> Penalty:
    """ρ goes to the curvatures of both functions that the duals show."""
    return Penalty("spectral", (correlation, every))


def square_root(threshold: float = 5.0, every: int = 10) -> Penalty:
    """ρ changes seldom and far, by the square root of the ratio of the residuals."""
    return Penalty("square-root", (threshold, every))
