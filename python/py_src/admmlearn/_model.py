"""What a fitted model does, however it was found and whatever it predicts."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
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
    "activation": "activation_",
    "loss": "loss_",
    "target_mean": "target_mean_",
    "target_scale": "target_scale_",
}
# The samples that are made dense, or brought to another precision, at a time.
_CHUNK = 4096


class Model(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """A transformer of scikit-learn with a predictor behind it. Its fitted attributes are numpy arrays."""

    mean_: Array
    scale_: Array
    components_: Array
    classifier_: Array
    classifier_intercept_: Array
    layers_: list[tuple[Array, Array]]
    activation_: str
    loss_: str
    target_mean_: Array | None
    target_scale_: Array | None
    n_features_in_: int
    feature_names_in_: Array
    # The encoding of tables that a file had.
    encoding_: str | None = None

    # The losses that the estimator takes.
    _losses: ClassVar[tuple[str, ...]]

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

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model as a file of the command line: `admm predict run` reads it."""
        check_is_fitted(self)
        features = getattr(self, "feature_names_in_", numbered(self.n_features_in_))
        outputs, numbers = self._outputs()
        names = ([str(name) for name in features], outputs, numbers, self.encoding_)
        data = _core.to_bytes(self._parts(), names)
        with open(path, "wb") as file:
            file.write(data)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, dtype: Any = np.float64) -> Self:
        """Read a model file. Classes and targets have texts as their names, as in the file."""
        with open(path, "rb") as file:
            parts, (features, outputs, numbers, encoding) = _core.from_bytes(
                file.read(), np.dtype(dtype) == np.float32
            )
        if parts["loss"] not in cls._losses:
            raise ValueError(f"the model has the loss {parts['loss']}: {cls.__name__} takes {', '.join(cls._losses)}")
        model = cls(**cls._like(parts))
        model._take_outputs(outputs, numbers)
        model._take_parts(parts)
        model.n_features_in_ = len(features)
        model.encoding_ = encoding
        if features != numbered(len(features)):
            model.feature_names_in_ = np.asarray(features, dtype=object)
        return model

    @classmethod
    def _like(cls, parts: dict[str, Any]) -> dict[str, Any]:
        """The parameters of an estimator that could have found a model."""
        return {"n_components": len(parts["weights"]), "loss": parts["loss"]}

    def _outputs(self) -> tuple[list[str], bool]:
        """The names of the classes or targets, and true if these are targets that are numbers."""
        raise NotImplementedError

    def _take_outputs(self, names: list[str], numbers: bool) -> None:
        """The contrary of that."""
        raise NotImplementedError

    def _in_units(self, coef: Array, intercept: Array) -> tuple[Array, Array]:
        """The linear predictor, of which `coef` has a row for each logit, as users see it."""
        raise NotImplementedError

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "components_")

    @property
    def _n_features_out(self) -> int:
        return int(self.components_.shape[0])

    def _parts(self) -> dict[str, Any]:
        return {part: getattr(self, name) for part, name in _PARTS.items()}

    def _take_parts(self, parts: dict[str, Any]) -> None:
        for part, name in _PARTS.items():
            setattr(self, name, parts[part])
        if self.layers_:
            # Those of an earlier fit without layers.
            self.__dict__.pop("coef_", None)
            self.__dict__.pop("intercept_", None)
        else:
            coef = self.classifier_ @ self.components_ / self.scale_
            self.coef_, self.intercept_ = self._in_units(coef, self.classifier_intercept_ - coef @ self.mean_)

    def _take(self, parts: dict[str, Any], facts: dict[str, Any]) -> None:
        self._take_parts(parts)
        report = json.loads(facts["report"])
        history = json.loads(facts["history"])
        self.explained_variance_ratio_ = np.asarray(facts["explained"], dtype=self.components_.dtype)
        self.certificate_ = report.pop("certificate")
        second_order = report.pop("second_order")
        if second_order is not None:
            self.certificate_["second_order"] = second_order
        self.report_ = report
        self.status_ = report["status"]
        self.n_iter_ = max(int(report["iterations"]), 1)
        self.history_ = {name: np.array([entry[name] for entry in history]) for name in (history or [{}])[0]}

    def _by_core(self, function: Callable[[dict[str, Any], Array], Array], X: Any) -> Array:
        dtype = self.components_.dtype
        X = validate_data(self, X, accept_sparse="csr", dtype=[np.float64, np.float32], reset=False)
        parts = self._parts()
        if isinstance(X, np.ndarray) and X.dtype == dtype:
            return function(parts, aligned(X))
        pieces = (X[i : i + _CHUNK] for i in range(0, X.shape[0], _CHUNK))
        dense = (piece if isinstance(piece, np.ndarray) else piece.toarray() for piece in pieces)
        return np.concatenate([function(parts, piece.astype(dtype)) for piece in dense])

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def aligned(X: Array) -> Array:
    """X as the core reads it in place: at any strides, but in whole numbers of the machine."""
    whole = X.flags.aligned and all(stride % X.itemsize == 0 for stride in X.strides)
    return X if whole else np.require(X, requirements=["C", "A"])


def numbered(features: int) -> list[str]:
    """The names that a file gives to features without names."""
    return [f"x{j + 1}" for j in range(features)]


def spelled(label: Any) -> str:
    """A class as the command line spells it: a whole number without a point."""
    return str(int(label)) if isinstance(label, float) and label.is_integer() else str(label)
