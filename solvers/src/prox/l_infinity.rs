//! The largest magnitude.

use super::{along, check, everywhere, simplex::waterline};
use crate::scalar::{Scalar, largest};
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// ‖x‖∞ = max |xᵢ|.
///
/// prox(v, ρ) has the entries sign(vᵢ)·min(|vᵢ|, τ) with Σ max(|vᵢ| − τ, 0) = 1/ρ, and is 0 for ‖v‖₁ ≤ 1/ρ (Parikh and
/// Boyd, "Proximal Algorithms", 2014, §6.5.2). The conjugate is the indicator of ‖y‖₁ ≤ 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LInfinity;

impl<T: Scalar> Prox<T> for LInfinity {
    fn value(&self, x: &DMatrix<T>) -> T {
        largest(x.as_slice())
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        let (highest, depth) = waterline(v.iter().map(|entry| entry.abs()), T::one() / rho);
        let most = (highest - depth).max(T::zero());
        Ok(v.map(|entry| entry.max(-most).min(most)))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        along(by, self.value(by))
    }
}
