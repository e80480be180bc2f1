"""The estimator of classes, as scikit-learn and its users expect it."""

import pickle
import signal
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
import pytest
import scipy.sparse as sp
import sklearn
from sklearn.datasets import load_digits, load_iris, load_wine
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from admmlearn import SupervisedPCA, SupervisedPCACV

# What a loaded machine may add to the time of an interrupt.
SLACK = 0.5


@parametrize_with_checks([SupervisedPCA(), SupervisedPCA(hidden=(4,)), SupervisedPCACV(weights=[0.5, 0.1], cv=2)])
def test_the_checks_of_scikit_learn(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(estimator)


def test_more_checks_that_users_feel():
    from sklearn.utils import estimator_checks as checks

    names = """dataframe_column_names_consistency transformer_get_feature_names_out
        transformer_get_feature_names_out_pandas set_output_transform set_output_transform_pandas
        set_output_transform_polars global_output_transform_pandas global_set_output_transform_polars
        get_feature_names_out_error param_validation class_weight_classifiers"""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names.split():
            getattr(checks, f"check_{name}")("SupervisedPCA", SupervisedPCA())


def test_the_weight_1_is_pca():
    X, y = load_wine(return_X_y=True)
    model = SupervisedPCA(weight=1.0).fit(X, y)
    pca = PCA(2).fit(StandardScaler().fit_transform(X))
    np.testing.assert_allclose(model.explained_variance_ratio_, pca.explained_variance_ratio_, rtol=1e-6)
    for ours, theirs in zip(model.components_, pca.components_):
        assert abs(ours @ theirs) > 1 - 1e-6


def test_all_components_and_the_weight_0_are_logistic_regression():
    X, y = load_iris(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    model = SupervisedPCA(4, weight=0.0, ridge=1e-2, tol=1e-9).fit(X, y)
    # The ridge is on the weights of W X, and W is orthonormal; the loss of scikit-learn is a sum over samples.
    theirs = LogisticRegression(C=1 / (1e-2 * len(X)), tol=1e-10, max_iter=10_000).fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X), theirs.predict_proba(X), atol=2e-3)


def test_the_linear_classifier_in_the_units_of_the_features():
    for load in (load_wine, load_iris):
        X, y = load(return_X_y=True)
        model = SupervisedPCA().fit(X, y)
        np.testing.assert_allclose(X @ model.coef_.T + model.intercept_, model.decision_function(X), atol=1e-9)
        y = np.where(y == 0, "a", "b")
        model = SupervisedPCA().fit(X, y)
        np.testing.assert_allclose((X @ model.coef_.T + model.intercept_)[:, 0], model.decision_function(X), atol=1e-9)
        assert set(model.predict(X)) == {"a", "b"}


def test_every_method_reports_what_it_found():
    X, y = load_iris(return_X_y=True)
    found = {method: SupervisedPCA(method=method).fit(X, y) for method in ("admm", "joint", "alternating", "two-stage")}
    objective = {method: model.report_["objective"] for method, model in found.items()}
    assert objective["admm"] == pytest.approx(objective["joint"], abs=1e-8)
    assert objective["admm"] < objective["two-stage"]
    admm = found["admm"]
    assert admm.status_ == "converged"
    assert admm.explained_variance_ratio_.sum() == pytest.approx(admm.report_["variance_explained"])
    assert len(admm.history_["passes"]) == admm.n_iter_


def at_an_odd_address(X):
    """The same numbers, none of which begins where the machine likes it."""
    return np.frombuffer(b" " + X.tobytes(), dtype=np.uint8)[1:].view(X.dtype).reshape(X.shape)


def in_records(X):
    """The same numbers, in records of which each has a byte too many."""
    records = np.zeros(X.shape, dtype=np.dtype([("number", X.dtype), ("rest", np.uint8)]))
    records["number"] = X
    return records["number"]


