"""The estimator of numbers, the losses of both estimators, and labels of which a sample may have several."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.cross_decomposition import PLSRegression
from sklearn.datasets import load_diabetes, load_iris, load_wine
from sklearn.linear_model import HuberRegressor, PoissonRegressor, Ridge
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.utils.estimator_checks import parametrize_with_checks

from admmlearn import SupervisedPCA, SupervisedPCACV, SupervisedPCARegressor, SupervisedPCARegressorCV


def expected_failures(estimator):
    if getattr(estimator, "loss", "") == "poisson":
        return {"check_regressor_multioutput": "it gives negative counts"}
    return {}


@parametrize_with_checks(
    [
        SupervisedPCARegressor(),
        SupervisedPCARegressor(loss="huber"),
        SupervisedPCARegressor(loss="poisson"),
        # A check asks for seven digits of every number.
        SupervisedPCARegressor(hidden=(4,), tol=1e-11),
        # In the halves of the samples of a check the target would not vary.
        SupervisedPCARegressorCV(weights=[0.5, 0.1], cv=3),
        SupervisedPCA(loss="logistic"),
        SupervisedPCA(loss="squared-hinge", tol=1e-12),
        SupervisedPCACV(SupervisedPCA(loss="logistic"), weights=[0.5, 0.1], cv=2),
    ],
    expected_failed_checks=expected_failures,
)
def test_the_checks_of_scikit_learn(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(estimator)


def test_all_components_and_the_weight_0_are_ridge_regression():
    X, y = load_diabetes(return_X_y=True)
    n, d = X.shape
    model = SupervisedPCARegressor(d, weight=0.0, ridge=1e-2, tol=1e-10).fit(X, y)
    # The features and the target have deviation 1 with n − 1, and W is orthonormal.
    Z, t = StandardScaler().fit_transform(X) * np.sqrt(1 - 1 / n), (y - y.mean()) / y.std(ddof=1)
    theirs = Ridge(alpha=1e-2 * n).fit(Z, t)
    np.testing.assert_allclose(model.predict(X), theirs.predict(Z) * y.std(ddof=1) + y.mean(), rtol=1e-6)
    np.testing.assert_allclose(X @ model.coef_ + model.intercept_, model.predict(X), rtol=1e-9)


def test_counts_and_outliers_are_as_in_scikit_learn():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(300, 3))
    counts = rng.poisson(np.exp(0.5 * X[:, 0] - 0.3 * X[:, 1] + 0.2))
    ours = SupervisedPCARegressor(3, loss="poisson", weight=0.0, ridge=1e-6, tol=1e-8, scale="none").fit(X, counts)
    theirs = PoissonRegressor(alpha=1e-6, tol=1e-10, max_iter=1000).fit(X, counts)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-4)
    np.testing.assert_allclose(np.log(ours.predict(X)), X @ ours.coef_ + ours.intercept_, atol=1e-9)
    y = X[:, 0] - 2 * X[:, 2] + 0.1 * rng.normal(size=300)
    y[:10] += 100
    # The outliers widen the deviation, by which targets are divided.
    raw = SupervisedPCARegressor(3, loss="huber", standardise_targets=False, weight=0.0, ridge=1e-8, tol=1e-9)
    assert abs(raw.fit(X, y).coef_ - HuberRegressor().fit(X, y).coef_).max() < 0.05
    assert abs(Ridge(1e-8).fit(X, y).coef_ - [1, 0, -2]).max() > 0.2


def test_the_score_is_the_share_of_the_variance_of_the_targets():
    X, y = load_diabetes(return_X_y=True)
    both = np.column_stack([y, np.sqrt(y)])
    model = SupervisedPCARegressor(3, weight=0.1).fit(X, both)
    assert model.predict(X).shape == both.shape
    assert model.score(X, both) == pytest.approx(1 - model.report_["training_error"])
    assert model.coef_.shape == (2, 10)
    np.testing.assert_allclose(X @ model.coef_.T + model.intercept_, model.predict(X), rtol=1e-9)
    assert SupervisedPCARegressor(2, weight=0.1).fit(X, y).score(X, y) > PLSRegression(1).fit(X, y).score(X, y) - 0.02


def test_targets_that_stay_as_they_are():
    X, y = load_diabetes(return_X_y=True)
    scaled = SupervisedPCARegressor(2, weight=0.1).fit(X, y)
    assert scaled.target_scale_ == pytest.approx(y.std(ddof=1))
    raw = SupervisedPCARegressor(2, weight=0.1, standardise_targets=False).fit(X, y)
    assert raw.target_mean_ is None
    # The loss of the targets outweighs that of the variance, which has no unit.
    assert raw.report_["variance_explained"] < scaled.report_["variance_explained"]


def test_hidden_layers_in_front_of_a_regression():
    X, y = load_diabetes(return_X_y=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = SupervisedPCARegressor(2, hidden=(8,), weight=0.1, tol=1e-4, max_iter=300).fit(X, y)
    assert not hasattr(model, "coef_")
    assert model.score(X, y) > SupervisedPCARegressor(2, weight=0.1).fit(X, y).score(X, y)
    copy = pickle.loads(pickle.dumps(model))
    assert copy.predict(X).tobytes() == model.predict(X).tobytes()


def test_pipelines_searches_frames_and_sparse_samples():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    search = GridSearchCV(SupervisedPCARegressor(), {"weight": [0.1, 0.9], "loss": ["squared", "huber"]}, cv=3)
    assert search.fit(X, y).best_params_["weight"] == 0.1
    assert make_pipeline(StandardScaler(), SupervisedPCARegressor(weight=0.1)).fit(X, y).score(X, y) > 0.45
    model = SupervisedPCARegressor(weight=0.1).fit(X, y)
    assert (model.target_names_, list(model.feature_names_in_)) == (["target"], list(X.columns))
    named = SupervisedPCARegressor().fit(X, pd.DataFrame({"one": y, "other": -y}))
    assert named.target_names_ == ["one", "other"]
    sparse = SupervisedPCARegressor(weight=0.1).fit(sp.csr_matrix(X.to_numpy()), y.to_numpy())
    np.testing.assert_allclose(sparse.predict(sp.csr_matrix(X.to_numpy())), model.predict(X), rtol=1e-5)


def test_single_precision_stays_single():
    X, y = load_diabetes(return_X_y=True)
    model = SupervisedPCARegressor(loss="huber").fit(X.astype(np.float32), y)
    for array in (model.components_, model.predict(X.astype(np.float32)), model.coef_, model.target_scale_):
        assert array.dtype == np.float32


@pytest.mark.parametrize("loss", ["squared", "huber", "poisson"])
def test_files_keep_the_bytes_of_a_regressor(tmp_path, loss):
    X, y = load_diabetes(return_X_y=True)
    model = SupervisedPCARegressor(loss=loss).fit(X, np.column_stack([y, y[::-1]]))
    model.save(tmp_path / "model.safetensors")
    loaded = SupervisedPCARegressor.load(tmp_path / "model.safetensors")
    loaded.save(tmp_path / "again.safetensors")
    assert (tmp_path / "model.safetensors").read_bytes() == (tmp_path / "again.safetensors").read_bytes()
    assert loaded.predict(X).tobytes() == model.predict(X).tobytes()
    assert (loaded.loss, loaded.target_names_) == (loss, ["target1", "target2"])
    with pytest.raises(ValueError, match=f"the loss {loss}: SupervisedPCA takes softmax, logistic"):
        SupervisedPCA.load(tmp_path / "model.safetensors")


def test_labels_of_which_a_sample_may_have_several(tmp_path):
    X, y = load_wine(return_X_y=True)
    labels = np.column_stack([y == 0, y > 0, X[:, 0] > 13]).astype(int)
    logistic = SupervisedPCA(3, loss="logistic").fit(X, labels)
    assert logistic.multilabel_ and logistic.score(X, labels) > 0.9
    np.testing.assert_array_equal(logistic.predict(X), logistic.predict_proba(X) > 0.5)
    assert logistic.decision_function(X).shape == labels.shape
    logistic.save(tmp_path / "model.safetensors")
    loaded = SupervisedPCA.load(tmp_path / "model.safetensors")
    assert (loaded.predict(X) == logistic.predict(X)).all() and loaded.multilabel_
    hinge = SupervisedPCA(3, loss="squared-hinge").fit(X, sp.csr_matrix(labels).toarray())
    assert hinge.score(X, labels) > 0.9
    assert not hasattr(hinge, "predict_proba")
    for change, message in [({"loss": "softmax"}, "loss='logistic'"), ({"class_weight": "balanced"}, "class_weight")]:
        with pytest.raises(ValueError, match=message):
            SupervisedPCA(**{"loss": "logistic", **change}).fit(X, labels)


def test_each_class_is_told_from_the_rest():
    X, y = load_iris(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    logistic = SupervisedPCA(4, loss="logistic", weight=0.0, tol=1e-9).fit(X, y)
    np.testing.assert_allclose(logistic.predict_proba(X).sum(axis=1), 1)
    hinge = SupervisedPCA(4, loss="squared-hinge", weight=0.0, ridge=1e-2, tol=1e-9, scale="none").fit(X, y)
    # Ours is half of the square, and the ridge spares the bias, as theirs nearly does for a large scaling.
    svc = LinearSVC(C=0.5 / (1e-2 * len(X)), intercept_scaling=100, tol=1e-10, max_iter=100_000)
    theirs = OneVsRestClassifier(svc).fit(X, y)
    np.testing.assert_allclose(hinge.decision_function(X), theirs.decision_function(X), atol=2e-3)


@pytest.mark.parametrize(
    ("change", "y", "message"),
    [
        ({"loss": "softmax"}, None, "loss"),
        ({"loss": "poisson"}, [-1.0, 2.0, 3.0], "y must be"),
        ({}, [1.0, 1.0, 1.0], "y must vary"),
        ({"weight": 2.0}, None, "weight"),
        ({"standardise_targets": 3}, None, "standardise_targets"),
    ],
)
def test_a_wrong_argument_is_named(change, y, message):
    X = np.random.default_rng(0).normal(size=(3, 2))
    with pytest.raises(ValueError, match=message):
        SupervisedPCARegressor(**change).fit(X, [1.0, 2.0, 4.0] if y is None else y)


def test_the_path_of_a_regressor():
    X, y = load_diabetes(return_X_y=True)
    path = SupervisedPCARegressorCV(weights=[0.9, 0.1], n_components=[1, 2], cv=KFold(3), choose="best").fit(X, y)
    assert path.best_weight_ == 0.1
    assert path.cv_results_["mean_test_score"].max() > 0.4
    alone = SupervisedPCARegressor(path.best_n_components_, weight=0.1).fit(X, y)
    assert path.predict(X).tobytes() == alone.predict(X).tobytes()
    huber = SupervisedPCARegressorCV(SupervisedPCARegressor(loss="huber"), weights=[0.1], n_components=1, cv=3)
    assert huber.fit(X, y).loss_ == "huber"
