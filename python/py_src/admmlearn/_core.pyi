from collections.abc import Callable
from typing import Any, final

from numpy.typing import ArrayLike, NDArray

_Array = NDArray[Any]
_Parts = dict[str, Any]
_Names = tuple[list[str], list[str], bool, str | None]
_Comm = tuple[Callable[[bytes], list[bytes]], int, int] | None

__all__ = [
    "Certificate",
    "Coordinator",
    "Descent",
    "Function",
    "Moment",
    "Operator",
    "PcaRule",
    "Record",
    "Report",
    "Set",
    "Through",
    "__version__",
    "check_constraint_set",
    "check_gradient",
    "check_prox",
    "fit",
    "from_bytes",
    "function",
    "inverse_transform",
    "logits",
    "operator",
    "predict_values",
    "set",
    "to_bytes",
    "transform",
]

__version__: str

def fit(
    x: Any,
    targets: _Array,
    classes: int,
    choices: str,
    *,
    weights: _Array | None = None,
    start: _Parts | None = None,
    observer: Callable[[str], Any] | None = None,
    comm: _Comm = None,
) -> tuple[_Parts, dict[str, Any], BaseException | None]: ...
def transform(parts: _Parts, x: _Array) -> _Array: ...
def logits(parts: _Parts, x: _Array) -> _Array: ...
def predict_values(parts: _Parts, x: _Array) -> _Array: ...
def inverse_transform(parts: _Parts, z: _Array) -> _Array: ...
def to_bytes(parts: _Parts, names: _Names) -> bytes: ...
def from_bytes(bytes: bytes, single: bool) -> tuple[_Parts, _Names]: ...
def function(name: str, *args: Any) -> Function: ...
def set(name: str, *args: Any) -> Set: ...
def operator(name: str, *args: Any) -> Operator: ...
def check_prox(of: Any, v: ArrayLike, rho: float, convex: bool) -> Report: ...
def check_gradient(of: Any, x: ArrayLike) -> Report: ...
def check_constraint_set(of: Set, x: ArrayLike) -> Report: ...
@final
class Function:
    """A function with a proximal operator. Each coordinator makes it anew, so that it can take part in several."""

    def value(self, x: ArrayLike) -> float: ...
    def prox(self, v: ArrayLike, rho: float = 1.0) -> NDArray[Any]: ...

@final
class Set:
    """A set on which a variable moves. As a block it is the indicator of the set."""

    def project(self, x: ArrayLike) -> NDArray[Any]: ...
    def residual(self, x: ArrayLike) -> float: ...
    def tangent(self, x: ArrayLike, gradient: ArrayLike) -> NDArray[Any]: ...
    def retract(self, x: ArrayLike, step: ArrayLike) -> NDArray[Any]: ...

@final
class Operator:
    """A linear operator K."""

    def apply(self, x: ArrayLike) -> NDArray[Any]: ...

@final
class Descent:
    """A function with a gradient, or a custom direction, with the method that moves the variable and the set it stays on."""

    @staticmethod
    def smooth(of: Any, on: Set, by: str, max_steps: int, memory: int) -> Descent: ...
    @staticmethod
    def steps(
        of: Any,
        on: Set,
        max_steps: int,
        rate: float | None = None,
        lipschitz: float | None = None,
        horizon: float | None = None,
    ) -> Descent: ...

@final
class Through:
    """A block that is coupled through an operator K."""

    def __new__(cls, of: Any, operator: Operator, max_steps: int) -> Through: ...

@final
class PcaRule:
    """λ(1 − tr(WᵀΣW)/tr Σ), lowered by a rule of this name."""

    def __new__(cls, covariance: ArrayLike, weight: float, rule: str, on: Set, max_steps: int) -> PcaRule: ...

@final
class Record:
    """The measurements of one iteration."""

    @property
    def iteration(self) -> int: ...
    @property
    def primal(self) -> float: ...
    @property
    def dual(self) -> float: ...
    @property
    def primal_bound(self) -> float: ...
    @property
    def dual_bound(self) -> float: ...
    @property
    def objective(self) -> float | None: ...
    @property
    def objective_change(self) -> float | None: ...
    @property
    def augmented_lagrangian(self) -> float | None: ...
    @property
    def rho(self) -> float: ...
    @property
    def penalty_changes(self) -> int: ...
    @property
    def accepted(self) -> int: ...
    @property
    def rejected(self) -> int: ...
    @property
    def inner_tolerance(self) -> float: ...
    @property
    def inner_residual(self) -> float | None: ...
    @property
    def passes(self) -> int: ...

@final
class Moment:
    """An iteration as an observer sees it."""

    @property
    def record(self) -> Record: ...
    @property
    def x(self) -> Any: ...
    @property
    def z(self) -> Any: ...
    @property
    def u(self) -> Any: ...

@final
class Certificate:
    """The findings of a run on the conditions under which ADMM converges on a nonconvex problem. It prints as a table."""

    @property
    def findings(self) -> list[tuple[str, str, str]]: ...

@final
class Report:
    """The laws that were tried, and what was found. It prints as a table."""

    @property
    def passed(self) -> bool: ...
    def assert_passed(self) -> None: ...
    def __bool__(self) -> bool: ...

@final
class Coordinator:
    """minimise f(x) + g(z)  subject to  Kx − Lz = c, for two blocks that own f, K and g, L."""

    @staticmethod
    def pair(
        f: Any,
        g: Any,
        x0: Any,
        z0: Any,
        rho: float,
        options: str,
        c: ArrayLike | None = None,
        policy: Callable[[Record], float] | None = None,
    ) -> Coordinator: ...
    @staticmethod
    def consensus(
        blocks: list[Any],
        g: Any,
        starts: list[Any],
        z0: Any,
        rho: float,
        options: str,
        threads: int,
        policy: Callable[[Record], float] | None = None,
        comm: _Comm = None,
    ) -> Coordinator: ...
    @staticmethod
    def sharing(
        blocks: list[Any],
        g: Any,
        starts: list[Any],
        rho: float,
        options: str,
        threads: int,
        policy: Callable[[Record], float] | None = None,
        comm: _Comm = None,
    ) -> Coordinator: ...
    def run(
        self,
        observer: Callable[[Moment], Any] | None = None,
        folder: str | None = None,
        every: int = 100,
        name: str = "",
    ) -> dict[str, Any]: ...
    def step(self) -> Record: ...
    def state(self) -> bytes: ...
    def resume(self, state: bytes) -> None: ...
    def present(self) -> tuple[Any, Any, Any, Record]: ...
    def with_dual(self, u: list[Any]) -> None: ...
