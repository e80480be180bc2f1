//! The logarithmic barrier.

use super::{entrywise, negative_part, within};
use crate::scalar::{Scalar, norm};
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// −Σ log xᵢ, and ∞ off x > 0. `Eigenvalues(NegativeLog)` is −log det X.
///
/// prox(v, ρ) has the entries ½(vᵢ + √(vᵢ² + 4/ρ)) (Parikh and Boyd, "Proximal Algorithms", 2014, §6.1.3).
#[doc(alias = "barrier")]
#[doc(alias = "log det")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NegativeLog;

impl<T: Scalar> Prox<T> for NegativeLog {
    fn value(&self, x: &DMatrix<T>) -> T {
        let of = |x: T| if x > T::zero() { -x.ln() } else { T::of(f64::INFINITY) };
        x.iter().map(|&entry| of(entry)).sum()
    }
    /// Below 0 the root is written as a quotient, where the sum would cancel.
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        let (half, width) = (T::of(0.5), T::of(2.0) / rho.sqrt());
        entrywise(v, rho, |v| {
            let root = v.hypot(width);
            if v > T::zero() { half * (v + root) } else { half * width * (width / (root - v)) }
        })
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        let outside = -negative_part(&-y);
        Some(Support { value: T::zero(), violation: norm(outside.as_slice()) })
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        within(by, negative_part(by))
    }
}
