//! Acceleration after some plain iterations.

use super::Acceleration;
use crate::state::{Memory, Start, Step};
use crate::{Parameter, Real};

/// Another rule, after plain iterations. Easy problems are solved by then, and those without a solution show it best by
/// plain iterations.
#[derive(Debug, Clone, Copy, Default)]
pub struct Late<A> {
    /// The number of plain iterations.
    pub after: u64,
    /// The rule from then on.
    pub of: A,
}

impl<T: Real, S, A: Acceleration<T, S>> Acceleration<T, S> for Late<A> {
    fn next(&self, step: &Step<'_, T, S>, memory: &mut Memory<T, (S, S)>) -> Start<S> {
        if step.record.iteration <= self.after { Start::Here } else { self.of.next(step, memory) }
    }
    fn problems(&self) -> Vec<Parameter> {
        self.of.problems()
    }
}
