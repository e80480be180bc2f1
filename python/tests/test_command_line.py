"""The estimators and the command line find the same models to the bit, and read each other's files."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_digits, load_wine

from admmlearn import SupervisedPCA, SupervisedPCARegressor

ADMM = os.environ.get("ADMM_PROGRAM")
pytestmark = pytest.mark.skipif(ADMM is None, reason="ADMM_PROGRAM does not name the program admm")


def fitted(folder, X, y, *flags):
    """The model file of a fit of the command line, which converged."""
    np.save(folder / "x.npy", X)
    np.save(folder / "y.npy", y)
    data = f"{folder / 'x.npy'},{folder / 'y.npy'}"
    subprocess.run([ADMM, "fit", data, "--out", folder / "run", *flags], check=True, capture_output=True)
    (path,) = Path(folder / "run").glob("**/model.safetensors")
    return path


def far(X):
    """Features of which the means are thousands of deviations."""
    return X + 1e4


@pytest.mark.parametrize(
    ("load", "change", "flags", "parameters"),
    [
        (load_wine, None, ["-k", "3", "--weight", "0.3"], {"n_components": 3, "weight": 0.3}),
        (load_wine, far, ["--method", "joint"], {"method": "joint"}),
        (load_wine, np.float32, ["--precision", "f32", "--tolerance", "1e-4"], {"tol": 1e-4}),
        (load_digits, None, ["-k", "5", "--threads", "2"], {"n_components": 5}),
        (load_digits, None, ["--loss", "logistic", "--starts", "2", "--seed", "7"], {"starts": 2, "random_state": 7}),
        (load_wine, None, ["--hidden", "4", "--tolerance", "1e-3"], {"hidden": (4,), "tol": 1e-3}),
    ],
)
def test_a_fit_has_the_bytes_of_the_command_line(tmp_path, load, change, flags, parameters):
    X, y = load(return_X_y=True)
    X = X if change is None else X.astype(change) if isinstance(change, type) else change(X)
    path = fitted(tmp_path, X, y, *flags)
    if "--loss" in flags:
        parameters["loss"] = flags[flags.index("--loss") + 1]
    model = SupervisedPCA(**parameters)
    for stored in (X, np.asfortranarray(X), np.repeat(X, 2, axis=0)[::2]):
        model.fit(stored, y).save(tmp_path / "python.safetensors")
        assert model.status_ == "converged"
        assert (tmp_path / "python.safetensors").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("loss", ["squared", "huber", "poisson"])
def test_a_regression_has_the_bytes_of_the_command_line(tmp_path, loss):
    X, y = load_diabetes(return_X_y=True)
    path = fitted(tmp_path, X, y, "--loss", loss, "--weight", "0.1")
    model = SupervisedPCARegressor(loss=loss, weight=0.1).fit(X, y)
    model.save(tmp_path / "python.safetensors")
    assert (tmp_path / "python.safetensors").read_bytes() == path.read_bytes()
    predict = [ADMM, "predict", tmp_path / "python.safetensors", tmp_path / "x.npy", "--out", tmp_path / "p.csv"]
    subprocess.run(predict, check=True, capture_output=True)
    predicted = np.genfromtxt(tmp_path / "p.csv", delimiter=",", names=True)
    np.testing.assert_allclose(predicted["prediction_target"], model.predict(X), rtol=1e-12)


def test_files_are_read_by_both(tmp_path):
    X, y = load_wine(return_X_y=True)
    path = fitted(tmp_path, X, y)
    loaded = SupervisedPCA.load(path)
    loaded.save(tmp_path / "again.safetensors")
    assert path.read_bytes() == (tmp_path / "again.safetensors").read_bytes()
    predict = [ADMM, "predict", tmp_path / "again.safetensors", tmp_path / "x.npy", "--out", tmp_path / "p.csv"]
    subprocess.run(predict, check=True, capture_output=True)
    assert len((tmp_path / "p.csv").read_text().splitlines()) == len(X) + 1
    with pytest.raises(ValueError, match="the loss softmax: SupervisedPCARegressor takes squared"):
        SupervisedPCARegressor.load(path)


def test_a_file_keeps_the_encoding_of_a_table(tmp_path):
    rows = [f"{i % 7},{'abc'[i % 3]},{'xy'[i % 2]}" for i in range(60)]
    (tmp_path / "table.csv").write_text("number,letter,label\n" + "\n".join(rows) + "\n")
    run = [ADMM, "fit", tmp_path / "table.csv", "--categories", "one-hot", "--out", tmp_path / "run"]
    subprocess.run(run, check=True, capture_output=True)
    (path,) = Path(tmp_path / "run").glob("**/model.safetensors")
    SupervisedPCA.load(path).save(tmp_path / "again.safetensors")
    assert path.read_bytes() == (tmp_path / "again.safetensors").read_bytes()
