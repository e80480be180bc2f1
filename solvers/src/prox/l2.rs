//! The Euclidean norm.

use super::{along, check, everywhere};
use crate::scalar::{Scalar, norm, set_length};
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// ‖x‖₂ = √(Σ xᵢ²), for a matrix the Frobenius norm. `Columnwise(L2)` is the group lasso.
///
/// prox(v, ρ) = max(1 − 1/(ρ‖v‖), 0)·v: block soft thresholding (Parikh and Boyd, "Proximal Algorithms", 2014, §6.5.1).
/// The conjugate is the indicator of ‖y‖ ≤ 1.
#[doc(alias = "Frobenius")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct L2;

impl<T: Scalar> Prox<T> for L2 {
    fn value(&self, x: &DMatrix<T>) -> T {
        norm(x.as_slice())
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        let mut shorter = v.clone();
        let length = norm(v.as_slice()) - T::one() / rho;
        set_length(shorter.as_mut_slice(), length.max(T::zero()));
        Ok(shorter)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        along(by, self.value(by))
    }
}
