"""Accelerations: rules that start an iteration ahead of where the last one ended."""

from __future__ import annotations

from ._choice import Acceleration

__all__ = ["Acceleration", "anderson", "nesterov", "none", "phased"]


def none() -> Acceleration:
    """Every iteration starts where the last one ended. It costs nothing."""
    return Acceleration("none")


def anderson(memory: int = 10, safeguard: float = 10.0) -> Acceleration:
    """A mixture of the last ends."""
    return Acceleration("anderson", (memory, safeguard))


def nesterov(restart: float = 0.999) -> Acceleration:
    """Further along the last move, with restarts."""
    return Acceleration("nesterov", (restart,))


def phased(plain: int = 100, accelerated: int = 200, of: Acceleration | None = None) -> Acceleration:
    """Plain iterations and accelerated ones in turn. With `anderson()` it is the default."""
    return Acceleration("phased", (plain, accelerated, anderson() if of is None else of))
