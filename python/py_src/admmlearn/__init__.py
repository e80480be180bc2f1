"""ADMM for Python: estimators, and a framework for blocks of your own.

>>> from admmlearn import SupervisedPCA
>>> from sklearn.datasets import load_iris
>>> X, y = load_iris(return_X_y=True)
>>> model = SupervisedPCA(n_components=2, weight=0.5).fit(X, y)
>>> model.status_
'converged'
>>> model.transform(X).shape
(150, 2)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import accelerate, accuracy, check, operators, penalty, prox, sets, stop
from ._blocks import Solved, descent, pca, steps, through
from ._coordinator import Coordinator, Options, Result, consensus, exchange, sharing
from ._core import Certificate, Moment, Record, Report, __version__

if TYPE_CHECKING:
    from ._path import SupervisedPCACV as SupervisedPCACV
    from ._path import SupervisedPCARegressorCV as SupervisedPCARegressorCV
    from ._regressor import SupervisedPCARegressor as SupervisedPCARegressor
    from ._supervised_pca import SupervisedPCA as SupervisedPCA

__all__ = [
    "Certificate",
    "Coordinator",
    "Moment",
    "Options",
    "Record",
    "Report",
    "Result",
    "Solved",
    "SupervisedPCA",
    "SupervisedPCACV",
    "SupervisedPCARegressor",
    "SupervisedPCARegressorCV",
    "__version__",
    "accelerate",
    "accuracy",
    "check",
    "consensus",
    "descent",
    "exchange",
    "operators",
    "pca",
    "penalty",
    "prox",
    "sets",
    "sharing",
    "steps",
    "stop",
    "through",
]


# The estimators need scikit-learn, which is optional: they are imported when they are asked for.
_ESTIMATORS = {
    "SupervisedPCA": "_supervised_pca",
    "SupervisedPCACV": "_path",
    "SupervisedPCARegressor": "_regressor",
    "SupervisedPCARegressorCV": "_path",
}


def __getattr__(name: str) -> Any:
    if name not in _ESTIMATORS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_ESTIMATORS[name]}", __name__), name)
