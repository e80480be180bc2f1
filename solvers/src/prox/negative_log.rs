//! The logarithmic barrier.

use super::{barrier_root, entrywise, negative_part, within};
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
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        let width = T::of(2.0) / rho.sqrt();
        entrywise(v, rho, |v| barrier_root(v, width))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        let outside = -negative_part(&-y);
        Some(Support { value: T::zero(), violation: norm(outside.as_slice()) })
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        within(by, negative_part(by))
    }
}
