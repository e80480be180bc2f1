//! Squares that are cut off.

use super::best;
use crate::prox::{along, everywhere, positive};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// Σ min(½xᵢ², ½c²), the truncated quadratic function (Blake and Zisserman, "Visual Reconstruction", 1987). It is not
/// convex.
///
/// On either side of c the objective of prox(v, ρ) is a quadratic function: its minimisers are min(ρ|vᵢ|/(ρ + 1), c) and
/// max(|vᵢ|, c).
///
/// # Errors
/// `prox` reports [`Error::Parameters`](admm::Error::Parameters) unless c is a number above 0.
#[doc(alias = "Mumford-Shah")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TruncatedSquares {
    /// The residual c > 0 from which on the loss is constant.
    pub c: f64,
}

impl<T: Scalar> Prox<T> for TruncatedSquares {
    fn value(&self, x: &DMatrix<T>) -> T {
        x.iter().map(|entry| loss(entry.abs(), T::of(self.c))).sum()
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        let c = positive::<T>(self.c, "c")?;
        let share = T::one() / (T::one() + T::one() / rho);
        best(v, rho, |t| loss(t, c), |v| [(share * v).min(c), v.max(c)])
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

/// The loss ½ min(t, c)² of one residual.
fn loss<T: Scalar>(t: T, c: T) -> T {
    let t = t.min(c);
    T::of(0.5) * t * t
}
