//! The sum of magnitudes.

use super::{entrywise, shrunk};
use crate::scalar::Scalar;
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
}
