"""The processes that share a fit, each with samples of its own."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

V = TypeVar("V")


class Communicator(Protocol):
    """What connects the processes: a communicator of mpi4py, or any object with this method.

    It also says the number of this process and of all: as `rank` and `size`, or as `Get_rank()` and `Get_size()`. The
    module torch.distributed will do as well.
    """

    def allgather(self, mine: Any, /) -> Sequence[Any]:
        """Hand these bytes to all processes, and return those of each, in the order of their numbers."""
        ...


class Ranks:
    """The processes, as one of them sees them."""

    def __init__(self, comm: Any) -> None:
        self._joined = False
        self._allgather: Callable[[bytes], Sequence[Any]]
        if comm is None:
            self.rank, self.size, self._allgather = 0, 1, lambda mine: [mine]
        elif hasattr(comm, "all_gather_object"):
            self.rank, self.size, self._allgather = comm.get_rank(), comm.get_world_size(), _of_torch(comm)
        elif hasattr(comm, "allgather"):
            methods = hasattr(comm, "Get_rank")
            self.rank = comm.Get_rank() if methods else comm.rank
            self.size = comm.Get_size() if methods else comm.size
            self._allgather = comm.allgather
        else:
            kind = type(comm).__name__
            raise TypeError(f"comm must have allgather(bytes), as communicators of mpi4py do, got {kind}")

    def gather(self, mine: bytes) -> list[bytes]:
        """The bytes of all processes, in order."""
        every = list(self._allgather(mine))
        if len(every) != self.size or not all(isinstance(each, bytes) for each in every):
            raise TypeError(f"comm.allgather must return the bytes of each of the {self.size} processes")
        return every

    @property
    def connected(self) -> tuple[Callable[[bytes], list[bytes]], int, int] | None:
        """What the core needs of the others, if there are any."""
        return None if self.size == 1 else (self.gather, self.rank, self.size)

    @contextmanager
    def together(self) -> Iterator[Ranks]:
        """An error in this process, before it has joined the others, is an error in all."""
        try:
            yield self
        except Exception as error:
            if not self._joined:
                self._tell((None, str(error)))
            raise

    def join(self, mine: V) -> list[V]:
        """What each process has to say before the fit."""
        said = self._tell((mine, None))
        for rank, (_, problem) in enumerate(said):
            if problem is not None:
                raise ValueError(f"rank {rank}: {problem}")
        return [value for value, _ in said]

    def _tell(self, mine: tuple[Any, str | None]) -> list[tuple[Any, str | None]]:
        self._joined = True
        if self.size == 1:
            return [mine]
        return [pickle.loads(each) for each in self.gather(pickle.dumps(mine))]


def agreed(name: str, values: Sequence[V]) -> V:
    """What all processes have in common."""
    for rank, value in enumerate(values):
        if value != values[0]:
            raise ValueError(f"rank {rank}: has another {name} than rank 0: {value}, and not {values[0]}")
    return values[0]


def _of_torch(distributed: Any) -> Callable[[bytes], Sequence[Any]]:
    def allgather(mine: bytes) -> Sequence[Any]:
        every: list[Any] = [None] * distributed.get_world_size()
        distributed.all_gather_object(every, mine)
        return every

    return allgather
