//! Observers that end a run from outside.

use super::Observer;
use crate::Real;
use crate::state::State;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// Ends a run after the iteration in which this much time, counted from this call, is over. The iterates until then are
/// those of a run without a limit.
pub fn time_limit<S>(limit: Duration) -> impl FnMut(&S) -> ControlFlow<()> {
    let started = Instant::now();
    move |_| if started.elapsed() >= limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// Ends a run where f(x) + g(z) is at most this. Between iterations x and z do not meet the constraint exactly, so the
/// value may lie below the minimum. The state that has it is [`Coordinator::state`](crate::Coordinator::state).
#[derive(Debug, Clone, Copy)]
pub struct TargetObjective(pub f64);

impl<T: Real, X, Z, S> Observer<State<T, X, Z, S>> for TargetObjective {
    fn observe(&mut self, state: &State<T, X, Z, S>) -> ControlFlow<()> {
        let reached = state.record.objective.is_some_and(|value| value.to_f64() <= self.0);
        if reached { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
    fn wants_objective(&self) -> bool {
        true
    }
}
