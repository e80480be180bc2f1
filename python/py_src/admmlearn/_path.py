"""The path: the weight λ and the number of components by cross-validation."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import _fit_context, clone, is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import check_scoring, get_scorer_names
from sklearn.model_selection import check_cv
from sklearn.utils import _safe_indexing
from sklearn.utils._metadata_requests import _raise_for_params
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.validation import _check_sample_weight, validate_data

from ._estimator import Estimator
from ._model import Model
from ._predictors import Classifier, Regressor
from ._regressor import SupervisedPCARegressor
from ._supervised_pca import SupervisedPCA


class Path(Model):
    """The choice of λ and of k for an estimator."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "weights": ["array-like"],
        "n_components": [Interval(Integral, 1, None, closed="left"), "array-like"],
        "choose": [StrOptions({"best", "one-standard-error"})],
        "cv": ["cv_object"],
        "scoring": [StrOptions(set(get_scorer_names())), callable, None],
    }
    # The estimator that None stands for.
    _default: ClassVar[type[SupervisedPCA | SupervisedPCARegressor]]

    def __init__(
        self,
        estimator: Any = None,
        *,
        weights: Sequence[float] = (0.9, 0.7, 0.5, 0.3, 0.1),
        n_components: int | Sequence[int] = (1, 2),
        choose: str = "one-standard-error",
        cv: Any = None,
        scoring: Any = None,
    ) -> None:
        self.estimator = estimator
        self.weights = weights
        self.n_components = n_components
        self.choose = choose
        self.cv = cv
        self.scoring = scoring

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None, **params: Any) -> Self:
        """Choose by cross-validation, and fit all samples with the choice.

        Parameters
        ----------
        X : array or CSR matrix of shape (n_samples, n_features)
            The samples.
        y : array of shape (n_samples,) or (n_samples, n_targets)
            The targets, as the estimator takes them.
        sample_weight : array of shape (n_samples,), optional
            What each sample counts in the fits.
        **params
            Metadata, such as groups, for the splitter and the scorer, where scikit-learn's routing is enabled.
        """
        _raise_for_params(params, self, "fit")
        base = self._base()
        given_y = y
        X, y = validate_data(
            self, X, y, accept_sparse="csr", dtype=[np.float64, np.float32], multi_output=True
        )
        weights = None if sample_weight is None else _check_sample_weight(sample_weight, X)
        grid = sorted({float(weight) for weight in self.weights}, reverse=True)
        counts = sorted({int(count) for count in np.atleast_1d(self.n_components)})
        if not grid or not counts:
            raise ValueError("weights and n_components must have one entry each at least")
        routed: Any = process_routing(self, "fit", **params) if params else None
        of_splitter, of_scorer = (routed.splitter.split, routed.scorer.score) if routed else ({}, {})
        scorer = check_scoring(base, scoring=self.scoring)
        splitter: Any = check_cv(self.cv, y, classifier=is_classifier(base))
        folds = list(splitter.split(X, y, **of_splitter))
        pairs = [(count, weight) for count in counts for weight in grid]
        data = (X, y, weights, of_scorer)
        figures = np.array([self._follow(base, counts, grid, scorer, data, fold) for fold in folds])
        self.cv_results_ = _results(pairs, figures)
        self.best_n_components_, self.best_weight_ = pairs[self._chosen()]
        best: Any = clone(base)
        best.set_params(n_components=self.best_n_components_, weight=self.best_weight_)
        self.best_estimator_ = best.fit(X, given_y, sample_weight=weights)
        self.__dict__.update({name: value for name, value in vars(best).items() if name.endswith("_")})
        return self

    def get_metadata_routing(self) -> MetadataRouter:
        """The metadata that the splitter and the scorer ask for."""
        base = self._base()
        scorer = check_scoring(base, scoring=self.scoring)
        splitter: Any = check_cv(self.cv, classifier=is_classifier(base))
        to_splitter = MethodMapping().add(caller="fit", callee="split")
        to_scorer = MethodMapping().add(caller="fit", callee="score")
        router = MetadataRouter(owner=self).add_self_request(self)
        return router.add(splitter=splitter, method_mapping=to_splitter).add(scorer=scorer, method_mapping=to_scorer)

    def _base(self) -> Any:
        return self._default() if self.estimator is None else self.estimator

    @property
    def _loss(self) -> str:
        return str(vars(self).get("loss_", self._base().loss))

    @classmethod
    def _like(cls, parts: dict[str, Any]) -> dict[str, Any]:
        return {"estimator": cls._default(loss=parts["loss"])}

    def _follow(
        self, base: Estimator, counts: list[int], grid: list[float], scorer: Any, data: Any, fold: Any
    ) -> list[tuple[float, float]]:
        """The score on the samples left out, and the variance explained, of every pair in one fold."""
        X, y, weights, of_scorer = data
        train, test = fold
        given = None if weights is None else weights[train]
        with_test = {name: _safe_indexing(value, test) for name, value in of_scorer.items()}
        figures = []
        for count in counts:
            model: Any = clone(base)
            model.set_params(n_components=count, warm_start=True)
            for weight in grid:
                with warnings.catch_warnings():
                    # What is to be said of the data is said once, of all samples.
                    warnings.simplefilter("ignore", UserWarning)
                    warnings.simplefilter("default", ConvergenceWarning)
                    model.set_params(weight=weight).fit(_safe_indexing(X, train), y[train], sample_weight=given)
                score = scorer(model, _safe_indexing(X, test), y[test], **with_test)
                figures.append((float(score), float(model.report_["variance_explained"])))
        return figures

    def _chosen(self) -> int:
        scores = self.cv_results_["mean_test_score"]
        best = int(np.argmax(scores))
        if self.choose == "best":
            return best
        # The pairs are in the order of simplicity: few components first, and with them a large λ.
        return int(np.argmax(scores >= scores[best] - self.cv_results_["std_error"][best]))


