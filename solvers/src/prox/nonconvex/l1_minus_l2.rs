//! The difference of two norms.

use crate::prox::{along, check, everywhere, not_negative, shrunk};
use crate::scalar::{Scalar, largest, norm, set_length};
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// ‖x‖₁ − α‖x‖₂ for 0 ≤ α ≤ 1, which is small for points with one large entry. It is not convex for α > 0.
///
/// Let z be v with soft thresholding by 1/ρ. Where it is not 0, prox(v, ρ) is z with the length ‖z‖ + α/ρ. Elsewhere only
/// the largest entry stays, shortened to max(|vᵢ| − (1 − α)/ρ, 0) (Lou and Yan, "Fast L1–L2 minimization via a proximal
/// operator", 2018, lemma 1).
///
/// # Errors
/// `prox` reports [`Error::Parameters`] for an α that is not from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct L1MinusL2 {
    /// The weight α of the 2-norm.
    pub alpha: f64,
}

impl<T: Scalar> Prox<T> for L1MinusL2 {
    fn value(&self, x: &DMatrix<T>) -> T {
        x.lp_norm(1) - T::of(self.alpha) * norm(x.as_slice())
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        let alpha = not_negative::<T>(self.alpha, "alpha")?;
        if self.alpha > 1.0 {
            return Err(Error::parameter("alpha", format!("must be at most 1, got {}", self.alpha)));
        }
        let (step, most) = (T::one() / rho, largest(v.as_slice()));
        let mut x = v.map(|v| shrunk(v, step));
        let length = norm(x.as_slice());
        if set_length(x.as_mut_slice(), length + alpha * step) {
            return Ok(x);
        }
        if let Some(place) = v.iter().position(|entry| entry.abs() == most) {
            x[place] = (most - (T::one() - alpha) * step).max(T::zero()).copysign(v[place]);
        }
        Ok(x)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        along(by, self.value(by))
    }
    fn is_nonconvex(&self) -> bool {
        self.alpha > 0.0
    }
}
