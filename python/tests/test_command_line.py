"""The estimator and the command line find the same bits, and read each other's files."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_wine

from admmlearn import SupervisedPCA

ADMM = os.environ.get("ADMM_PROGRAM")



@pytest.mark.skipif(ADMM is None, reason="ADMM_PROGRAM does not name the program admm")
def test_the_same_bits_and_the_same_files(tmp_path):
    X, y = load_wine(return_X_y=True)
    # An array and a .npy file are both read in place. A table is scaled in place, which rounds in another way.
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "y.npy", y)
    data = f"{tmp_path / 'x.npy'},{tmp_path / 'y.npy'}"
    run = [ADMM, "fit", data, "--out", tmp_path / "run", "-k", "3", "--weight", "0.3"]
    subprocess.run(run, check=True, capture_output=True)
    model = SupervisedPCA(3, weight=0.3).fit(X, y)
    (path,) = Path(tmp_path / "run").glob("**/model.safetensors")
    model.save(tmp_path / "python.safetensors")
    assert path.read_bytes() == (tmp_path / "python.safetensors").read_bytes()
    loaded = SupervisedPCA.load(path)
    assert loaded.predict_proba(X).tobytes() == model.predict_proba(X).tobytes()
