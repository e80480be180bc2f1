"""What fitted models predict: classes, labels of which a sample may have several, and numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import ClassifierMixin, MultiOutputMixin, RegressorMixin
from sklearn.utils import Tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from . import _core
from ._model import Array, Model, spelled


def _has_probabilities(model: Classifier) -> bool:
    if model._loss == "squared-hinge":
        raise AttributeError("the loss squared-hinge makes no probabilities")
    return True


class Classifier(ClassifierMixin, Model):
    """A model of classes, or of labels of which a sample may have several."""

    classes_: Array
    # True if a sample may have several labels.
    multilabel_: bool

    _losses = ("softmax", "logistic", "squared-hinge")

    @property
    def _loss(self) -> str:
        """The name of the loss, of the fit or before it."""
        raise NotImplementedError

    @available_if(_has_probabilities)
    def predict_proba(self, X: ArrayLike) -> Array:
        """The probabilities of the classes, or of the labels, of shape (n_samples, n_classes).

        The loss "logistic" tells each class from the rest. Its probabilities are then divided by their sum.
        """
        check_is_fitted(self)
        probabilities = self._by_core(_core.predict_values, X)
        if self.loss_ == "logistic" and not self.multilabel_:
            probabilities /= probabilities.sum(axis=1, keepdims=True)
        return probabilities

    def decision_function(self, X: ArrayLike) -> Array:
        """The logits of the classes or labels; of two classes, the logit of the second less that of the first."""
        check_is_fitted(self)
        logits = self._by_core(_core.logits, X)
        decision: Array = logits[:, 1] - logits[:, 0] if self._is_binary else logits
        return decision

    def predict(self, X: ArrayLike) -> Array:
        """The most probable class of each sample, or an array with 1 for each of its labels."""
        check_is_fitted(self)
        logits = self._by_core(_core.logits, X)
        chosen: Array
        if self.multilabel_:
            chosen = (logits > 0).astype(np.int64)
        else:
            chosen = self.classes_[np.argmax(logits, axis=1)]
        return chosen

    @property
    def _is_binary(self) -> bool:
        return len(self.classes_) == 2 and not self.multilabel_

    def _outputs(self) -> tuple[list[str], bool]:
        return [spelled(label) for label in self.classes_.tolist()], self.multilabel_

    def _take_outputs(self, names: list[str], numbers: bool) -> None:
        self.classes_, self.multilabel_ = np.asarray(names), numbers

    def _in_units(self, coef: Array, intercept: Array) -> tuple[Array, Array]:
        if self._is_binary:
            return coef[1:] - coef[:1], intercept[1:] - intercept[:1]
        return coef, intercept

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = self._loss != "softmax"
        return tags


class Regressor(MultiOutputMixin, RegressorMixin, Model):
    """A model of numbers."""

    target_names_: list[str]
    # True if the targets were one-dimensional, as predictions then are.
    flat_: bool

    _losses = ("squared", "huber", "poisson")

    @property
    def _loss(self) -> str:
        """The name of the loss, of the fit or before it."""
        raise NotImplementedError

    def predict(self, X: ArrayLike) -> Array:
        """The targets, in their unit: for the loss "poisson" the rates of counts."""
        check_is_fitted(self)
        predicted = self._by_core(_core.predict_values, X)
        return predicted[:, 0] if self.flat_ else predicted

    def _outputs(self) -> tuple[list[str], bool]:
        return self.target_names_, True

    def _take_outputs(self, names: list[str], numbers: bool) -> None:
        self.target_names_, self.flat_ = names, len(names) == 1

    def _in_units(self, coef: Array, intercept: Array) -> tuple[Array, Array]:
        if self.target_mean_ is not None and self.target_scale_ is not None:
            coef, intercept = coef * self.target_scale_[:, None], intercept * self.target_scale_ + self.target_mean_
        return (coef[0], intercept[0]) if self.flat_ else (coef, intercept)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = self._loss == "poisson"
        return tags
