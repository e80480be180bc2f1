"""The estimator and the command line find the same bits, and read each other's files."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_wine

from admmlearn import SupervisedPCA

ADMM = os.environ.get("ADMM_PROGRAM")


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    X, y = load_wine(return_X_y=True)
    rows = [",".join([f"x{j + 1}" for j in range(X.shape[1])] + ["label"])]
    rows += [",".join([repr(float(x)) for x in row] + [f"c{label}"]) for row, label in zip(X, y)]
    (folder / "wine.csv").write_text("\n".join(rows) + "\n")
    return folder


@pytest.mark.skipif(ADMM is None, reason="ADMM_PROGRAM does not name the program admm")
def test_the_same_bits_and_the_same_files(table):
    run = [ADMM, "fit", table / "wine.csv", "--out", table / "run", "-k", "3", "--weight", "0.3"]
    subprocess.run(run, check=True, capture_output=True)
    X, y = load_wine(return_X_y=True)
    model = SupervisedPCA(3, weight=0.3, tol=1e-6).fit(X, np.char.add("c", y.astype(str)))
    (path,) = Path(table / "run").glob("**/model.safetensors")
    model.save(table / "python.safetensors")
    assert path.read_bytes() == (table / "python.safetensors").read_bytes()
    loaded = SupervisedPCA.load(path)
    assert loaded.predict_proba(X).tobytes() == model.predict_proba(X).tobytes()
