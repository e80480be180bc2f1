"""The estimator of numbers: a transformer and a regressor in one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from sklearn.utils._param_validation import StrOptions

from ._estimator import Estimator
from ._model import Array
from ._predictors import Regressor


@dataclass(repr=False, eq=False)
class SupervisedPCARegressor(Estimator, Regressor):
    """Principal components that a regression has a say in.

    One matrix W (d×k) serves two losses at once: the share of the variance that its components lose, with the weight λ,
    and the loss of a linear predictor of one or several numbers on the components, with the weight 1 − λ:

        minimise  λ (1 − tr(WᵀΣW) / tr Σ) + (1 − λ) (mean loss + μ/2 ‖B‖²)

    Parameters
    ----------
    n_components : int, default=2
        k, the number of components. At most min(n_samples, n_features) are found.
    loss : {"squared", "huber", "poisson"}
        The loss of the predictions: half of the square; the same, but linear beyond 1.345, for targets with outliers;
        that of counts, whose logarithm is then linear in the components.
    standardise_targets : bool, default=True
        True to bring targets to mean 0 and standard deviation 1 for the fit, so that λ weighs two losses of one size.
        Predictions come in the unit of the targets. Counts stay as they are.
    weight, ridge, constraint, shrinkage, rule, method, scale, hidden, activation, layer_ridge, reach, penalty, \
relaxation, acceleration, tol, max_iter, starts, certificate, warm_start, random_state, \
n_jobs, verbose
        Those of `SupervisedPCA`.

    Attributes
    ----------
    components_ : array of shape (n_components, n_features)
        W, a row is a component. Behind hidden layers it has a column for each unit of the last one.
    explained_variance_ratio_ : array of shape (n_components,)
        The share of the variance along each component.
    coef_, intercept_ : arrays
        The linear predictor in the units of the features and of the targets, for "poisson" of the logarithm of the
        rate. Behind hidden layers there is none.
    target_names_ : list of str
        The names of the targets: those of the columns of a frame, if y is one.
    layers_, status_, n_iter_, history_, report_, certificate_
        Those of `SupervisedPCA`.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from admmlearn import SupervisedPCARegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = SupervisedPCARegressor(n_components=2, weight=0.1).fit(X, y)
    >>> model.score(X, y) > 0.5
    True
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **Estimator._parameter_constraints,
        "loss": [StrOptions(set(Regressor._losses))],
        "standardise_targets": ["boolean"],
    }

    loss: str = "squared"
    standardise_targets: bool = True

    def _outputs_of(self, y: Any, given: Any) -> Array:
        self.flat_ = y.ndim == 1
        columns: Array = y.reshape(len(y), -1)
        self.target_names_ = _names(given) or _numbered(columns.shape[1])
        return columns

    def _labels(self, outputs: Array) -> Array:
        return np.empty(0)

    def _targets(self, X: Any, outputs: Array, labels: Array) -> tuple[Array, int]:
        return np.ascontiguousarray(outputs, dtype=X.dtype), 0

    def _choices(self, shape: tuple[int, int]) -> dict[str, Any]:
        return super()._choices(shape) | {"standardise_targets": self.standardise_targets}


def _names(y: Any) -> list[str]:
    """The names of the columns of a frame, or of a series, if there are any."""
    if hasattr(y, "columns"):
        return [str(name) for name in y.columns]
    name = getattr(y, "name", None)
    return [] if name is None else [str(name)]


def _numbered(targets: int) -> list[str]:
    """The names that targets without names have, as on the command line where there is one."""
    return ["target"] if targets == 1 else [f"target{t + 1}" for t in range(targets)]
