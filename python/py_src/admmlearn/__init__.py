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

from typing import TYPE_CHECKING, Any

from . import accelerate, accuracy, check, operators, penalty, prox, sets, stop
from ._blocks import Solved, descent, pca, steps, through
from ._coordinator import Coordinator, Options, Result, consensus, exchange, sharing
from ._core import Certificate, Moment, Record, Report, __version__

if TYPE_CHECKING:
    from ._path import SupervisedPCACV as SupervisedPCACV
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


def __getattr__(name: str) -> Any:
    # The estimators need scikit-learn, which is optional.
    if name == "SupervisedPCA":
        from ._supervised_pca import SupervisedPCA

        return SupervisedPCA
    if name == "SupervisedPCACV":
        from ._path import SupervisedPCACV

        return SupervisedPCACV
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
