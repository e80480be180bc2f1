//! The sum of magnitudes.

use super::{along, entrywise, everywhere, shrunk};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// ‖x‖₁ = Σ |xᵢ|.
///
/// prox(v, ρ) has the entries sign(vᵢ)·max(|vᵢ| − 1/ρ, 0): soft thresholding (Parikh and Boyd, "Proximal Algorithms",
/// 2014, §6.5.2). The conjugate is the indicator of |yᵢ| ≤ 1.
#[doc(alias = "lasso")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct L1;

impl<T: Scalar> Prox<T> for L1 {
    fn value(&self, x: &DMatrix<T>) -> T {
        x.lp_norm(1)
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        entrywise(v, rho, |v| shrunk(v, T::one() / rho))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        along(by, self.value(by))
    }
}
