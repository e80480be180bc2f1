"""Functions with a proximal operator. Each of them is a block, and so is any object with `prox(v, rho)`.

>>> from admmlearn import prox
>>> prox.scaled(0.5, prox.l1()).prox([3.0, -0.2], rho=1.0)
array([2.5, 0. ])
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from . import _core
from ._types import Function

__all__ = [
    "affine",
    "columnwise",
    "conjugate",
    "cross_entropy",
    "eigenvalues",
    "elastic_net",
    "halfspace",
    "hinge",
    "huber",
    "indicator",
    "l0",
    "l0_ball",
    "l1",
    "l1_ball",
    "l2",
    "l_infinity",
    "least_squares",
    "logistic",
    "margins",
    "moreau_envelope",
    "negative_log",
    "precomposed",
    "quadratic",
    "quantile",
    "scaled",
    "second_order_cone",
    "separable",
    "simplex",
    "singleton",
    "singular_values",
    "squared_hinge",
    "squared_l2",
    "tilted",
    "translated",
    "zero",
]


def zero() -> _core.Function:
    """f(x) = 0."""
    return indicator(_core.set("flat"))


def l0() -> _core.Function:
    """The number of entries that are not 0."""
    return _core.function("l0")


def l1() -> _core.Function:
    """The sum of the absolute values."""
    return _core.function("l1")


def l2() -> _core.Function:
    """The Euclidean norm."""
    return _core.function("l2")


def squared_l2() -> _core.Function:
    """½‖x‖²."""
    return _core.function("squared-l2")


def l_infinity() -> _core.Function:
    """The largest absolute value."""
    return _core.function("l-infinity")


def elastic_net(l1: float, l2: float) -> _core.Function:
    """l1 ‖x‖₁ + l2/2 ‖x‖²."""
    return _core.function("elastic-net", l1, l2)


def negative_log() -> _core.Function:
    """−Σ log xᵢ."""
    return _core.function("negative-log")


def huber(delta: float) -> _core.Function:
    """½x² up to |x| = delta and delta (|x| − delta/2) beyond, for each entry."""
    return _core.function("huber", delta)


def quantile(level: float) -> _core.Function:
    """The loss of quantile regression at this level, for each residual."""
    return _core.function("quantile", level)


def hinge() -> _core.Function:
    """max(0, 1 − m) for each margin m."""
    return _core.function("hinge")


def squared_hinge() -> _core.Function:
    """The square of the hinge loss, for each margin."""
    return _core.function("squared-hinge")


def logistic() -> _core.Function:
    """log(1 + exp(−m)) for each margin m."""
    return _core.function("logistic")


def margins(of: Function, labels: ArrayLike) -> _core.Function:
    """A loss of margins as one of scores: the margins are labels · scores, with labels ±1."""
    return _core.function("margins", of, labels)


def cross_entropy(labels: ArrayLike, weights: ArrayLike, classes: int) -> _core.Function:
    """The weighted cross-entropy of the scores of samples: a column for each sample, a row for each class."""
    return _core.function("cross-entropy", np.asarray(labels).tolist(), weights, classes)


def quadratic(p: ArrayLike, q: ArrayLike) -> _core.Function:
    """½xᵀPx + qᵀx with a symmetric P."""
    return _core.function("quadratic", p, q)


def least_squares(a: ArrayLike, b: ArrayLike) -> _core.Function:
    """½‖Ax − b‖²."""
    return _core.function("least-squares", a, b)


def affine(a: ArrayLike, b: ArrayLike) -> _core.Function:
    """The indicator of Ax = b."""
    return _core.function("affine", a, b)


def halfspace(normal: ArrayLike, offset: float) -> _core.Function:
    """The indicator of ⟨normal, x⟩ ≤ offset."""
    return _core.function("halfspace", normal, offset)


def simplex(total: float = 1.0) -> _core.Function:
    """The indicator of x ≥ 0 with Σ xᵢ = total."""
    return _core.function("simplex", total)


def l0_ball(count: int) -> _core.Function:
    """The indicator of at most so many entries that are not 0."""
    return _core.function("l0-ball", count)


def l1_ball(radius: float = 1.0) -> _core.Function:
    """The indicator of ‖x‖₁ ≤ radius."""
    return _core.function("l1-ball", radius)


def second_order_cone() -> _core.Function:
    """The indicator of x₁ ≥ ‖(x₂, …)‖."""
    return _core.function("second-order-cone")


def singleton(point: ArrayLike) -> _core.Function:
    """The indicator of one point."""
    return _core.function("singleton", point)


def indicator(of: _core.Set) -> _core.Function:
    """0 on a set and ∞ elsewhere: the proximal operator is the projection."""
    return _core.function("indicator", of)


def scaled(weight: float, of: Function) -> _core.Function:
    """weight · f(x)."""
    return _core.function("scaled", weight, of)


def translated(of: Function, by: ArrayLike) -> _core.Function:
    """f(x − by)."""
    return _core.function("translated", of, by)


def tilted(of: Function, by: ArrayLike) -> _core.Function:
    """f(x) + ⟨by, x⟩."""
    return _core.function("tilted", of, by)


def precomposed(of: Function, map: ArrayLike) -> _core.Function:
    """f(Lx) for an L with LLᵀ = αI."""
    return _core.function("precomposed", of, map)


def columnwise(of: Function) -> _core.Function:
    """Σ f(xⱼ) over the columns."""
    return _core.function("columnwise", of)


def separable(*parts: tuple[int, Function]) -> _core.Function:
    """A function for each range of rows: pairs of a number of rows and a function."""
    return _core.function("separable", *[item for part in parts for item in part])


def conjugate(of: Function) -> _core.Function:
    """The convex conjugate f*."""
    return _core.function("conjugate", of)


def moreau_envelope(of: Function, mu: float) -> _core.Function:
    """The Moreau envelope min f(w) + mu/2 ‖x − w‖²."""
    return _core.function("moreau-envelope", of, mu)


def singular_values(of: Function) -> _core.Function:
    """f of the singular values of a matrix. With `l1` it is the nuclear norm."""
    return _core.function("singular-values", of)


def eigenvalues(of: Function) -> _core.Function:
    """f of the eigenvalues of a symmetric matrix."""
    return _core.function("eigenvalues", of)
