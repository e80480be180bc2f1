"""The code of the pages runs, block after block."""

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = re.compile(r"(?:<!-- (torch|mpi4py) -->\s*)?```python\n(.*?)```", re.DOTALL)
# What a block of code needs that may not be installed.
NEEDED = {"torch": "torch", "mpi4py": "mpi4py.MPI"}


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT.parent / "docs" / "python.md"], ids=lambda page: page.name)
def test_the_code_of_a_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    skipped = set()
    for needs, code in CODE.findall(page.read_text()):
        if needs and not has(NEEDED[needs]):
            skipped.add(needs)
            continue
        exec(compile(code, f"{page.name}: {code[:60]!r}", "exec"), names)
    assert names
    if skipped:
        pytest.skip(f"not installed: {', '.join(sorted(skipped))}. .ci/python and .ci/python-torch install them")


def has(module):
    try:
        import_module(module)
    except (ImportError, RuntimeError):  # mpi4py without a library of MPI raises the latter
        return False
    return True
