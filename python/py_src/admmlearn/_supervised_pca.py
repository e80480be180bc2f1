"""The estimator of classes and labels: a transformer and a classifier in one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from ._estimator import Estimator
from ._model import Array
from ._predictors import Classifier


@dataclass(repr=False, eq=False)
class SupervisedPCA(Estimator, Classifier):
    """Principal components that a classifier has a say in.

    One matrix W (d×k) serves two losses at once: the share of the variance that its components lose, with the weight λ,
    and the loss of a linear classifier on the components, with the weight 1 − λ:

        minimise  λ (1 − tr(WᵀΣW) / tr Σ) + (1 − λ) (mean loss + μ/2 ‖B‖²)

    ADMM minimises it by default: W follows its own rule on its own constraint, a second copy follows the loss of the
    classifier, and a dual variable makes them agree.

    Parameters
    ----------
    n_components : int, default=2
        k, the number of components. At most min(n_samples, n_features) are found.
    loss : {"softmax", "logistic", "squared-hinge"}
        The loss of the classifier. "softmax" is the cross-entropy of classes. The other two tell each class from the
        rest, and take labels of which a sample may have several.
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
    penalty : {"auto", "balance", "fixed", "relative-balance", "spectral", "square-root"}
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
    certificate : {"first-order", "second-order"}
        The conditions that are checked at the end. "second-order" tells a local minimum from a saddle point, by up to 600
        more passes over the data.
    class_weight : dict, "balanced" or None
        What a class counts. Labels of which a sample may have several have no such weights.
    warm_start : bool, default=False
        True to start from the last fit.
    random_state : int, RandomState or None
        The seed of the random starts, as on the command line. None is the seed 0: fits are reproducible.
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
    multilabel_ : bool
        True if a sample may have several labels.
    status_ : str
        How the fit ended: "converged", or the reason why not.
    n_iter_ : int
        The number of iterations.
    history_ : dict of arrays
        One number an iteration of each figure.
    report_ : dict
        The figures of the fit.
    certificate_ : dict
        What was found about the conditions of convergence. With `certificate="second-order"`, its entry "second_order"
        holds the verdict and the smallest eigenvalues of the Hessian.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **Estimator._parameter_constraints,
        "loss": [StrOptions(set(Classifier._losses))],
        "class_weight": [StrOptions({"balanced"}), dict, None],
    }

    loss: str = "softmax"
    class_weight: dict[Any, float] | str | None = None

    def _outputs_of(self, y: Any, given: Any) -> Array:
        y = y.toarray() if hasattr(y, "toarray") else y
        check_classification_targets(y)
        self.multilabel_ = type_of_target(y, input_name="y") == "multilabel-indicator"
        if not self.multilabel_:
            return np.asarray(column_or_1d(y, warn=True))
        if self.loss == "softmax":
            raise ValueError("y has several labels for a sample: use loss='logistic' or loss='squared-hinge'")
        if self.class_weight is not None:
            raise ValueError("class_weight is for classes, and y has several labels for a sample")
        return np.asarray(y)

    def _labels(self, outputs: Array) -> Array:
        return np.empty(0) if self.multilabel_ else np.unique(outputs)

    def _targets(self, X: Any, outputs: Array, labels: Array) -> tuple[Array, int]:
        if self.multilabel_:
            self.classes_ = np.arange(outputs.shape[1])
            return np.ascontiguousarray(outputs, dtype=X.dtype), 0
        self.classes_ = labels
        if len(labels) < 2:
            raise ValueError(f"y must have at least 2 classes, but has 1 class: {labels[0]!r}")
        return np.searchsorted(labels, outputs).astype(np.int64), len(labels)

    def _choices(self, shape: tuple[int, int]) -> dict[str, Any]:
        return super()._choices(shape) | {"class_weight": self._class_weight()}

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
