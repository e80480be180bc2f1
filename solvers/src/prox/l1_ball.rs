//! Points of bounded 1-norm.

use super::{bounded, check, indicator, nowhere, positive, simplex::waterline};
use crate::scalar::{Scalar, largest};
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// The indicator of {x : ‖x‖₁ ≤ r}.
///
/// The nearest point to a v outside has the entries sign(vᵢ)·max(|vᵢ| − τ, 0), whose magnitudes are the point of the
/// simplex of total r nearest to |v| (Duchi et al., "Efficient projections onto the ℓ₁-ball", 2008). The conjugate is
/// r‖y‖∞.
///
/// # Errors
/// `prox` reports [`Error::Parameters`](admm::Error::Parameters) for a radius that is not a number above 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct L1Ball {
    /// The radius r > 0.
    pub radius: f64,
}

impl<T: Scalar> Prox<T> for L1Ball {
    fn value(&self, x: &DMatrix<T>) -> T {
        indicator(x, self.prox(x, T::one()))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        let (highest, depth) = waterline(v.iter().map(|entry| entry.abs()), positive(self.radius, "radius")?);
        if depth >= highest {
            return Ok(v.clone());
        }
        Ok(v.map(|entry| ((entry.abs() - highest) + depth).max(T::zero()).copysign(entry)))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        bounded(T::of(self.radius) * largest(y.as_slice()))
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        nowhere(by)
    }
}
