"""The fit of an estimator: its parameters, and what they make of samples and targets."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import _check_sample_weight

from . import _core
from ._callbacks import CallbackSupport
from ._model import Array, Model, aligned


class Estimator(CallbackSupport, Model):
    """The parameters that all estimators have, and the fit with them."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
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
        "penalty": [StrOptions({"auto", "balance", "fixed", "relative-balance", "spectral", "square-root"})],
        "relaxation": [Interval(Real, 0, 2, closed="neither")],
        "acceleration": [StrOptions({"none", "anderson", "nesterov"})],
        "tol": [Interval(Real, 0, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "starts": [Interval(Integral, 0, None, closed="left")],
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        n_components: int,
        *,
        loss: str,
        weight: float,
        ridge: float,
        constraint: str,
        shrinkage: float,
        rule: str,
        method: str,
        scale: str,
        hidden: tuple[int, ...],
        activation: str,
        layer_ridge: float,
        reach: str,
        penalty: str,
        relaxation: float,
        acceleration: str,
        tol: float,
        max_iter: int,
        starts: int,
        warm_start: bool,
        random_state: int | np.random.RandomState | None,
        n_jobs: int | None,
        verbose: int,
    ) -> None:
        self.n_components = n_components
        self.loss = loss
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
        self.warm_start = warm_start
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose

    @property
    def _loss(self) -> str:
        return str(vars(self).get("loss_", self.loss))

    def _fit(self, X: Any, y: Any, targets: Array, classes: int, sample_weight: ArrayLike | None) -> None:
        """Fit to class numbers (n), or to numbers (n×q) of the type of X, and take what was found."""
        weights = None
        if sample_weight is not None:
            weights = _check_sample_weight(sample_weight, X, dtype=X.dtype, ensure_non_negative=True)
        start = self._parts() if self.warm_start and hasattr(self, "components_") else None
        with self._watched(X, y, sample_weight, self.max_iter) as watch:
            parts, facts, ended_by = _core.fit(
                stored(X),
                targets,
                classes,
                json.dumps(self._choices(X.shape)),
                weights=weights,
                start=start,
                observer=_observer(watch, self.verbose),
            )
            self.encoding_ = None
            self._take(parts, facts)
            if ended_by is not None:
                raise ended_by
        self._warn(facts)

    def _choices(self, shape: tuple[int, int]) -> dict[str, Any]:
        jobs = 1 if self.n_jobs is None else self.n_jobs
        return {
            "components": min(self.n_components, shape[0], self.hidden[-1] if self.hidden else shape[1]),
            "weight": float(self.weight),
            "ridge": float(self.ridge),
            "shrinkage": float(self.shrinkage),
            "loss": self.loss,
            "standardise_targets": True,
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
            "class_weight": "as-sampled",
            "tolerance": float(self.tol),
            "max_iterations": int(self.max_iter),
            "starts": int(self.starts),
            "seed": _seed(self.random_state),
            "threads": max(int(jobs), 0),
        }

    def _warn(self, facts: dict[str, Any]) -> None:
        for warning in [*facts["warnings"], facts["collapse"]]:
            if warning is not None:
                warnings.warn(warning, UserWarning, stacklevel=6)
        if self.status_ in ("iteration-limit", "stalled", "diverged"):
            advice = f"the fit ended as {self.status_} after {self.n_iter_} iterations: see report_ and certificate_"
            warnings.warn(advice, ConvergenceWarning, stacklevel=6)


def _seed(random_state: int | np.random.RandomState | None) -> int:
    """The seed of the command line for an integer, which makes 0 of None."""
    if random_state is None:
        return 0
    if isinstance(random_state, Integral):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))


def stored(X: Any) -> Any:
    """X as the core takes it: an array, or the parts of a matrix in compressed rows."""
    if isinstance(X, np.ndarray):
        return aligned(X)
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
