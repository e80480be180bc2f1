"""The examples run and hold what they claim: each checks its own answer."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.mark.parametrize("name", ["lasso", "consensus_logistic_regression", "rule_on_stiefel"])
def test_an_example_runs(name, capsys):
    runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
    assert "converged" in capsys.readouterr().out


def test_the_network_in_torch():
    pytest.importorskip("torch", reason="torch is not installed: .ci/python-torch installs it")
    run = subprocess.run([sys.executable, EXAMPLES / "torch_network.py"], capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    assert "test error" in run.stdout


def test_a_block_for_the_lasso_has_ten_lines():
    lines = (EXAMPLES / "lasso.py").read_text().split("class L1:")[1].split("rng =")[0].splitlines()
    assert len([line for line in lines if line.strip()]) + 1 <= 10
