//! A loss of residuals that ignores outliers.

use super::between;
use crate::prox::{along, everywhere, positive};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// Σ c²/6·(1 − (1 − (xᵢ/c)²)³) where |xᵢ| ≤ c, and c²/6 elsewhere: Tukey's biweight (Beaton and Tukey, "The fitting of
/// power series, meaning polynomials, illustrated on band-spectroscopic data", 1974). It is not convex.
///
/// Its slope is concave up to |x| = √(3/5)·c and convex beyond.
///
/// # Errors
/// `prox` reports [`Error::Parameters`](admm::Error::Parameters) unless c is a number above 0.
#[doc(alias = "biweight")]
#[doc(alias = "bisquare")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tukey {
    /// The residual c > 0 from which on the loss is constant.
    pub c: f64,
}

impl<T: Scalar> Prox<T> for Tukey {
    fn value(&self, x: &DMatrix<T>) -> T {
        x.iter().map(|entry| loss(entry.abs(), T::of(self.c))).sum()
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        let (c, one) = (positive::<T>(self.c, "c")?, T::one());
        between(
            v,
            rho,
            T::of(0.6).sqrt() * c,
            |t| loss(t, c),
            |t| {
                let share = (t / c).min(one);
                let rest = one - share * share;
                (t * rest * rest, rest * (one - T::of(5.0) * share * share))
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

/// c²/6·(1 − (1 − s)³) with s = (t/c)², multiplied out.
fn loss<T: Scalar>(t: T, c: T) -> T {
    let share = (t / c).min(T::one());
    let (square, three) = (share * share, T::of(3.0));
    c * c / T::of(6.0) * square * (three - square * (three - square))
}