def test_the_same_bits_for_any_storage_and_number_of_threads():
    X, y = load_digits(return_X_y=True)
    first = SupervisedPCA(5).fit(X, y)
    others = [
        SupervisedPCA(5, n_jobs=2).fit(X, y),
        SupervisedPCA(5).fit(np.asfortranarray(X), y),
        SupervisedPCA(5).fit(np.repeat(X, 2, axis=1)[:, ::2], y),
        SupervisedPCA(5).fit(np.hstack([X, X])[:, 64:], y),
        SupervisedPCA(5).fit(X[::-1].copy()[::-1], y),
        SupervisedPCA(5).fit(np.broadcast_to(X, X.shape), y),
        SupervisedPCA(5).fit(at_an_odd_address(X), y),
        SupervisedPCA(5).fit(in_records(X), y),
        pickle.loads(pickle.dumps(first)),
    ]
    for other in others:
        assert first.components_.tobytes() == other.components_.tobytes()
        assert first.predict_proba(X).tobytes() == other.predict_proba(X).tobytes()
    for stored in (np.asfortranarray(X), np.repeat(X, 2, axis=1)[:, ::2], at_an_odd_address(X), in_records(X)):
        assert first.transform(stored).tobytes() == first.transform(X).tobytes()
    sparse = SupervisedPCA(5).fit(sp.csr_matrix(X), y)
    np.testing.assert_allclose(sparse.transform(sp.csr_matrix(X)), first.transform(X), atol=1e-3)


def test_single_precision_stays_single():
    X, y = load_wine(return_X_y=True)
    model = SupervisedPCA().fit(X.astype(np.float32), y)
    for array in (model.components_, model.transform(X.astype(np.float32)), model.predict_proba(X.astype(np.float32))):
        assert array.dtype == np.float32


def test_weights_are_repetitions():
    X, y = load_iris(return_X_y=True)
    counts = np.arange(len(X)) % 3
    weighted = SupervisedPCA().fit(X, y, sample_weight=counts)
    repeated = SupervisedPCA().fit(np.repeat(X, counts, axis=0), np.repeat(y, counts))
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, rtol=1e-4)


def test_it_works_in_pipelines_and_searches():
    X, y = load_iris(return_X_y=True)
    search = GridSearchCV(SupervisedPCA(), {"weight": [0.0, 0.5], "n_components": [1, 2]}, cv=3).fit(X, y)
    assert search.best_score_ > 0.9
    assert make_pipeline(StandardScaler(), SupervisedPCA()).fit(X, y).score(X, y) > 0.9


def test_the_certificate_of_second_order_tells_a_minimum():
    X, y = load_iris(return_X_y=True)
    first = SupervisedPCA(weight=0.1).fit(X, y)
    assert "second_order" not in first.certificate_
    found = SupervisedPCA(weight=0.1, certificate="second-order").fit(X, y).certificate_["second_order"]
    assert (found["verdict"], found["symmetries"]) == ("minimum", 2)
    assert found["eigenvalues"][0] > 0.001 > found["errors"][0]
    two_stage = SupervisedPCA(method="two-stage", certificate="second-order").fit(X, y)
    assert "not stationary" in two_stage.certificate_["second_order"]["verdict"]["undecided"]


def test_a_warm_start_begins_where_the_last_fit_ended():
    X, y = load_wine(return_X_y=True)
    model = SupervisedPCA(warm_start=True).fit(X, y)
    assert model.n_iter_ > 3
    cold, objective = model.n_iter_, model.report_["objective"]
    model.fit(X, y)
    assert model.n_iter_ < cold
    assert model.report_["objective"] == pytest.approx(objective, abs=1e-9)


def test_a_fit_that_did_not_converge_says_so():
    X, y = load_wine(return_X_y=True)
    with pytest.warns(ConvergenceWarning, match="iteration-limit"):
        model = SupervisedPCA(max_iter=1).fit(X, y)
    assert model.status_ == "iteration-limit"


def test_inverse_transform_is_the_nearest_point_of_the_span():
    X, y = load_iris(return_X_y=True)
    model = SupervisedPCA(4).fit(X, y)
    np.testing.assert_allclose(model.inverse_transform(model.transform(X)), X, atol=1e-9)


