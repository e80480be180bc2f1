"""The path: the weight λ and the number of components by cross-validation."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from numbers import Integral
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import _fit_context, clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import check_scoring, get_scorer_names
from sklearn.model_selection import check_cv
from sklearn.utils import _safe_indexing
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, validate_data

from ._model import Model
from ._supervised_pca import SupervisedPCA


class SupervisedPCACV(Model):
    """Supervised PCA whose weight λ and number of components are chosen by cross-validation.

    For each number of components and each fold, λ goes down from the largest: every fit starts from the one before.

    Parameters
    ----------
    estimator : SupervisedPCA or None
        What is fitted, with all its other parameters. None is `SupervisedPCA()`.
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

    _parameter_constraints: dict[str, list[Any]] = {
        "estimator": [SupervisedPCA, None],
        "weights": ["array-like"],
        "n_components": [Interval(Integral, 1, None, closed="left"), "array-like"],
        "choose": [StrOptions({"best", "one-standard-error"})],
        "cv": ["cv_object"],
        "scoring": [StrOptions(set(get_scorer_names())), callable, None],
    }

    def __init__(
        self,
        estimator: SupervisedPCA | None = None,
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
    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> Self:
        """Choose by cross-validation, and fit all samples with the choice.

        Parameters
        ----------
        X : array or CSR matrix of shape (n_samples, n_features)
            The samples.
        y : array of shape (n_samples,)
            The classes.
        sample_weight : array of shape (n_samples,), optional
            What each sample counts in the fits.
        """
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=[np.float64, np.float32], order="C")
        check_classification_targets(y)
        weights = None if sample_weight is None else _check_sample_weight(sample_weight, X)
        base = SupervisedPCA() if self.estimator is None else self.estimator
        grid = sorted({float(weight) for weight in self.weights}, reverse=True)
        counts = sorted({int(count) for count in np.atleast_1d(self.n_components)})
        if not grid or not counts:
            raise ValueError("weights and n_components must have one entry each at least")
        scorer = check_scoring(base, scoring=self.scoring)
        splitter: Any = check_cv(self.cv, y, classifier=True)
        folds = list(splitter.split(X, y))
        pairs = [(count, weight) for count in counts for weight in grid]
        figures = np.array([self._follow(base, counts, grid, scorer, (X, y, weights), fold) for fold in folds])
        self.cv_results_ = _results(pairs, figures)
        self.best_n_components_, self.best_weight_ = pairs[self._chosen()]
        best: Any = clone(base)
        best.set_params(n_components=self.best_n_components_, weight=self.best_weight_)
        self.best_estimator_ = best.fit(X, y, sample_weight=weights)
        self.__dict__.update({name: value for name, value in vars(best).items() if name.endswith("_")})
        return self

    def _follow(
        self, base: SupervisedPCA, counts: list[int], grid: list[float], scorer: Any, data: Any, fold: Any
    ) -> list[tuple[float, float]]:
        """The score on the samples left out, and the variance explained, of every pair in one fold."""
        X, y, weights = data
        train, test = fold
        given = None if weights is None else weights[train]
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
                score = scorer(model, _safe_indexing(X, test), y[test])
                figures.append((float(score), float(model.report_["variance_explained"])))
        return figures

    def _chosen(self) -> int:
        scores = self.cv_results_["mean_test_score"]
        best = int(np.argmax(scores))
        if self.choose == "best":
            return best
        # The pairs are in the order of simplicity: few components first, and with them a large λ.
        return int(np.argmax(scores >= scores[best] - self.cv_results_["std_error"][best]))


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
