//! The first loss: the share of the variance that a reduction by W loses, λ(1 − tr(WᵀΣW)/tr Σ).

mod columns;
mod covariance;
mod hebbian;
mod majorize;

pub use columns::{ColumnSet, Columns};
pub use covariance::Covariance;
pub use hebbian::Hebbian;
pub use majorize::Majorize;

use crate::scalar::Scalar;
use nalgebra::DMatrix;
use std::sync::Arc;

/// f(W) = λ(1 − tr(WᵀΣW)/tr Σ). Without a constraint on W it is unbounded below.
#[derive(Debug, Clone)]
pub struct VarianceLoss<T: Scalar> {
    /// Σ/tr Σ.
    pub covariance: Arc<Covariance<T>>,
    /// λ in [0, 1].
    pub weight: T,
}

impl<T: Scalar> VarianceLoss<T> {
    /// f(W).
    pub fn value(&self, w: &DMatrix<T>) -> T {
        self.weight * (T::one() - self.covariance.captured(w))
    }
    /// −∇f(W) = 2λΣW/tr Σ.
    pub fn ascent(&self, w: &DMatrix<T>) -> DMatrix<T> {
        self.covariance.times(w) * (T::of(2.0) * self.weight)
    }
    /// f and −∇f from one product with Σ: f = λ − ½⟨W, −∇f⟩.
    pub fn value_and_ascent(&self, w: &DMatrix<T>) -> (T, DMatrix<T>) {
        let ascent = self.ascent(w);
        (self.weight - T::of(0.5) * w.dot(&ascent), ascent)
    }
}
