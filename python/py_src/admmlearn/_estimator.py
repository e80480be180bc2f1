"""The fit of an estimator: its parameters, and what they make of samples and targets."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import _fit_context, is_regressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import _check_sample_weight, validate_data

from . import _core
from ._callbacks import CallbackSupport, with_callbacks
from ._model import Array, Model, aligned
from ._ranks import Communicator, Ranks, agreed


@dataclass(repr=False, eq=False)
class Estimator(CallbackSupport, Model):
    """The parameters that all estimators have, and the fit with them. The constructor has them as arguments."""

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
        "certificate": [StrOptions({"first-order", "second-order"})],
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    }

    n_components: int = 2
    _: KW_ONLY
    loss: str
    weight: float = 0.5
    ridge: float = 1e-2
    constraint: str = "orthonormal"
    shrinkage: float = 0.0
    rule: str = "majorize"
    method: str = "admm"
    scale: str = "standard"
    hidden: tuple[int, ...] = ()
    activation: str = "tanh"
    layer_ridge: float = 1e-3
    reach: str = "stopped"
    penalty: str = "auto"
    relaxation: float = 1.0
    acceleration: str = "none"
    tol: float = 1e-6
    max_iter: int = 5000
    starts: int = 0
    certificate: str = "first-order"
    warm_start: bool = False
    random_state: int | np.random.RandomState | None = None
    n_jobs: int | None = None
    verbose: int = 0

    @property
    def _loss(self) -> str:
        return str(vars(self).get("loss_", self.loss))

    def fit(
        self, X: Any, y: Any, sample_weight: ArrayLike | None = None, *, comm: Communicator | None = None
    ) -> Self:
        """Fit W and the predictor.

        Ctrl-C ends the fit: the best model up to there is kept, and KeyboardInterrupt raised. A fit that ends without a
        model leaves the estimator as it was.

        Parameters
        ----------
        X : array or CSR matrix of shape (n_samples, n_features)
            The samples. An array is read where it is, whatever its strides.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            The classes or numbers. For labels of which a sample may have several, a column of 0 and 1 for each.
        sample_weight : array of shape (n_samples,), optional
            What each sample counts: 0 leaves it out, and an integer repeats it.
        comm : communicator, optional
            The processes that fit one model together: that of mpi4py, the module torch.distributed, or any object with
            `allgather(bytes)`, `rank` and `size`. Each process gives samples of its own, one at least, and gets the same
            model.
        """
        before = vars(self).copy()
        try:
            with Ranks(comm).together() as ranks:
                self._fit(X, y, sample_weight, ranks)
        except BaseException:
            if getattr(self, "components_", None) is before.get("components_"):
                self.__dict__ = before
            raise
        return self

    @with_callbacks
    @_fit_context(prefer_skip_nested_validation=True)
    def _fit(self, X: Any, y: Any, sample_weight: ArrayLike | None, ranks: Ranks) -> None:
        given = y
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse="csr",
            dtype=[np.float64, np.float32],
            multi_output=True,
            y_numeric=is_regressor(self),
        )
        outputs = self._outputs_of(y, given)
        weights = None
        if sample_weight is not None:
            weights = _check_sample_weight(sample_weight, X, dtype=X.dtype, ensure_non_negative=True)
        n, labels = self._join(X, self._labels(outputs), ranks)
        targets, classes = self._targets(X, outputs, labels)
        start = self._parts() if self.warm_start and hasattr(self, "components_") else None
        with self._watched(X, y, sample_weight, self.max_iter) as watch:
            parts, facts, ended_by = _core.fit(
                stored(X),
                targets,
                classes,
                json.dumps(self._choices((n, X.shape[1]))),
                weights=weights,
                start=start,
                observer=_observer(watch, self.verbose if ranks.rank == 0 else 0),
                comm=ranks.connected,
            )
            self.encoding_ = None
            self._take(parts, facts)
            if ended_by is not None:
                raise ended_by
        if ranks.rank == 0:
            self._warn(facts)

    def _outputs_of(self, y: Any, given: Any) -> Array:
        """What is to be predicted, from a checked y, and the y that the caller gave."""
        raise NotImplementedError

    def _labels(self, outputs: Array) -> Array:
        """The classes of these samples, in order; none where the outputs are columns of numbers."""
        raise NotImplementedError

    def _targets(self, X: Any, outputs: Array, labels: Array) -> tuple[Array, int]:
        """The number of the class of each sample and the count of all `labels`; or numbers (n×q) of the type of X and 0."""
        raise NotImplementedError

    def _join(self, X: Any, labels: Array, ranks: Ranks) -> tuple[int, Array]:
        """The number of samples of all processes, and all their classes. They must be alike in all else."""
        alike = {
            "type of X": X.dtype.name,
            "kind of y": labels.dtype.kind,
            **{name: value for name, value in self.get_params().items() if name not in _OWN},
        }
        every = ranks.join((X.shape[0], labels, {name: repr(value) for name, value in alike.items()}))
        for name in alike:
            agreed(name, [theirs[name] for _, _, theirs in every])
        return sum(n for n, _, _ in every), np.unique(np.concatenate([labels for _, labels, _ in every]))

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
            "certificate": self.certificate,
        }

    def _warn(self, facts: dict[str, Any]) -> None:
        for warning in [*facts["warnings"], facts["collapse"]]:
            if warning is not None:
                warnings.warn(warning, UserWarning, stacklevel=6)
        if self.status_ in ("iteration-limit", "stalled", "diverged"):
            advice = f"the fit ended as {self.status_} after {self.n_iter_} iterations: see report_ and certificate_"
            warnings.warn(advice, ConvergenceWarning, stacklevel=6)


# The parameters that a process may have for itself.
_OWN = ("n_jobs", "random_state", "verbose")


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
