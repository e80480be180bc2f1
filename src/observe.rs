//! Looking at a run without touching it.

use crate::{Phases, Real, Record, Space, State};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// Sees every state, and may end the run.
pub trait Observer<S> {
    /// Called after each iteration; `Break` ends the run with [`Status::Stopped`](crate::Status::Stopped).
    fn observe(&mut self, state: &S) -> ControlFlow<()>;
    /// The same with where the time went so far: what the coordinator calls.
    fn observe_timed(&mut self, state: &S, _phases: &Phases) -> ControlFlow<()> {
        self.observe(state)
    }
    /// Whether it reads the objective off the record, which costs a value of both blocks in every iteration.
    fn wants_objective(&self) -> bool {
        false
    }
}

impl<S, F: FnMut(&S) -> ControlFlow<()>> Observer<S> for F {
    fn observe(&mut self, state: &S) -> ControlFlow<()> {
        self(state)
    }
}

/// Both, one after the other; either may end the run.
impl<S, A: Observer<S>, B: Observer<S>> Observer<S> for (A, B) {
    fn observe(&mut self, state: &S) -> ControlFlow<()> {
        self.observe_timed(state, &Phases::default())
    }
    fn observe_timed(&mut self, state: &S, phases: &Phases) -> ControlFlow<()> {
        let (first, second) = (self.0.observe_timed(state, phases), self.1.observe_timed(state, phases));
        if first.is_break() { first } else { second }
    }
    fn wants_objective(&self) -> bool {
        self.0.wants_objective() || self.1.wants_objective()
    }
}

/// No observer.
impl<S> Observer<S> for () {
    fn observe(&mut self, _state: &S) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// The records of a run, in order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct History<T>(pub Vec<Record<T>>);

impl<T: Real, X, Z, S: Space<T>> Observer<State<T, X, Z, S>> for &mut History<T> {
    fn observe(&mut self, state: &State<T, X, Z, S>) -> ControlFlow<()> {
        self.0.push(state.record);
        ControlFlow::Continue(())
    }
}

/// Calls an observer in every n-th iteration.
pub fn every<S, T: Real, X, Z, I: Space<T>>(
    n: u64,
    mut observer: S,
) -> impl FnMut(&State<T, X, Z, I>) -> ControlFlow<()>
where
    S: Observer<State<T, X, Z, I>>,
{
    move |state| {
        if state.record.iteration.is_multiple_of(n.max(1)) {
            observer.observe(state)
        } else {
            ControlFlow::Continue(())
        }
    }
}
