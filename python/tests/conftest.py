"""What holds for all tests."""

import signal

import pytest


@pytest.fixture(autouse=True, scope="session")
def ctrl_c_interrupts():
    """A shell lets commands in the background ignore Ctrl-C, and what waits for it would wait forever."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Stop:
    """A callback of scikit-learn that ends a fit after its third iteration."""

    ends = 0

    def setup(self, estimator, context): ...

    def teardown(self, estimator, context): ...

    def on_fit_task_begin(self, estimator, context): ...

    def on_fit_task_end(self, estimator, context):
        self.ends += 1
        return self.ends == 3


@pytest.fixture
def stop():
    """Such a callback, where scikit-learn has them."""
    pytest.importorskip("sklearn.callback")
    return Stop()
