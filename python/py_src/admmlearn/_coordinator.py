"""The coordinator: minimise f(x) + g(z) subject to x − z = c, for two blocks."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypedDict, Unpack

import numpy as np
from numpy.typing import ArrayLike

from . import _core
from ._choice import Acceleration, Accuracy, Penalty, Stop
from ._ranks import Communicator, Ranks, agreed
from ._types import Block, Function, Observer
from .prox import singleton

Policy = Penalty | Callable[[_core.Record], float]


class Options(TypedDict, total=False):
    """What a coordinator may be told. Nothing is the default of each.

    tolerance
        The relative tolerance, 1e-4 by default, or a pair of an absolute and a relative one.
    stop
        The stopping rule: see `admmlearn.stop`.
    accuracy
        The accuracy of the blocks: see `admmlearn.accuracy`.
    penalty
        The policy for ρ: see `admmlearn.penalty`, or a callable of the record.
    penalty_bounds
        The interval that ρ never leaves.
    penalty_changes
        The most changes of ρ, 50 by default.
    relaxation
        Over-relaxation α, between 0 and 2.
    acceleration
        See `admmlearn.accelerate`.
    track_objective
        True to record f(x) + g(z) in every iteration.
    max_iter
        The most iterations, 10,000 by default.
    patience
        A run has stalled after so many iterations without progress, 1,000 by default.
    """

    tolerance: float | tuple[float, float]
    stop: Stop
    accuracy: Accuracy
    penalty: Policy
    penalty_bounds: tuple[float, float]
    penalty_changes: int
    relaxation: float
    acceleration: Acceleration
    track_objective: bool
    max_iter: int
    patience: int


@dataclass(frozen=True)
class Result:
    """How a run ended, and the best iterate that it found.

    status
        "converged", or why not: "unverified", "iteration-limit", "stalled", "diverged", "primal-infeasible",
        "dual-infeasible", "stopped".
    x, z
        The variables of both blocks; lists where there are several.
    u, y
        The scaled dual u, and the multiplier y = ρu.
    record
        The measurements of the iteration.
    certificate
        What was found about the conditions for convergence. It prints as a table.
    advice
        What was decisive, and what to change.
    infeasibility
        The proof that there is no solution, for a status that says so: multiplier, value and violation.
    """

    status: str
    x: Any
    z: Any
    u: Any
    y: Any
    record: _core.Record
    certificate: _core.Certificate
    advice: str
    infeasibility: dict[str, Any] | None


class Coordinator:
    """minimise f(x) + g(z) subject to x − z = c.

    A block is a function of `admmlearn.prox`, a set, a `descent`, `steps`, `through` or `pca`, or any object with
    `prox(v, rho)`, `value_and_gradient(x)`, `direction(x, memory)` or `argmin(x, v, rho, tol)`. A block `through` K has
    Kx in the place of x. If the problem is not convex, put the constrained block first and the smooth block last.

    >>> from admmlearn import Coordinator, prox
    >>> result = Coordinator(prox.l1(), prox.least_squares([[2.0, 0.0], [0.0, 1.0]], [3.0, 0.5]), [0.0, 0.0]).run()
    >>> result.status
    'converged'
    >>> result.x.round(3)
    array([1.25, 0.  ])

    Parameters
    ----------
    f, g
        The blocks.
    x0, z0
        Where they start. One-dimensional arrays are columns. Without z0 both start at x0.
    rho
        The first ρ.
    c
        The right-hand side, 0 by default.
    **options
        See `Options`.
    """

    def __init__(
        self,
        f: Block,
        g: Block,
        x0: Any,
        z0: Any = None,
        *,
        rho: float = 1.0,
        c: ArrayLike | None = None,
        **options: Unpack[Options],
    ) -> None:
        z0 = x0 if z0 is None else z0
        self._core = _core.Coordinator.pair(f, g, x0, z0, rho, _json(options), c, _policy(options))

    @classmethod
    def _of(cls, core: _core.Coordinator) -> Self:
        self = cls.__new__(cls)
        self._core = core
        return self

    def run(
        self,
        observer: Observer | None = None,
        *,
        checkpoints: str | os.PathLike[str] | None = None,
        every: int = 100,
        name: str = "",
    ) -> Result:
        """Iterate until the stopping rule, a limit, the observer or an exception ends the run.

        Parameters
        ----------
        observer
            It is called after each iteration with `record`, `x`, `z` and `u`. A true value ends the run.
        checkpoints
            A folder for the last states. A run goes on from the newest one that is there, and ends with the same bits as
            one that was never interrupted. States of Python blocks are pickles: use folders that you trust. With `comm`
            each process needs a folder of its own.
        every
            The iterations between two checkpoints.
        name
            What decides the iterates, in words. A folder with the states of another name is refused.
        """
        found = self._core.run(observer, None if checkpoints is None else os.fspath(checkpoints), every, name)
        failure = found.pop("checkpoint_failure")
        if failure is not None:
            warnings.warn(f"the last state could not be kept: {failure}", RuntimeWarning, stacklevel=2)
        return Result(**found)

    def step(self) -> _core.Record:
        """One iteration. On an exception the state is left as it was."""
        return self._core.step()

    def state(self) -> bytes:
        """All that changes in a run, as bytes for `resume`."""
        return self._core.state()

    def resume(self, state: bytes) -> Self:
        """Continue from a state of a coordinator with the same blocks: what follows has the same bits."""
        self._core.resume(state)
        return self

    def with_dual(self, u: Any) -> Self:
        """Start from another scaled dual u than 0: an array, or a list of them for several blocks."""
        self._core.with_dual(list(u) if isinstance(u, (list, tuple)) and np.ndim(u[0]) else [u])
        return self

    @property
    def x(self) -> Any:
        """The present variable of the first block."""
        return self._core.present()[0]

    @property
    def z(self) -> Any:
        """The present variable of the second block."""
        return self._core.present()[1]

    @property
    def u(self) -> Any:
        """The present scaled dual."""
        return self._core.present()[2]

    @property
    def record(self) -> _core.Record:
        """The record of the last iteration."""
        return self._core.present()[3]


def consensus(
    blocks: Sequence[Block],
    g: Function,
    x0: Any,
    z0: ArrayLike | None = None,
    *,
    rho: float = 1.0,
    n_jobs: int = 1,
    comm: Communicator | None = None,
    **options: Unpack[Options],
) -> Coordinator:
    """minimise Σ fᵢ(x) + g(x): blocks that agree on one variable, and a function of it. Boyd et al. (2011, §7.1).

    x0 is a start for all, or a list with one for each block. The x of the result is a list, its z an array. Blocks of
    Rust run on `n_jobs` threads.

    `comm` connects processes that solve one problem: that of mpi4py, the module torch.distributed, or any object with
    `allgather(bytes)`, `rank` and `size`. Each process gives blocks of its own, as many as the others, and all the same
    otherwise. All get the same result.
    """
    with Ranks(comm).together() as ranks:
        if not blocks:
            raise ValueError("blocks must have one member at least")
        starts = list(x0) if isinstance(x0, list) and np.ndim(x0[0]) else [x0] * len(blocks)
        z0 = starts[0] if z0 is None else z0
        _join(ranks, rho, options)
        core = _core.Coordinator.consensus(
            list(blocks), g, starts, z0, rho, _json(options), n_jobs, _policy(options), ranks.connected
        )
    return Coordinator._of(core)


def sharing(
    blocks: Sequence[Block],
    g: Function,
    x0: list[Any],
    *,
    rho: float = 1.0,
    n_jobs: int = 1,
    comm: Communicator | None = None,
    **options: Unpack[Options],
) -> Coordinator:
    """minimise Σ fᵢ(xᵢ) + g(Σ Kᵢxᵢ): blocks with a common function of their sum. Boyd et al. (2011, §7.3).

    With `comm` each process gives blocks of its own, as in `consensus`.
    """
    with Ranks(comm).together() as ranks:
        _join(ranks, rho, options)
        core = _core.Coordinator.sharing(
            list(blocks), g, list(x0), rho, _json(options), n_jobs, _policy(options), ranks.connected
        )
    return Coordinator._of(core)


def exchange(
    blocks: Sequence[Block],
    x0: list[Any],
    total: ArrayLike | None = None,
    *,
    rho: float = 1.0,
    n_jobs: int = 1,
    comm: Communicator | None = None,
    **options: Unpack[Options],
) -> Coordinator:
    """minimise Σ fᵢ(xᵢ) subject to Σ xᵢ = total, which is 0 by default. Boyd et al. (2011, §7.3.2)."""
    total = np.zeros_like(np.asarray(x0[0], dtype=np.float64)) if total is None else total
    return sharing(blocks, singleton(total), x0, rho=rho, n_jobs=n_jobs, comm=comm, **options)


def _join(ranks: Ranks, rho: float, options: Options) -> None:
    """Refuses processes that would not do the same."""
    every = ranks.join((float(rho), _json(options)))
    agreed("rho", [rho for rho, _ in every])
    agreed("choice of options", [options for _, options in every])


def _policy(options: Options) -> Callable[[_core.Record], float] | None:
    penalty = options.get("penalty")
    return None if penalty is None or isinstance(penalty, Penalty) else penalty


def _json(options: Options) -> str:
    unknown = set(options) - set(Options.__annotations__)
    if unknown:
        raise TypeError(f"unknown options: {', '.join(sorted(unknown))}")
    choices: dict[str, Any] = {}
    for name, value in options.items():
        if isinstance(value, (Stop, Acceleration, Accuracy, Penalty)):
            choices[name] = value._json()
        elif name not in ("penalty", "penalty_bounds", "penalty_changes"):
            choices[{"max_iter": "max_iterations"}.get(name, name)] = value
    if isinstance(choices.get("tolerance"), (float, int)):
        choices["tolerance"] = (0.0, choices["tolerance"])
    lowest, highest = options.get("penalty_bounds", (None, None))
    limits = {"lowest": lowest, "highest": highest, "max_changes": options.get("penalty_changes")}
    choices["limits"] = limits if any(limit is not None for limit in limits.values()) else None
    return json.dumps(choices)
