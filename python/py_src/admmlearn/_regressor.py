"""The estimator of numbers: a transformer and a regressor in one."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import _fit_context
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import validate_data

from ._callbacks import with_callbacks
from ._estimator import Estimator
from ._predictors import Regressor


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
relaxation, acceleration, tol, max_iter, starts, warm_start, random_state, n_jobs, verbose
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

    def __init__(
        self,
        n_components: int = 2,
        *,
        loss: str = "squared",
        standardise_targets: bool = True,
        weight: float = 0.5,
        ridge: float = 1e-2,
        constraint: str = "orthonormal",
        shrinkage: float = 0.0,
        rule: str = "majorize",
        method: str = "admm",
        scale: str = "standard",
        hidden: tuple[int, ...] = (),
        activation: str = "tanh",
        layer_ridge: float = 1e-3,
        reach: str = "stopped",
        penalty: str = "auto",
        relaxation: float = 1.0,
        acceleration: str = "none",
        tol: float = 1e-6,
        max_iter: int = 5000,
        starts: int = 0,
        warm_start: bool = False,
        random_state: int | np.random.RandomState | None = None,
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        super().__init__(
            n_components,
            loss=loss,
            weight=weight,
            ridge=ridge,
            constraint=constraint,
            shrinkage=shrinkage,
            rule=rule,
            method=method,
            scale=scale,
            hidden=hidden,
            activation=activation,
            layer_ridge=layer_ridge,
            reach=reach,
            penalty=penalty,
            relaxation=relaxation,
            acceleration=acceleration,
            tol=tol,
            max_iter=max_iter,
            starts=starts,
            warm_start=warm_start,
            random_state=random_state,
            n_jobs=n_jobs,
            verbose=verbose,
        )
        self.standardise_targets = standardise_targets

    @with_callbacks
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> Self:
        """Fit W and the regression.

        Ctrl-C ends the fit: the best model up to there is kept, and KeyboardInterrupt raised.

        Parameters
        ----------
        X : array or CSR matrix of shape (n_samples, n_features)
            The samples. An array is read where it is, whatever its strides.
        y : array of shape (n_samples,) or (n_samples, n_targets)
            The targets.
        sample_weight : array of shape (n_samples,), optional
            What each sample counts: 0 leaves it out, and an integer repeats it.
        """
        names = _names(y)
        X, y = validate_data(
            self, X, y, accept_sparse="csr", dtype=[np.float64, np.float32], multi_output=True, y_numeric=True
        )
        self.flat_ = y.ndim == 1
        numbers = np.ascontiguousarray(y.reshape(len(y), -1), dtype=X.dtype)
        self.target_names_ = names or _numbered(numbers.shape[1])
        self._fit(X, y, numbers, 0, sample_weight)
        return self

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