class SupervisedPCACV(Path, Classifier):
    """Supervised PCA whose weight λ and number of components are chosen by cross-validation.

    For each number of components and each fold, λ goes down from the largest: every fit starts from the one before.

    Parameters
    ----------
    estimator : SupervisedPCA or None
        What is fitted, with all its other parameters, such as `loss`. None is `SupervisedPCA()`.
    weights : sequence of float
        The λ to try.
    n_components : int or sequence of int
        The numbers of components to try.
    choose : {"best", "one-standard-error"}
        "best" is the highest mean score. "one-standard-error" is the fewest components, and with them the largest λ,
        whose mean score is within one standard error of that.
    cv : int, splitter or None
        The folds, as everywhere in scikit-learn.
    scoring : str, callable or None
        The score, accuracy by default.

    Attributes
    ----------
    best_estimator_ : SupervisedPCA
        The fit on all samples with the chosen parameters. Its fitted attributes are attributes of this estimator too.
    best_weight_, best_n_components_ : float, int
        The choice.
    cv_results_ : dict of arrays
        For each pair of parameters its "n_components", "weight", "mean_test_score", "std_error" of the mean,
        "mean_variance_explained", and "front": true where no other pair has both a higher score and more variance.
    """

    _default = SupervisedPCA
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **Path._parameter_constraints,
        "estimator": [SupervisedPCA, None],
    }


class SupervisedPCARegressorCV(Path, Regressor):
    """The regressor whose weight λ and number of components are chosen by cross-validation.

    Its parameters and attributes are those of `SupervisedPCACV`, with a `SupervisedPCARegressor` as the estimator. The
    score is R² by default.
    """

    _default = SupervisedPCARegressor
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **Path._parameter_constraints,
        "estimator": [SupervisedPCARegressor, None],
    }


def _results(pairs: list[tuple[int, float]], figures: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
    scores, variances = figures[:, :, 0], figures[:, :, 1].mean(axis=0)
    mean = scores.mean(axis=0)
    error = scores.std(axis=0, ddof=1) / np.sqrt(len(scores)) if len(scores) > 1 else np.zeros_like(mean)
    better = (mean[:, None] <= mean) & (variances[:, None] <= variances)
    strictly = (mean[:, None] < mean) | (variances[:, None] < variances)
    return {
        "n_components": np.array([count for count, _ in pairs]),
        "weight": np.array([weight for _, weight in pairs]),
        "mean_test_score": mean,
        "std_error": error,
        "mean_variance_explained": variances,
        "front": ~(better & strictly).any(axis=1),
    }
