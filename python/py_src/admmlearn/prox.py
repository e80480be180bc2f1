"""Functions with a proximal operator. Each of them is a block, and so is any object with `prox(v, rho)`.

>>> from admmlearn import prox
>>> prox.scaled(0.5, prox.l1()).prox([3.0, -0.2], rho=1.0)
array([2.5, 0. ])
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from . import _core
from ._types import Function

__all__ = [
    "affine",
    "binary",
    "binary_cross_entropy",
    "columnwise",
    "conjugate",
    "cross_entropy",
    "cubed_l2",
    "distance",
    "dual_exponential_cone",
    "eigenvalues",
    "elastic_net",
    "entropy",
    "epicomposed",
    "exponential_cone",
    "exponential_penalty",
    "geman_mcclure",
    "geman_reynolds",
    "graph",
    "halfspace",
    "hinge",
    "huber",
    "hyperslab",
    "indicator",
    "kullback_leibler",
    "ky_fan",
    "l0",
    "l0_ball",
    "l1",
    "l1_ball",
    "l1_minus_l2",
    "l1_plus_l2",
    "l2",
    "l_half",
    "l_infinity",
    "least_squares",
    "log_sum",
    "logistic",
    "margins",
    "mcp",
    "moreau_envelope",
    "negative_log",
    "pointwise_minimum",
    "poisson",
    "polyhedron",
    "precomposed",
    "quadratic",
    "quantile",
    "regularised",
    "reshaped",
    "rotated_second_order_cone",
    "scad",
    "scaled",
    "second_order_cone",
    "separable",
    "simplex",
    "singleton",
    "singular_values",
    "sliced",
    "squared_hinge",
    "squared_l2",
    "stretched",
    "student_t",
    "sum",
    "sum_largest",
    "tilted",
    "total_variation",
    "translated",
    "truncated_squares",
    "tukey",
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


def cubed_l2() -> _core.Function:
    """‖x‖³."""
    return _core.function("cubed-l2")


def l_infinity() -> _core.Function:
    """The largest absolute value."""
    return _core.function("l-infinity")


def elastic_net(l1: float, l2: float) -> _core.Function:
    """l1 ‖x‖₁ + l2/2 ‖x‖²."""
    return _core.function("elastic-net", l1, l2)


def l1_plus_l2(l1: float, l2: float) -> _core.Function:
    """l1 ‖x‖₁ + l2 ‖x‖₂: of each column the sparse group lasso."""
    return _core.function("l1-plus-l2", l1, l2)


def ky_fan(count: int) -> _core.Function:
    """The sum of so many largest absolute values."""
    return _core.function("ky-fan", count)


def sum_largest(count: int) -> _core.Function:
    """The sum of so many largest entries."""
    return _core.function("sum-largest", count)


def total_variation() -> _core.Function:
    """Σ |xᵢ₊₁ − xᵢ|, down each column."""
    return _core.function("total-variation")


def scad(slope: float, a: float = 3.7) -> _core.Function:
    """The smoothly clipped absolute deviation with this slope at 0. It is not convex."""
    return _core.function("scad", slope, a)


def mcp(slope: float, gamma: float) -> _core.Function:
    """The minimax concave penalty with this slope at 0. It is not convex."""
    return _core.function("mcp", slope, gamma)


def l_half() -> _core.Function:
    """Σ √|xᵢ|. It is not convex."""
    return _core.function("l-half")


def log_sum(epsilon: float) -> _core.Function:
    """Σ log(1 + |xᵢ|/epsilon). It is not convex."""
    return _core.function("log-sum", epsilon)


def l1_minus_l2(alpha: float = 1.0) -> _core.Function:
    """‖x‖₁ − alpha ‖x‖₂. It is not convex."""
    return _core.function("l1-minus-l2", alpha)


def geman_reynolds(gamma: float) -> _core.Function:
    """Σ |xᵢ| / (gamma + |xᵢ|). It is not convex."""
    return _core.function("geman-reynolds", gamma)


def exponential_penalty(gamma: float) -> _core.Function:
    """Σ 1 − exp(−gamma |xᵢ|). It is not convex."""
    return _core.function("exponential-penalty", gamma)


def negative_log() -> _core.Function:
    """−Σ log xᵢ."""
    return _core.function("negative-log")


def entropy() -> _core.Function:
    """Σ xᵢ log xᵢ, the negative entropy."""
    return _core.function("entropy")


def huber(delta: float) -> _core.Function:
    """½x² up to |x| = delta and delta (|x| − delta/2) beyond, for each entry."""
    return _core.function("huber", delta)


def quantile(level: float) -> _core.Function:
    """The loss of quantile regression at this level, for each residual."""
    return _core.function("quantile", level)


def student_t(degrees: float, scale: float = 1.0) -> _core.Function:
    """The loss of Student's t-distribution, with one degree of freedom that of Cauchy. It is not convex."""
    return _core.function("student-t", degrees, scale)


def truncated_squares(c: float) -> _core.Function:
    """Σ min(½xᵢ², ½c²). It is not convex."""
    return _core.function("truncated-squares", c)


def tukey(c: float) -> _core.Function:
    """Tukey's biweight, constant for |x| ≥ c. It is not convex."""
    return _core.function("tukey", c)


