//! Residual balancing.

use super::Penalty;
use crate::parameter::above_one;
use crate::state::{Memory, Step};
use crate::{Parameter, Real};

/// Residual balancing, Boyd et al. (2011, eq. 3.13): ρ grows by τ where the primal residual is above μ times the dual
/// one, and shrinks by τ in the opposite case.
#[derive(Debug, Clone, Copy)]
pub struct Balance {
    /// The threshold μ > 1.
    pub threshold: f64,
    /// The factor τ > 1.
    pub factor: f64,
}

impl Default for Balance {
    /// μ = 10 and τ = 2, as in the monograph.
    fn default() -> Self {
        Balance { threshold: 10.0, factor: 2.0 }
    }
}

impl Balance {
    /// ρ for the next iteration, by residuals of either kind.
    pub(super) fn balanced<T: Real>(&self, rho: T, primal: T, dual: T) -> T {
        let (threshold, factor) = (T::of(self.threshold), T::of(self.factor));
        if primal > threshold * dual {
            rho * factor
        } else if dual > threshold * primal {
            rho / factor
        } else {
            rho
        }
    }
}

impl<T: Real, S> Penalty<T, S> for Balance {
    fn next(&self, step: &Step<'_, T, S>, _memory: &mut Memory<T, S>) -> T {
        let record = step.record;
        self.balanced(record.rho, record.primal, record.dual)
    }

    fn problems(&self) -> Vec<Parameter> {
        above_one(&[("threshold", self.threshold), ("factor", self.factor)])
    }
}
