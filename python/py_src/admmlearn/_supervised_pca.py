"""The estimator for classes: a transformer and a classifier in one."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import _fit_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, validate_data

from . import _core
from ._callbacks import CallbackSupport, with_callbacks
from ._model import Model, numbered


class SupervisedPCA(CallbackSupport, Model):
    """Principal components that a classifier has a say in.

    One matrix W (d×k) serves two losses at once: the share of the variance that its components lose, with the weight λ,
    and the cross-entropy of a linear classifier on the components, with the weight 1 − λ:

        minimise  λ (1 − tr(WᵀΣW) / tr Σ) + (1 − λ) (mean cross-entropy + μ/2 ‖B‖²)

    ADMM minimises it by default: W follows its own rule on its own constraint, a second copy follows the cross-entropy,
    and a dual variable makes them agree.

    Parameters
    ----------
    n_components : int, default=2
        k, the number of components. At most min(n_samples, n_features) are found.
    weight : float, default=0.5
        λ from 0 to 1: 1 is PCA, 0 the classifier alone.
    ridge : float, default=0.01
        μ ≥ 0, the penalty of the weights of the classifier.
    constraint : {"orthonormal", "unit-norm", "ball", "none", "normalised-columns", "normalised-q"}
        What the columns of W must satisfy.
    shrinkage : float, default=0.0
        γ ≥ 0, the weight of γ/2 ‖W‖² where `constraint` is "none".
    rule : {"majorize", "hebbian", "minibatch", "vr-pca", "oja", "sanger", "krasulina", "power", "lbfgs"}
        The rule by which W lowers the variance that is lost.
    method : {"admm", "joint", "alternating", "two-stage"}
        ADMM; the gradient of both losses together; the two blocks in turn; PCA first and the classifier after it.
    scale : {"standard", "center", "none"}
        What is done to the features first.
    hidden : tuple of int, default=()
        The widths of dense layers h(x) between the features and W. W then reduces h, and Σ is the covariance of h.
    activation : {"tanh", "relu", "softplus"}
        The function of the hidden units.
    layer_ridge : float, default=0.001
        The penalty of the weights of the hidden layers.
    reach : {"stopped", "through"}
        The end of the gradient of the PCA loss: before the hidden layers, or in them. "through" asks for the method
        "joint".
    penalty : {"balance", "fixed", "relative-balance", "spectral", "square-root"}
        The policy for ρ, the penalty of ADMM.
    relaxation : float, default=1.0
        Over-relaxation of ADMM, between 0 and 2.
    acceleration : {"none", "anderson", "nesterov"}
        The acceleration of ADMM.
    tol : float, default=1e-6
        The norm of the gradient of the objective at which the fit has converged.
    max_iter : int, default=5000
        The most iterations.
    starts : int, default=0
        The number of random starts that are tried beside the first one. The best end counts.
    class_weight : dict, "balanced" or None
        What a class counts.
    warm_start : bool, default=False
        True to start from the last fit.
    random_state : int, RandomState or None
        The seed of the random starts. None is the seed 0: fits are reproducible.
    n_jobs : int or None
        The number of threads. None is 1, and -1 all of them. The result has the same bits for any number.
    verbose : int, default=0
        1 or more prints a line every ten iterations.

    Attributes
    ----------
    components_ : array of shape (n_components, n_features)
        W, a row is a component. Behind hidden layers it has a column for each unit of the last one.
    explained_variance_ratio_ : array of shape (n_components,)
        The share of the variance along each component.
    coef_, intercept_ : arrays
        The linear classifier in the units of the features. Behind hidden layers there is none.
    layers_ : list of (weights, bias)
        The hidden layers, a row of the weights for each unit.
    classes_ : array of shape (n_classes,)
        The labels of the classes.
    status_ : str
        How the fit ended: "converged", or the reason why not.
    n_iter_ : int
        The number of iterations.
    history_ : dict of arrays
        One number an iteration of each figure.
    report_ : dict
        The figures of the fit.
    certificate_ : dict
        What was found about the conditions of convergence.
    """

    _parameter_constraints: dict[str, list[Any]] = {
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "weight": [Interval(Real, 0, 1, closed="both")],
        "ridge": [Interval(Real, 0, None, closed="left")],
        "constraint": [
            StrOptions({"orthonormal", "unit-norm", "ball", "none", "normalised-columns", "normalised-q"})
        ],
        "shrinkage": [Interval(Real, 0, None, closed="left")],
        "rule": [
            StrOptions(
                {"majorize", "hebbian", "minibatch", "vr-pca", "oja", "sanger", "krasulina", "power", "lbfgs"}
            )
        ],
        "method": [StrOptions({"admm", "joint", "alternating", "two-stage"})],
        "scale": [StrOptions({"standard", "center", "none"})],
        "hidden": [tuple, list],
        "activation": [StrOptions({"tanh", "relu", "softplus"})],
        "layer_ridge": [Interval(Real, 0, None, closed="left")],
        "reach": [StrOptions({"stopped", "through"})],
        "penalty": [StrOptions({"balance", "fixed", "relative-balance", "spectral", "square-root"})],
        "relaxation": [Interval(Real, 0, 2, closed="neither")],
        "acceleration": [StrOptions({"none", "anderson", "nesterov"})],
        "tol": [Interval(Real, 0, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "starts": [Interval(Integral, 0, None, closed="left")],
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        n_components: int = 2,
        *,
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
        penalty: str = "balance",
        relaxation: float = 1.0,
        acceleration: str = "none",
        tol: float = 1e-6,
        max_iter: int = 5000,
        starts: int = 0,
        class_weight: dict[Any, float] | str | None = None,
        warm_start: bool = False,
        random_state: int | np.random.RandomState | None = None,
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_components = n_components
        self.weight = weight
        self.ridge = ridge
        self.constraint = constraint
        self.shrinkage = shrinkage
        self.rule = rule
        self.method = method
        self.scale = scale
        self.hidden = hidden
        self.activation = activation
        self.layer_ridge = layer_ridge
        self.reach = reach
        self.penalty = penalty
        self.relaxation = relaxation
        self.acceleration = acceleration
        self.tol = tol
        self.max_iter = max_iter
        self.starts = starts
        self.class_weight = class_weight
        self.warm_start = warm_start
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose

    @with_callbacks
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> Self:
        """Fit W and the classifier.

        Ctrl-C ends the fit: the best model up to there is kept, and KeyboardInterrupt raised.

        Parameters
        ----------
        X : array or CSR matrix of shape (n_samples, n_features)
            The samples. An array that is stored row by row is read where it is, another one is copied once.
        y : array of shape (n_samples,)
            The classes.
        sample_weight : array of shape (n_samples,), optional
            What each sample counts: 0 leaves it out, and an integer repeats it.
        """
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=[np.float64, np.float32], order="C")
        check_classification_targets(y)
        self.classes_, numbers = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y must have at least 2 classes, but has 1 class: {self.classes_[0]!r}")
        weights = None
        if sample_weight is not None:
            weights = _check_sample_weight(sample_weight, X, dtype=X.dtype, ensure_non_negative=True)
        start = self._parts() if self.warm_start and hasattr(self, "components_") else None
        with self._watched(X, y, sample_weight, self.max_iter) as watch:
            parts, facts, ended_by = _core.fit(
                stored(X),
                numbers.astype(np.int64),
                len(self.classes_),
                json.dumps(self._choices(X.shape)),
                weights=weights,
                start=start,
                observer=_observer(watch, self.verbose),
            )
            self._take(parts, facts)
            if ended_by is not None:
                raise ended_by
        self._warn(facts)
        return self

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, dtype: Any = np.float64) -> Self:
        """Read a model file. The classes are texts, as in the file."""
        with open(path, "rb") as file:
            parts, features, classes = _core.from_bytes(file.read(), np.dtype(dtype) == np.float32)
        model = cls(n_components=len(parts["weights"]))
        model._take_parts(parts)
        model.classes_ = np.asarray(classes)
        model.n_features_in_ = len(features)
        if features != numbered(len(features)):
            model.feature_names_in_ = np.asarray(features, dtype=object)
        return model

    def _choices(self, shape: tuple[int, int]) -> dict[str, Any]:
        seed = 0 if self.random_state is None else check_random_state(self.random_state).randint(2**31 - 1)
        jobs = 1 if self.n_jobs is None else self.n_jobs
        return {
            "components": min(self.n_components, shape[0], self.hidden[-1] if self.hidden else shape[1]),
            "weight": float(self.weight),
            "ridge": float(self.ridge),
            "shrinkage": float(self.shrinkage),
            "constraint": self.constraint,
            "rule": self.rule,
            "method": self.method,
            "penalty": self.penalty,
            "relaxation": float(self.relaxation),
            "acceleration": self.acceleration,
            "hidden": [int(width) for width in self.hidden],
            "activation": self.activation,
            "layer_ridge": float(self.layer_ridge),
            "reach": self.reach,
            "scale": self.scale,
            "class_weight": self._class_weight(),
            "tolerance": float(self.tol),
            "max_iterations": int(self.max_iter),
            "starts": int(self.starts),
            "seed": int(seed),
            "threads": max(int(jobs), 0),
        }

    def _class_weight(self) -> Any:
        if self.class_weight is None:
            return "as-sampled"
        if isinstance(self.class_weight, str):
            return self.class_weight
        known = set(self.classes_.tolist())
        unknown = [label for label in self.class_weight if label not in known]
        if unknown:
            raise ValueError(f"class_weight names classes that y does not have: {unknown}")
        return {"factors": [float(self.class_weight.get(label, 1.0)) for label in self.classes_.tolist()]}

    def _warn(self, facts: dict[str, Any]) -> None:
        for warning in [*facts["warnings"], facts["collapse"]]:
            if warning is not None:
                warnings.warn(warning, UserWarning, stacklevel=5)
        if self.status_ in ("iteration-limit", "stalled", "diverged"):
            advice = f"the fit ended as {self.status_} after {self.n_iter_} iterations: see report_ and certificate_"
            warnings.warn(advice, ConvergenceWarning, stacklevel=5)


def stored(X: Any) -> Any:
    """X as the core takes it: an array, or the parts of a matrix in compressed rows."""
    if isinstance(X, np.ndarray):
        return X
    X.sort_indices()
    return X.data, X.indices.astype(np.int64), X.indptr.astype(np.int64), X.shape[1]


def _observer(watch: Callable[[], bool] | None, verbose: int) -> Callable[[str], bool] | None:
    if watch is None and not verbose:
        return None

    def observe(entry: str) -> bool:
        if verbose:
            _print(json.loads(entry))
        return watch is not None and watch()

    return observe


def _print(figures: dict[str, Any]) -> None:
    if figures["iteration"] % 10 == 1:
        print(
            f"iteration {figures['iteration']}: W - V {figures['primal_residual']:.2e}, "
            f"dual {figures['dual_residual']:.2e}, passes {figures['passes']}"
        )
