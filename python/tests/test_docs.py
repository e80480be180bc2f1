"""The code of the pages runs, block after block."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = re.compile(r"(<!-- torch -->\s*)?```python\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT.parent / "docs" / "python.md"], ids=lambda page: page.name)
def test_the_code_of_a_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    skipped = False
    for with_torch, code in CODE.findall(page.read_text()):
        if with_torch and not has_torch():
            skipped = True
            continue
        exec(compile(code, f"{page.name}: {code[:60]!r}", "exec"), names)
    assert names
    if skipped:
        pytest.skip("torch is not installed: .ci/python-torch installs it")


def has_torch():
    try:
        import torch  # noqa: F401
    except ImportError:
        return False
    return True
