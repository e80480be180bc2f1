"""The estimator and the command line find the same model, and read each other's files."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_wine

from admmlearn import SupervisedPCA

ADMM = os.environ.get("ADMM_PROGRAM")



@pytest.mark.skipif(ADMM is None, reason="ADMM_PROGRAM does not name the program admm")
def test_the_same_model_and_the_same_files(tmp_path):
    X, y = load_wine(return_X_y=True)
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "y.npy", y)
    data = f"{tmp_path / 'x.npy'},{tmp_path / 'y.npy'}"
    run = [ADMM, "fit", data, "--out", tmp_path / "run", "-k", "3", "--weight", "0.3"]
    subprocess.run(run, check=True, capture_output=True)
    model = SupervisedPCA(3, weight=0.3).fit(X, y)
    (path,) = Path(tmp_path / "run").glob("**/model.safetensors")
    loaded = SupervisedPCA.load(path)
    # The program scales the features in place, which rounds in another way.
    np.testing.assert_allclose(loaded.predict_proba(X), model.predict_proba(X), atol=1e-6)

    # A file that was read is written as it was, byte for byte, and the program reads it.
    loaded.save(tmp_path / "again.safetensors")
    assert path.read_bytes() == (tmp_path / "again.safetensors").read_bytes()
    model.save(tmp_path / "python.safetensors")
    predict = [ADMM, "predict", tmp_path / "python.safetensors", tmp_path / "x.npy", "--out", tmp_path / "p.csv"]
    subprocess.run(predict, check=True, capture_output=True)
    assert len((tmp_path / "p.csv").read_text().splitlines()) == len(X) + 1


@pytest.mark.skipif(ADMM is None, reason="ADMM_PROGRAM does not name the program admm")
def test_a_model_of_another_loss_is_no_classifier(tmp_path):
    run = [ADMM, "fit", "diabetes", "--loss", "squared", "--out", tmp_path / "run"]
    subprocess.run(run, check=True, capture_output=True)
    (path,) = Path(tmp_path / "run").glob("**/model.safetensors")
    with pytest.raises(ValueError, match="the loss squared"):
        SupervisedPCA.load(path)
