//! The observer of a run: the signals of Python, the observer of the caller, and the checkpoints.

use super::observer::{Flat, Moment};
use super::stash::Stash;
use super::typed::State;
use admm::checkpoint::{Checkpointer, Checkpoints};
use admm::observe::Observer;
use admm::ranks::{Ranks, agree, any};
use admm::{Error, Result};
use pyo3::prelude::*;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Without an observer, Python is asked for signals once in this time.
const TICK: Duration = Duration::from_millis(10);
/// The states of processes are compared after so many iterations.
const COMPARED: u64 = 50;

/// Looks at every iteration.
pub struct Watch<'a> {
    observer: Option<Py<PyAny>>,
    stash: Stash,
    flat: Flat,
    ranks: Arc<dyn Ranks>,
    asked: Instant,
    checkpointer: Option<Checkpointer<'a>>,
    /// The exception of a signal or of the observer, which ended the run.
    pub raised: Option<PyErr>,
    /// The error by which the processes are no longer together, which ended the run.
    pub apart: Option<Error>,
}

impl<'a> Watch<'a> {
    /// Keeps every n-th state in the checkpoints, if there are any. Where one of the processes stops, all of them do.
    pub fn new(
        observer: Option<Py<PyAny>>,
        stash: Stash,
        flat: Flat,
        ranks: Arc<dyn Ranks>,
        kept: Option<(&'a mut Checkpoints, u64)>,
    ) -> Self {
        let checkpointer = kept.map(|(kept, every)| Checkpointer::new(kept, every));
        Watch { observer, stash, flat, ranks, asked: Instant::now(), checkpointer, raised: None, apart: None }
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

impl Watch<'_> {
    /// Returns true if any of the processes stops.
    fn together(&self, own: bool, state: &State) -> Result<bool> {
        if state.record.iteration.is_multiple_of(COMPARED) {
            agree(&*self.ranks, "state of the run", state)?;
        }
        any(&*self.ranks, Ok(own))
    }
}

impl Observer<State> for &mut Watch<'_> {
    fn observe(&mut self, state: &State) -> ControlFlow<()> {
        if let Some(mut checkpointer) = self.checkpointer.as_mut() {
            _ = checkpointer.observe(state);
        }
        let mut own = false;
        if self.observer.is_some() || self.asked.elapsed() >= TICK {
            self.asked = Instant::now();
            own = Python::attach(|py| self.stops(py, state)).unwrap_or_else(|error| {
                self.raised = Some(error);
                true
            });
        }
        let stops = self.together(own || self.stash.is_full(), state).unwrap_or_else(|error| {
            self.apart = Some(error);
            true
        });
        if stops { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
