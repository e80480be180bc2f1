"""Supervised PCA beside the reductions of scikit-learn on digits: two components, a linear classifier behind them.

    python benchmarks/reductions.py [splits]

Prints the mean time of a fit, on one thread, and the mean test error.
"""

import sys
import time
import warnings

import numpy as np
from sklearn.cross_decomposition import PLSRegression
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neighbors import NeighborhoodComponentsAnalysis
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from admmlearn import SupervisedPCA


class PLS(PLSRegression):
    """Partial least squares on the indicators of the classes, as a transformer."""

    def fit(self, X, y):
        return super().fit(X, OneHotEncoder(sparse_output=False).fit_transform(y[:, None]))

    def fit_transform(self, X, y):
        return self.fit(X, y).transform(X)


def behind(reduction):
    return make_pipeline(StandardScaler(), reduction, LogisticRegression(max_iter=1000))


METHODS = {
    "PCA + logistic regression": lambda: behind(PCA(2)),
    "LDA + logistic regression": lambda: behind(LinearDiscriminantAnalysis(n_components=2)),
    "PLS + logistic regression": lambda: behind(PLS(2)),
    "NCA + logistic regression": lambda: behind(NeighborhoodComponentsAnalysis(2, random_state=0)),
    "supervised PCA, λ = 0.5": lambda: SupervisedPCA(2, weight=0.5),
    "supervised PCA, λ = 0.1": lambda: SupervisedPCA(2, weight=0.1),
    "supervised PCA, λ = 0.1, hidden 32": lambda: SupervisedPCA(2, weight=0.1, hidden=(32,), max_iter=300, tol=1e-3),
}


def main(splits):
    X, y = load_digits(return_X_y=True)
    print(f"{'digits, k = 2':36} {'fit (s)':>9} {'test error':>11}")
    for name, make in METHODS.items():
        times, errors = [], []
        for split in range(splits):
            train, test, y_train, y_test = train_test_split(X, y, random_state=split, stratify=y)
            model = make()
            began = time.process_time()
            model.fit(train, y_train)
            times.append(time.process_time() - began)
            errors.append(1 - model.score(test, y_test))
        print(f"{name:36} {np.mean(times):9.3f} {np.mean(errors):11.3f}", flush=True)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4)
