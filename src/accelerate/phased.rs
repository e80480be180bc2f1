//! Acceleration in phases, between plain iterations.

use super::Acceleration;
use crate::state::{Memory, Start, Step};
use crate::{Parameter, Real};

/// Plain iterations and those of another rule in turn, plain ones first. Easy problems are solved by then, and those
/// without a solution show it best by plain iterations.
///
/// On linear programs an extrapolation from a few iterations can go round in circles for hundreds more. Plain iterations
/// leave them, and the rule begins anew.
#[derive(Debug, Clone, Copy, Default)]
pub struct Phased<A> {
    /// The number of plain iterations in a turn.
    pub plain: u64,
    /// The number of accelerated ones after them.
    pub accelerated: u64,
    /// The rule of these.
    pub of: A,
}

impl<T: Real, S, A: Acceleration<T, S>> Acceleration<T, S> for Phased<A> {
    fn next(&self, step: &Step<'_, T, S>, memory: &mut Memory<T, (S, S)>) -> Start<S> {
        let turn = self.plain.saturating_add(self.accelerated).max(1);
        if step.record.iteration.saturating_sub(1) % turn < self.plain {
            *memory = Memory::default();
            return Start::Here;
        }
        self.of.next(step, memory)
    }
    fn problems(&self) -> Vec<Parameter> {
        self.of.problems()
    }
}
