"""The memory and the time of a fit and of its predictions, for X (60,000×784) in several storages.

    python benchmarks/memory.py

Each storage has a process of its own, which loads X. The memory is the peak beyond what the process had then. A copy of
X would take 376 MB, one of every other row 187 MB. The times are of the processor, on one thread.
"""

import resource
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

from admmlearn import SupervisedPCA

# The array that is loaded, and what of it is fitted.
STORAGES = {
    "C order": ("rows", np.s_[:]),
    "Fortran order": ("columns", np.s_[:]),
    "X[::2, 3:]": ("rows", np.s_[::2, 3:]),
    "X[::-1]": ("rows", np.s_[::-1]),
    "float32, C order": ("rows32", np.s_[:]),
    "float32, Fortran order": ("columns32", np.s_[:]),
}


def peak():
    """The largest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(folder, storage):
    file, part = STORAGES[storage]
    X, y = np.load(folder / f"{file}.npy")[part], np.load(folder / "y.npy")[part[0] if isinstance(part, tuple) else part]
    model, before, figures = SupervisedPCA(10, max_iter=20), peak(), []
    for act in (lambda: model.fit(X, y), lambda: model.predict(X), lambda: model.transform(X)):
        began = time.process_time()
        act()
        figures += [f"{time.process_time() - began:8.1f}", f"{peak() - before:9.0f}"]
    print(f"{storage:24}", *figures, flush=True)


def main():
    rng = np.random.default_rng(0)
    y = rng.integers(10, size=60_000)
    X = rng.normal(size=(60_000, 784))
    X[:, :20] += rng.normal(size=(10, 20))[y]
    print(f"{'':24} {'fit (s)':>8} {'more (MB)':>9} {'predict':>8} {'more':>9} {'transform':>8} {'more':>9}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        arrays = {"rows": X, "columns": np.asfortranarray(X), "y": y}
        arrays |= {f"{name}32": arrays[name].astype(np.float32) for name in ("rows", "columns")}
        for name, array in arrays.items():
            np.save(Path(folder) / name, array)
        for storage in STORAGES:
            subprocess.run([sys.executable, __file__, folder, storage], check=True)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    measure(Path(sys.argv[1]), sys.argv[2]) if len(sys.argv) > 2 else main()
