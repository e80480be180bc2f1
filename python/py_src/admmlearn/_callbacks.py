"""The callbacks of scikit-learn 1.9 and later: progress bars, monitors, and ends of a fit before its time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    F = TypeVar("F")

    class CallbackSupportMixin:
        """That of scikit-learn, which has no types."""

        def _init_callback_context(self, max_subtasks: int | None) -> Any: ...

    def with_callbacks(method: F) -> F:
        """That of scikit-learn, which has no types."""
        return method

else:
    try:
        from sklearn.callback import CallbackSupportMixin, with_callbacks
    except ImportError:  # before 1.9 there are none

        class CallbackSupportMixin:
            pass

        def with_callbacks(method):
            return method


class CallbackSupport(CallbackSupportMixin):
    """The calls of the callbacks of an estimator: one task for its fit, with one for each iteration."""

    @contextmanager
    def _watched(self, X: Any, y: Any, sample_weight: Any, most: int | None) -> Iterator[Callable[[], bool] | None]:
        """A function to call after each iteration, which is true to end the fit, or None where nobody watches."""
        if not getattr(self, "_skl_callbacks", None) and not hasattr(self, "_parent_callback_ctx"):
            yield None
            return
        metadata = {} if sample_weight is None else {"sample_weight": sample_weight}
        what = {"estimator": self, "X": X, "y": y, "metadata": metadata}
        context = self._init_callback_context(max_subtasks=most)
        context.call_on_fit_task_begin(**what)

        def watch() -> bool:
            iteration = context.subcontext(task_name="iteration")
            iteration.call_on_fit_task_begin(**what)
            return bool(iteration.call_on_fit_task_end(**what))

        yield watch
        context.call_on_fit_task_end(**what, reconstruction_attributes={})
