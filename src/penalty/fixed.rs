//! A fixed penalty.

use super::Penalty;
use crate::Real;
use crate::state::{Memory, Step};

/// ρ stays as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fixed;

impl<T: Real, S> Penalty<T, S> for Fixed {
    fn next(&self, step: &Step<'_, T, S>, _memory: &mut Memory<T, S>) -> T {
        step.record.rho
    }
}
