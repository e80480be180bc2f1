//! A bounded loss of residuals.

use super::between;
use crate::prox::{along, everywhere, positive};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// Σ xᵢ²/(σ² + xᵢ²) (Geman and McClure, "Statistical methods for tomographic image reconstruction", 1987). It is not
/// convex.
///
/// Its slope is concave up to |x| = σ and convex beyond.
///
/// # Errors
/// `prox` reports [`Error::Parameters`](admm::Error::Parameters) unless σ is a number above 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GemanMcClure {
    /// The scale σ > 0 of the residuals.
    pub scale: f64,
}

impl<T: Scalar> Prox<T> for GemanMcClure {
    fn value(&self, x: &DMatrix<T>) -> T {
        x.iter().map(|entry| loss(entry.abs() / T::of(self.scale))).sum()
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        let scale = positive::<T>(self.scale, "scale")?;
        let two = T::of(2.0);
        between(
            v,
            rho,
            scale,
            |t| loss(t / scale),
            |t| {
                let t = t / scale;
                let share = T::one() / (T::one() + t * t);
                let square = two * share * share;
                (square * t / scale, square * (two * two * share - T::of(3.0)) / scale / scale)
            },
        )
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    /// It is bounded.
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        along(by, T::zero())
    }
    fn is_nonconvex(&self) -> bool {
        true
    }
}

/// t²/(1 + t²), where t² may overflow.
fn loss<T: Scalar>(t: T) -> T {
    let one = T::one();
    if t < one { t * t / (one + t * t) } else { one / (one + (one / t) * (one / t)) }
}
