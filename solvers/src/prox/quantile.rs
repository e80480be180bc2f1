//! The loss of quantile regression.

use super::{along, entrywise, everywhere, positive};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// Σ max(τxᵢ, (τ − 1)xᵢ), the pinball loss of residuals x = y − prediction. The constant prediction of least loss is
/// the τ-quantile of y (Koenker and Bassett, "Regression quantiles", 1978).
///
/// prox(v, ρ) has the entries vᵢ − τ/ρ where that is positive, vᵢ + (1 − τ)/ρ where that is negative, and 0 elsewhere.
/// It is a soft threshold with two sides (Combettes and Pesquet, "Proximal splitting methods in signal processing",
/// 2011, table 2).
///
/// # Errors
/// `prox` reports [`Error::Parameters`] for a τ that is not between 0 and 1.
#[doc(alias = "pinball")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    /// The level τ, 0 < τ < 1.
    pub level: f64,
}

impl<T: Scalar> Prox<T> for Quantile {
    fn value(&self, x: &DMatrix<T>) -> T {
        let level = T::of(self.level);
        x.iter().map(|&entry| (level * entry).max((level - T::one()) * entry)).sum()
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        let level = positive::<T>(self.level, "level")?;
        let rest = T::one() - level;
        if rest <= T::zero() {
            return Err(Error::parameter("level", format!("must be below 1, got {}", self.level)));
        }
        let zero = T::zero();
        entrywise(v, rho, |v| (v - level / rho).max(zero) + (v + rest / rho).min(zero))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        along(by, self.value(by))
    }
}
