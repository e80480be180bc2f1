//! Looking at a run without touching it.

use crate::{Real, State};
use crate::{Space, Work};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// What one iteration measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Record<T> {
    /// Counted from 1; 0 before the first.
    pub iteration: u64,
    /// ‖r‖ = ‖Ax + Bz − c‖.
    pub primal: T,
    /// ‖s‖ = ρ‖AᵀBΔz‖.
    pub dual: T,
    /// The stopping rule's bound on ‖r‖.
    pub primal_bound: T,
    /// The stopping rule's bound on ‖s‖.
    pub dual_bound: T,
    /// ρ, as used in this iteration.
    pub penalty: T,
    /// How often ρ has changed so far, a change after this iteration included.
    pub penalty_changes: u32,
    /// The accuracy asked of the blocks in this iteration.
    pub inner_tolerance: T,
    /// The cost so far.
    pub work: Work,
}

impl<T: Real> Record<T> {
    /// Whether both residuals are within their bounds.
    pub fn converged(&self) -> bool {
        self.iteration > 0 && self.primal <= self.primal_bound && self.dual <= self.dual_bound
    }
    /// Both residuals in units of their bounds, the larger one: at most 1 when converged.
    pub fn excess(&self) -> T {
        let tiny = T::min_value().unwrap_or(T::one()).abs().recip().sqrt();
        (self.primal / self.primal_bound.max(tiny)).max(self.dual / self.dual_bound.max(tiny))
    }
}

/// Sees every state, and may end the run.
pub trait Observer<S> {
    /// Called after each iteration; `Break` ends the run with [`Status::Stopped`](crate::Status::Stopped).
    fn observe(&mut self, state: &S) -> ControlFlow<()>;
}

impl<S, F: FnMut(&S) -> ControlFlow<()>> Observer<S> for F {
    fn observe(&mut self, state: &S) -> ControlFlow<()> {
        self(state)
    }
}

/// Both, one after the other; either may end the run.
impl<S, A: Observer<S>, B: Observer<S>> Observer<S> for (A, B) {
    fn observe(&mut self, state: &S) -> ControlFlow<()> {
        let (first, second) = (self.0.observe(state), self.1.observe(state));
        if first.is_break() { first } else { second }
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