def test_files_keep_the_bytes_of_a_model(tmp_path):
    X, y = load_iris(return_X_y=True)
    model = SupervisedPCA().fit(X, np.array(["setosa", "versicolor", "virginica"])[y])
    model.save(tmp_path / "model.safetensors")
    loaded = SupervisedPCA.load(tmp_path / "model.safetensors")
    loaded.save(tmp_path / "again.safetensors")
    assert (tmp_path / "model.safetensors").read_bytes() == (tmp_path / "again.safetensors").read_bytes()
    assert (loaded.predict(X) == model.predict(X)).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weight": 2.0}, "weight"),
        ({"constraint": "sphere"}, "constraint"),
        ({"rule": "power", "constraint": "ball"}, "rule"),
        ({"class_weight": {7: 1.0}}, "class_weight"),
        ({"shrinkage": 1.0}, "shrinkage"),
    ],
)
def test_a_wrong_argument_is_named(change, message):
    X, y = load_iris(return_X_y=True)
    with pytest.raises(ValueError, match=message):
        SupervisedPCA(**change).fit(X, y)


def test_before_the_fit():
    with pytest.raises(NotFittedError):
        SupervisedPCA().predict(np.zeros((2, 2)))


def interrupted(fit, after):
    """The seconds from Ctrl-C to KeyboardInterrupt."""
    sent = []

    def send():
        sent.append(time.monotonic())
        signal.raise_signal(signal.SIGINT)

    threading.Timer(after, send).start()
    with pytest.raises(KeyboardInterrupt):
        fit()
    return time.monotonic() - sent[0]


def test_an_interrupt_keeps_the_best_model():
    X, y = load_wine(return_X_y=True)
    model = SupervisedPCA(2, starts=1_000_000)
    assert interrupted(lambda: model.fit(X, y), 0.5) < 0.3 + SLACK
    assert 0 < len(model.report_["starts"]) < 1_000_000
    assert model.predict(X).shape == y.shape


def test_an_interrupt_ends_the_preparation_too_and_leaves_the_estimator_as_it_was():
    X = np.random.default_rng(0).normal(size=(3_000, 4_000))
    y = np.arange(len(X)) % 2
    model = SupervisedPCA(5)
    assert interrupted(lambda: model.fit(X, y), 0.1) < 0.3 + SLACK
    assert vars(model) == vars(SupervisedPCA(5))
    with pytest.raises(NotFittedError):
        model.predict(X)
    wine, classes = load_wine(return_X_y=True)
    before = model.fit(wine, classes).predict_proba(wine)
    assert interrupted(lambda: model.fit(X, y), 0.1) < 0.3 + SLACK
    assert model.predict_proba(wine).tobytes() == before.tobytes()
    assert model.n_features_in_ == 13 and len(model.classes_) == 3


def test_a_fit_in_another_thread_goes_on_where_the_main_thread_is_interrupted():
    X, y = load_wine(return_X_y=True)
    found = []
    thread = threading.Thread(target=lambda: found.append(SupervisedPCA(starts=50).fit(X, y)))

    def wait():
        thread.start()
        while thread.is_alive():
            time.sleep(0.01)

    assert interrupted(wait, 0.05) < SLACK
    thread.join(60)
    assert not thread.is_alive() and len(found[0].report_["starts"]) == 51


def test_a_fit_in_another_thread_and_a_fork_after_a_fit():
    X, y = load_iris(return_X_y=True)
    first = SupervisedPCA().fit(X, y)
    found = []
    thread = threading.Thread(target=lambda: found.append(SupervisedPCA(n_jobs=2).fit(X, y)))
    thread.start()
    thread.join(60)
    assert found[0].components_.tobytes() == first.components_.tobytes()
    code = """
import os, numpy as np
from admmlearn import SupervisedPCA
X = np.random.default_rng(0).normal(size=(200, 5)); y = (X[:, 0] > 0).astype(int)
model = SupervisedPCA(n_jobs=2).fit(X, y)
child = os.fork()
if child == 0:
    os._exit(0 if SupervisedPCA(n_jobs=2).fit(X, y).components_.tobytes() == model.components_.tobytes() else 1)
assert os.waitpid(child, 0)[1] == 0
"""
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, timeout=60)


def test_hidden_layers():
    X, y = load_wine(return_X_y=True)
    model = SupervisedPCA(2, hidden=(8, 5), tol=1e-4, max_iter=300)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, y)
    assert [weights.shape for weights, _ in model.layers_] == [(8, 13), (5, 8)]
    assert model.components_.shape == (2, 5)
    assert model.score(X, y) > 0.9
    h = (X - model.mean_) / model.scale_
    for weights, bias in model.layers_:
        h = np.tanh(h @ weights.T + bias)
    np.testing.assert_allclose(model.transform(X), h @ model.components_.T, atol=1e-9)
    logits = model.transform(X) @ model.classifier_.T + model.classifier_intercept_
    np.testing.assert_allclose(model.decision_function(X), logits)
    assert not hasattr(model, "coef_")
    assert model.report_["participation"] > 1
    with pytest.raises(ValueError, match="hidden layers"):
        model.inverse_transform(model.transform(X))
    copy = pickle.loads(pickle.dumps(model))
    assert copy.predict_proba(X).tobytes() == model.predict_proba(X).tobytes()


