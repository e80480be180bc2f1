//! The loss of residuals with heavy tails.

use super::between;
use crate::prox::{along, everywhere, positive};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// (ν + 1)/2 Σ log(1 + xᵢ²/(νσ²)): the negative log-likelihood of Student's t-distribution, up to a constant (Lange,
/// Little and Taylor, "Robust statistical modeling using the t distribution", 1989). With ν = 1 it is the loss of Cauchy,
/// Σ log(1 + (xᵢ/σ)²). It is not convex.
///
/// Its slope is concave up to |x| = √(3ν)·σ and convex beyond.
///
/// # Errors
/// `prox` reports [`Error::Parameters`](admm::Error::Parameters) unless ν and σ are numbers above 0.
#[doc(alias = "Cauchy")]
#[doc(alias = "Lorentzian")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StudentT {
    /// The degrees of freedom ν > 0.
    pub degrees: f64,
    /// The scale σ > 0 of the residuals.
    pub scale: f64,
}

impl<T: Scalar> Prox<T> for StudentT {
    fn value(&self, x: &DMatrix<T>) -> T {
        let width = T::of(self.degrees.sqrt() * self.scale);
        x.iter().map(|entry| loss(entry.abs() / width) * T::of(self.degrees + 1.0)).sum()
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        let (degrees, scale) = (positive::<T>(self.degrees, "degrees")?, positive::<T>(self.scale, "scale")?);
        let (width, weight) = (degrees.sqrt() * scale, degrees + T::one());
        let inflection = T::of(3.0).sqrt() * width;
        between(
            v,
            rho,
            inflection,
            |t| weight * loss(t / width),
            |t| {
                let t = t / width;
                let share = T::one() / (T::one() + t * t);
                (weight / width * (t * share), weight / width / width * (share * (share + share - T::one())))
            },
        )
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    /// It grows more slowly than any linear function.
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        along(by, T::zero())
    }
    fn is_nonconvex(&self) -> bool {
        true
    }
}

/// ½ log(1 + t²), where t² may overflow.
fn loss<T: Scalar>(t: T) -> T {
    if t < T::one() { (t * t).ln_1p() * T::of(0.5) } else { T::one().hypot(t).ln() }
}