def geman_mcclure(scale: float) -> _core.Function:
    """Σ xᵢ² / (scale² + xᵢ²). It is not convex."""
    return _core.function("geman-mcclure", scale)


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


def binary_cross_entropy(targets: ArrayLike) -> _core.Function:
    """−Σ bᵢ log xᵢ + (1 − bᵢ) log(1 − xᵢ) of probabilities x, for targets b from 0 to 1."""
    return _core.function("binary-cross-entropy", targets)


def poisson(counts: ArrayLike) -> _core.Function:
    """Σ exp(xᵢ) − bᵢxᵢ, for counts b."""
    return _core.function("poisson", counts)


def kullback_leibler(counts: ArrayLike) -> _core.Function:
    """Σ xᵢ − bᵢ + bᵢ log(bᵢ/xᵢ) of rates x, for counts b."""
    return _core.function("kullback-leibler", counts)


def quadratic(p: ArrayLike, q: ArrayLike) -> _core.Function:
    """½xᵀPx + qᵀx with a symmetric P."""
    return _core.function("quadratic", p, q)


def least_squares(a: ArrayLike, b: ArrayLike) -> _core.Function:
    """½‖Ax − b‖²."""
    return _core.function("least-squares", a, b)


def affine(a: ArrayLike, b: ArrayLike) -> _core.Function:
    """The indicator of Ax = b."""
    return _core.function("affine", a, b)


def graph(a: ArrayLike, columns: int = 1) -> _core.Function:
    """The indicator of the graph {(x, Ax)}, of x over Ax."""
    return _core.function("graph", a, columns)


def halfspace(normal: ArrayLike, offset: float) -> _core.Function:
    """The indicator of ⟨normal, x⟩ ≤ offset."""
    return _core.function("halfspace", normal, offset)


def hyperslab(normal: ArrayLike, lower: float, upper: float) -> _core.Function:
    """The indicator of lower ≤ ⟨normal, x⟩ ≤ upper."""
    return _core.function("hyperslab", normal, lower, upper)


def polyhedron(a: ArrayLike, b: ArrayLike, c: ArrayLike | None = None, d: ArrayLike | None = None) -> _core.Function:
    """The indicator of Ax ≤ b, and with c and d of Cx = d as well."""
    equations = () if c is None and d is None else (c, d)
    return _core.function("polyhedron", a, b, *equations)


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


def rotated_second_order_cone() -> _core.Function:
    """The indicator of 2x₁x₂ ≥ ‖(x₃, …)‖² with x₁, x₂ ≥ 0."""
    return _core.function("rotated-second-order-cone")


def exponential_cone() -> _core.Function:
    """The indicator of s > 0, s exp(r/s) ≤ t for x = (r, s, t), and its limits."""
    return _core.function("exponential-cone")


def dual_exponential_cone() -> _core.Function:
    """The indicator of r < 0, −r exp(s/r) ≤ e t for x = (r, s, t), and its limits."""
    return _core.function("dual-exponential-cone")


def binary(low: float, high: float) -> _core.Function:
    """The indicator of entries that are low or high. It is not convex."""
    return _core.function("binary", low, high)


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


def epicomposed(of: Function, map: ArrayLike) -> _core.Function:
    """min f(w) over the w with Lw = x, for an L with LᵀL = αI."""
    return _core.function("epicomposed", of, map)


def stretched(of: Function, by: ArrayLike) -> _core.Function:
    """f(by ∘ x) for a sum f of the same function of each entry."""
    return _core.function("stretched", of, by)


def reshaped(of: Function, rows: int, columns: int) -> _core.Function:
    """f of the entries as a matrix of another shape, taken and filled column by column."""
    return _core.function("reshaped", of, rows, columns)


def regularised(of: Function, mu: float, towards: ArrayLike) -> _core.Function:
    """f(x) + mu/2 ‖x − towards‖²."""
    return _core.function("regularised", of, mu, towards)


def distance(of: Function) -> _core.Function:
    """The distance from a convex set, which is given by itself or by its indicator."""
    return _core.function("distance", of)


def sum(*of: Function, accuracy: float = 1e-12) -> _core.Function:
    """f₁(x) + f₂(x) + … of convex functions, by Dykstra's algorithm: with sets their intersection."""
    return _core.function("sum", accuracy, *of)


def pointwise_minimum(*of: Function) -> _core.Function:
    """The least of several functions: with sets their union."""
    return _core.function("pointwise-minimum", *of)


def columnwise(of: Function) -> _core.Function:
    """Σ f(xⱼ) over the columns."""
    return _core.function("columnwise", of)


def separable(*parts: tuple[int, Function]) -> _core.Function:
    """A function for each range of rows: pairs of a number of rows and a function."""
    return _core.function("separable", *[item for part in parts for item in part])


def sliced(shape: int | tuple[int, ...], *parts: tuple[Any, Function]) -> _core.Function:
    """A function for each part of an array of this shape: pairs of an index and a function.

    An index is what the array takes between brackets, such as `np.s_[0:2, 1]` or a mask. The function sees the entries
    column by column, as one column.
    """
    numbers = np.arange(np.prod(shape)).reshape(shape, order="F")
    size = (*numbers.shape, 1)[:2]
    items = [(np.ravel(numbers[index], order="F").tolist(), of) for index, of in parts]
    return _core.function("sliced", *size, *[item for pair in items for item in pair])


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