def test_pickle_joblib_and_cloudpickle(tmp_path):
    import joblib

    X, y = load_iris(return_X_y=True)
    model = SupervisedPCA().fit(X, y)
    joblib.dump(model, tmp_path / "model")
    copies = [pickle.loads(pickle.dumps(model)), joblib.load(tmp_path / "model")]
    cloudpickle = pytest.importorskip("cloudpickle")
    copies.append(pickle.loads(cloudpickle.dumps(model)))
    for copy in copies:
        assert copy.predict_proba(X).tobytes() == model.predict_proba(X).tobytes()


def test_callbacks_see_the_iterations_and_may_end_the_fit(stop):
    X, y = load_iris(return_X_y=True)
    model = SupervisedPCA().set_callbacks(stop).fit(X, y)
    assert model.n_iter_ == 3
    assert model.status_ == "stopped"
    assert stop.ends == 4  # three iterations and the fit


def test_an_exception_of_a_callback_arrives():
    pytest.importorskip("sklearn.callback")
    X, y = load_iris(return_X_y=True)

    class Fails:
        def setup(self, estimator, context): ...

        def teardown(self, estimator, context): ...

        def on_fit_task_begin(self, estimator, context): ...

        def on_fit_task_end(self, estimator, context):
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        SupervisedPCA().set_callbacks(Fails()).fit(X, y)


def test_verbose_prints(capsys):
    X, y = load_iris(return_X_y=True)
    SupervisedPCA(verbose=1).fit(X, y)
    assert "iteration 1:" in capsys.readouterr().out


def test_the_path_chooses_by_cross_validation():
    X, y = load_wine(return_X_y=True)
    path = SupervisedPCACV(weights=[0.9, 0.5, 0.1], n_components=[1, 2, 3], cv=3).fit(X, y)
    results = path.cv_results_
    assert len(results["weight"]) == 9
    best = results["mean_test_score"].max()
    chosen = (results["n_components"] == path.best_n_components_) & (results["weight"] == path.best_weight_)
    error = results["std_error"][results["mean_test_score"].argmax()]
    assert results["mean_test_score"][chosen] >= best - error
    assert results["front"].any() and not results["front"].all()
    assert path.components_.tobytes() == path.best_estimator_.components_.tobytes()
    alone = SupervisedPCA(path.best_n_components_, weight=path.best_weight_).fit(X, y)
    assert path.predict_proba(X).tobytes() == alone.predict_proba(X).tobytes()
    best = SupervisedPCACV(weights=[0.9, 0.5, 0.1], n_components=[1, 2, 3], cv=3, choose="best").fit(X, y)
    assert best.cv_results_["mean_test_score"].max() == results["mean_test_score"].max()


def test_metadata_reach_the_splitter_and_the_scorer():
    X, y = load_wine(return_X_y=True)
    groups, weights = np.arange(len(y)) % 6, np.where(y == 0, 0.0, 1.0)
    seen = []

    class Groups(GroupKFold):
        def split(self, X, y=None, groups=None):
            seen.append(groups)
            return super().split(X, y, groups)

    path = SupervisedPCACV(weights=[0.5], n_components=1, cv=Groups(3))
    with pytest.raises(ValueError, match="groups"):
        path.fit(X, y, groups=groups)
    with sklearn.config_context(enable_metadata_routing=True):
        scorer = make_scorer(accuracy_score).set_score_request(sample_weight="of_scorer")
        path.set_params(scoring=scorer).fit(X, y, groups=groups, of_scorer=weights)
        assert seen[-1] is groups
        alike = SupervisedPCACV(weights=[0.5], n_components=1, cv=Groups(3), scoring=scorer).fit(X, y, groups=groups)
    assert path.cv_results_["mean_test_score"] != alike.cv_results_["mean_test_score"]
