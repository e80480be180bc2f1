"""What a fitted model does, however it was found."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from . import _core

Array = NDArray[Any]

# The arrays of a model, by their names in its file, and the attributes that hold them.
_PARTS = {
    "mean": "mean_",
    "scale": "scale_",
    "weights": "components_",
    "classifier": "classifier_",
    "bias": "classifier_intercept_",
    "layers": "layers_",
}
# The samples of a sparse matrix that are made dense at a time.
_CHUNK = 4096


class Model(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClassifierMixin, BaseEstimator):
    """A transformer and a classifier of scikit-learn. Its fitted attributes are numpy arrays."""

    mean_: Array
    scale_: Array
    components_: Array
    classifier_: Array
    classifier_intercept_: Array
    layers_: list[tuple[Array, Array]]
    classes_: Array
    n_features_in_: int
    feature_names_in_: Array

    def transform(self, X: ArrayLike) -> Array:
        """The components of the samples, of shape (n_samples, n_components)."""
        check_is_fitted(self)
        return self._by_core(_core.transform, X)

    def inverse_transform(self, X: ArrayLike) -> Array:
        """The samples in the span of W that have these components."""
        check_is_fitted(self)
        Z = np.ascontiguousarray(X, dtype=self.components_.dtype)
        if Z.ndim != 2:
            raise ValueError(f"X must have shape (n_samples, {self._n_features_out}), got {Z.shape}")
        return _core.inverse_transform(self._parts(), Z)

    def predict_proba(self, X: ArrayLike) -> Array:
        """The probabilities of the classes, of shape (n_samples, n_classes)."""
        check_is_fitted(self)
        return self._by_core(_core.predict_proba, X)

    def decision_function(self, X: ArrayLike) -> Array:
        """The logits of the classes; of two classes, the logit of the second less that of the first."""
        check_is_fitted(self)
        logits = self._by_core(_core.transform, X) @ self.classifier_.T + self.classifier_intercept_
        decision: Array = logits[:, 1] - logits[:, 0] if len(self.classes_) == 2 else logits
        return decision

    def predict(self, X: ArrayLike) -> Array:
        """The most probable class of each sample."""
        check_is_fitted(self)
        chosen: Array = self.classes_[np.argmax(self.predict_proba(X), axis=1)]
        return chosen

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model as a file of the command line: `admm predict run` reads it."""
        check_is_fitted(self)
        names = getattr(self, "feature_names_in_", numbered(self.n_features_in_))
        data = _core.to_bytes(self._parts(), [str(name) for name in names], [str(name) for name in self.classes_])
        with open(path, "wb") as file:
            file.write(data)

    @property
    def _n_features_out(self) -> int:
        return int(self.components_.shape[0])

    def _parts(self) -> dict[str, Any]:
        return {part: getattr(self, name) for part, name in _PARTS.items()} | {"activation": self.activation_}

    def _take_parts(self, parts: dict[str, Any]) -> None:
        for part, name in _PARTS.items():
            setattr(self, name, parts[part])
        self.activation_ = parts["activation"]
        if self.layers_:
            return
        coef = self.classifier_ @ self.components_ / self.scale_
        intercept = self.classifier_intercept_ - coef @ self.mean_
        if len(coef) == 2:
            coef, intercept = coef[1:] - coef[:1], intercept[1:] - intercept[:1]
        self.coef_, self.intercept_ = coef, intercept

    def _take(self, parts: dict[str, Any], facts: dict[str, Any]) -> None:
        self._take_parts(parts)
        report = json.loads(facts["report"])
        history = json.loads(facts["history"])
        self.explained_variance_ratio_ = np.asarray(facts["explained"], dtype=self.components_.dtype)
        self.certificate_ = report.pop("certificate")
        self.report_ = report
        self.status_ = report["status"]
        self.n_iter_ = max(int(report["iterations"]), 1)
        self.history_ = {name: np.array([entry[name] for entry in history]) for name in (history or [{}])[0]}

    def _by_core(self, function: Callable[[dict[str, Any], Array], Array], X: Any) -> Array:
        dtype = self.components_.dtype
        X = validate_data(self, X, accept_sparse="csr", dtype=[np.float64, np.float32], reset=False)
        parts = self._parts()
        if isinstance(X, np.ndarray):
            return function(parts, np.ascontiguousarray(X, dtype=dtype))
        rows = range(0, X.shape[0], _CHUNK)
        return np.concatenate([function(parts, X[i : i + _CHUNK].toarray().astype(dtype)) for i in rows])

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def numbered(features: int) -> list[str]:
    """The names that a file gives to features without names."""
    return [f"x{j + 1}" for j in range(features)]
