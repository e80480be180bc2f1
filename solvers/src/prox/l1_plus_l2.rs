//! The norm of the sparse group lasso.

use super::{along, check, everywhere, not_negative, shrunk};
use crate::scalar::{Scalar, norm, set_length};
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// λ₁‖x‖₁ + λ₂‖x‖₂. `Columnwise(L1PlusL2 { l1, l2 })` is the penalty of the sparse group lasso with a column for each
/// group (Simon, Friedman, Hastie and Tibshirani, "A sparse-group lasso", 2013).
///
/// prox(v, ρ) is that of λ₂‖x‖₂ at that of λ₁‖x‖₁: soft thresholding by λ₁/ρ, and then the length less λ₂/ρ (Yu, "On
/// decomposing the proximal map", 2013, theorem 4).
///
/// # Errors
/// `prox` reports [`Error::Parameters`](admm::Error::Parameters) for a weight that is not a number from 0.
#[doc(alias = "sparse group lasso")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct L1PlusL2 {
    /// The weight λ₁ ≥ 0 of the 1-norm.
    pub l1: f64,
    /// The weight λ₂ ≥ 0 of the 2-norm.
    pub l2: f64,
}

impl<T: Scalar> Prox<T> for L1PlusL2 {
    fn value(&self, x: &DMatrix<T>) -> T {
        T::of(self.l1) * x.lp_norm(1) + T::of(self.l2) * norm(x.as_slice())
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        let (l1, l2) = (not_negative::<T>(self.l1, "l1")?, not_negative::<T>(self.l2, "l2")?);
        let mut x = v.map(|v| shrunk(v, l1 / rho));
        let length = norm(x.as_slice()) - l2 / rho;
        set_length(x.as_mut_slice(), length.max(T::zero()));
        Ok(x)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        along(by, self.value(by))
    }
}
