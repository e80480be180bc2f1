//! Observers: they see every iteration of a run, and may end it, but change nothing.
//!
//! | Observer | Use |
//! |---|---|
//! | a closure of the state | to look at an iteration, or to end the run |
//! | [`History`] | to keep the records, and to write them as CSV or JSON lines |
//! | [`time_limit`], [`TargetObjective`] | to end a run at a time or at an objective |
//! | [`every`], [`on_best`] | to call another observer seldom |
//! | a pair of observers | to use both |

mod history;
mod limit;
mod phases;

pub use history::History;
pub use limit::{TargetObjective, time_limit};
pub use phases::Phases;

use crate::Real;
use crate::state::State;
use std::ops::ControlFlow;

/// Sees every state, and may end the run.
pub trait Observer<S> {
    /// Called after each iteration; `Break` ends the run with [`Status::Stopped`](crate::Status::Stopped). So an
    /// observer is a stopping rule of your own: the state that met it is
    /// [`Coordinator::state`](crate::Coordinator::state), while the outcome has the one that is best by the rule of the
    /// coordinator.
    fn observe(&mut self, state: &S) -> ControlFlow<()>;
    /// The same with where the time went so far: what the coordinator calls.
    fn observe_timed(&mut self, state: &S, _phases: &Phases) -> ControlFlow<()> {
        self.observe(state)
    }
    /// Returns true if it reads the objective from the record, which costs a value of both blocks in every iteration.
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

/// The unit type observes nothing.
impl<S> Observer<S> for () {
    fn observe(&mut self, _state: &S) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// An observer that is called in some iterations only: what [`every`] and [`on_best`] make.
#[derive(Debug, Clone)]
pub struct When<O> {
    moment: Moment,
    observer: O,
}

#[derive(Debug, Clone, Copy)]
enum Moment {
    Every(u64),
    Best,
}

/// Calls an observer in every n-th iteration.
pub fn every<O>(n: u64, observer: O) -> When<O> {
    When { moment: Moment::Every(n.max(1)), observer }
}

/// Calls an observer in every iteration that is nearer to the stopping rule, in units of its bounds, than all before.
pub fn on_best<O>(observer: O) -> When<O> {
    When { moment: Moment::Best, observer }
}

impl<T: Real, X, Z, S, O: Observer<State<T, X, Z, S>>> Observer<State<T, X, Z, S>> for When<O> {
    fn observe(&mut self, state: &State<T, X, Z, S>) -> ControlFlow<()> {
        self.observe_timed(state, &Phases::default())
    }
    fn observe_timed(&mut self, state: &State<T, X, Z, S>, phases: &Phases) -> ControlFlow<()> {
        let now = match self.moment {
            Moment::Every(n) => state.record.iteration.is_multiple_of(n),
            Moment::Best => state.is_best(),
        };
        if now { self.observer.observe_timed(state, phases) } else { ControlFlow::Continue(()) }
    }
    fn wants_objective(&self) -> bool {
        self.observer.wants_objective()
    }
}
