//! The square root of the ratio of the residuals.

use super::Penalty;
use crate::parameter::above_one;
use crate::state::{Memory, Step};
use crate::{Parameter, Real};

/// ρ ← ρ √(r/s) with the normalised residuals r and s, Stellato et al. (2020, §5.2, OSQP): ρ goes at once to where they
/// would balance, where that is far from here. In every n-th iteration, for residuals take a while to follow ρ.
#[derive(Debug, Clone, Copy)]
pub struct SquareRoot {
    /// ρ changes by more than this factor, or not at all.
    pub threshold: f64,
    /// The number n of iterations between changes; 0 counts as 1.
    pub every: u64,
}

impl Default for SquareRoot {
    /// By more than 5, as in the paper, in every tenth iteration.
    fn default() -> Self {
        SquareRoot { threshold: 5.0, every: 10 }
    }
}

impl<T: Real, S> Penalty<T, S> for SquareRoot {
    fn next(&self, step: &Step<'_, T, S>, _memory: &mut Memory<T, S>) -> T {
        let (record, threshold) = (step.record, T::of(self.threshold));
        let (primal, dual) = record.normalised();
        let ratio = (primal / (dual + T::of(1e-10))).sqrt();
        let far = ratio > threshold || ratio * threshold < T::one();
        if far && record.iteration.is_multiple_of(self.every.max(1)) { record.rho * ratio } else { record.rho }
    }

    fn problems(&self) -> Vec<Parameter> {
        above_one(&[("threshold", self.threshold)])
    }
}
