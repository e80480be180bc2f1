//! The lasso's norm and a ridge.

use super::{along, entrywise, everywhere, not_negative, nowhere, shrunk};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// λ₁‖x‖₁ + λ₂/2 ‖x‖² (Zou and Hastie, "Regularization and variable selection via the elastic net", 2005).
///
/// prox(v, ρ) has the entries ρ/(ρ + λ₂)·sign(vᵢ)·max(|vᵢ| − λ₁/ρ, 0) (Parikh and Boyd, "Proximal Algorithms", 2014,
/// §6.5.3).
///
/// # Errors
/// `prox` reports [`Error::Parameters`](admm::Error::Parameters) for a weight that is not a number from 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ElasticNet {
    /// The weight λ₁ ≥ 0 of the 1-norm.
    pub l1: f64,
    /// The weight λ₂ ≥ 0 of the squared 2-norm.
    pub l2: f64,
}

impl<T: Scalar> Prox<T> for ElasticNet {
    fn value(&self, x: &DMatrix<T>) -> T {
        T::of(self.l1) * x.lp_norm(1) + T::of(self.l2 / 2.0) * x.norm_squared()
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        let (l1, l2) = (not_negative::<T>(self.l1, "l1")?, not_negative::<T>(self.l2, "l2")?);
        entrywise(v, rho, |v| shrunk(v, l1 / rho) / (T::one() + l2 / rho))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        if self.l2 > 0.0 { nowhere(by) } else { along(by, self.value(by)) }
    }
}
