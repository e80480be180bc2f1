//! The number of entries that are not 0.

use super::{along, entrywise, everywhere};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// ‖x‖₀, the number of entries that are not 0. It is not convex.
///
/// prox(v, ρ) keeps the entries with |vᵢ| > √(2/ρ) and sets the others to 0: hard thresholding (Beck, "First-Order
/// Methods in Optimization", 2017, example 6.10).
#[doc(alias = "cardinality")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct L0;

impl<T: Scalar> Prox<T> for L0 {
    fn value(&self, x: &DMatrix<T>) -> T {
        T::of(x.iter().filter(|entry| **entry != T::zero()).count() as f64)
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        let threshold = (T::of(2.0) / rho).sqrt();
        entrywise(v, rho, |v| if v.abs() > threshold { v } else { T::zero() })
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
