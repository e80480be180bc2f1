//! The observer of a run: the signals of Python, the observer of the caller, and the checkpoints.

use super::observer::{Flat, Moment};
use super::stash::Stash;
use super::typed::State;
use admm::checkpoint::{Checkpointer, Checkpoints};
use admm::observe::Observer;
use pyo3::prelude::*;
use std::ops::ControlFlow;

/// Looks at every iteration.
pub struct Watch<'a> {
    observer: Option<Py<PyAny>>,
    stash: Stash,
    flat: Flat,
    checkpointer: Option<Checkpointer<'a>>,
    /// The exception of a signal or of the observer, which ended the run.
    pub raised: Option<PyErr>,
}

impl<'a> Watch<'a> {
    /// Keeps every n-th state in the checkpoints, if there are any.
    pub fn new(
        observer: Option<Py<PyAny>>,
        stash: Stash,
        flat: Flat,
        kept: Option<&'a mut Checkpoints>,
        every: u64,
    ) -> Self {
        let checkpointer = kept.map(|kept| Checkpointer::new(kept, every));
        Watch { observer, stash, flat, checkpointer, raised: None }
    }

    /// Why the last state could not be kept, if it could not.
    pub fn failure(&self) -> Option<String> {
        Some(self.checkpointer.as_ref()?.failure()?.to_string())
    }

    fn stops(&self, py: Python<'_>, state: &State) -> PyResult<bool> {
        py.check_signals()?;
        let Some(observer) = &self.observer else { return Ok(false) };
        let moment = Moment {
            record: state.record,
            x: state.x.plain(),
            z: state.z.plain(),
            u: state.u.clone(),
            flat: self.flat.clone(),
        };
        let called = observer.bind(py).call1((moment,)).and_then(|answer| answer.is_truthy());
        called.inspect_err(|error| {
            let place = format!("in the observer, iteration {}", state.record.iteration);
            // Where a note cannot be added the exception is worth more than the place.
            _ = error.value(py).call_method1("add_note", (place,));
        })
    }
}

impl Observer<State> for &mut Watch<'_> {
    fn observe(&mut self, state: &State) -> ControlFlow<()> {
        if let Some(mut checkpointer) = self.checkpointer.as_mut() {
            _ = checkpointer.observe(state);
        }
        match Python::attach(|py| self.stops(py, state)) {
            Ok(false) if !self.stash.is_full() => ControlFlow::Continue(()),
            Ok(_) => ControlFlow::Break(()),
            Err(error) => {
                self.raised = Some(error);
                ControlFlow::Break(())
            }
        }
    }
}
