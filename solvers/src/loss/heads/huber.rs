//! The loss of Huber for numbers with outliers.

use super::each::{diagonal, sum};
use super::labels::check_numbers;
use crate::data::Targets;
use crate::loss::Head;
use crate::scalar::Scalar;
use admm::Result;
use nalgebra::DMatrix;

/// Σⱼ of ½r² for a residual r = zⱼ − yⱼ of at most δ, and of δ(|r| − δ/2) beyond it (Huber, "Robust Estimation of a
/// Location Parameter", 1964): regression with outliers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Huber {
    /// δ > 0, in the unit of the targets.
    pub delta: f64,
}

impl Default for Huber {
    /// δ = 1.345, with 95 % of the efficiency of least squares on normal residuals of deviation 1 (Holland and Welsch,
    /// "Robust regression using iteratively reweighted least-squares", 1977).
    fn default() -> Self {
        Huber { delta: 1.345 }
    }
}

impl<T: Scalar> Head<T> for Huber {
    fn loss(&self, logits: &mut [T], target: &[T]) -> T {
        let (delta, half) = (T::of(self.delta), T::of(0.5));
        sum(logits, target, |z, y| {
            let residual = z - y;
            if residual.abs() <= delta {
                (half * residual * residual, residual)
            } else {
                (delta * (residual.abs() - half * delta), delta.copysign(residual))
            }
        })
    }
    fn check(&self, targets: &Targets<T>) -> Result<()> {
        check_numbers(targets)
    }
    /// The curvature of the parabola that touches φ from above, which is 0 nowhere.
    fn curvature(&self, logits: &DMatrix<T>, targets: &Targets<T>, weights: &[T]) -> DMatrix<T> {
        let delta = T::of(self.delta);
        diagonal(logits, targets, weights, |z, y| delta / (z - y).abs().max(delta))
    }
    fn largest_curvature(&self) -> Option<T> {
        Some(T::one())
    }
    fn constant(&self, means: &DMatrix<T>) -> (DMatrix<T>, DMatrix<T>) {
        (means.clone(), DMatrix::from_element(means.len(), 1, T::one()))
    }
}
