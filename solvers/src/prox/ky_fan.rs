//! The sum of the largest magnitudes.

use super::sum_largest::{capped_waterline, sum_of_largest};
use super::{along, check, counted, everywhere};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// The sum of the r largest magnitudes |xᵢ|, and of all if there are no more than r. `SingularValues(KyFan { count })` is
/// the sum of the largest singular values, the norm of Ky Fan (1951).
///
/// The conjugate is the indicator of {y : ‖y‖∞ ≤ 1, ‖y‖₁ ≤ r} (Overton and Womersley, "Optimality conditions and duality
/// theory for minimizing sums of the largest eigenvalues", 1993). So prox(v, ρ) lowers the magnitudes by
/// min(max(|vᵢ| − τ, 0), 1/ρ), with the τ ≥ 0 at which that is r/ρ in all, and τ = 0 if it is less: Moreau's identity.
///
/// # Errors
/// `prox` reports [`Error::Parameters`](admm::Error::Parameters) for r = 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KyFan {
    /// The number r ≥ 1 of magnitudes.
    pub count: usize,
}

impl<T: Scalar> Prox<T> for KyFan {
    fn value(&self, x: &DMatrix<T>) -> T {
        sum_of_largest(x.iter().map(|entry| entry.abs()).collect(), self.count)
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        counted(self.count)?;
        let (most, zero) = (T::one() / rho, T::zero());
        let magnitudes: Vec<T> = v.iter().map(|entry| entry.abs()).collect();
        let all = self.count >= v.len();
        let (pivot, level) = if all { (zero, zero) } else { capped_waterline(magnitudes, self.count, most) };
        let level = level.max(-pivot);
        Ok(v.map(|v| (v.abs() - ((v.abs() - pivot) - level).max(zero).min(most)).copysign(v)))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        along(by, self.value(by))
    }
}
