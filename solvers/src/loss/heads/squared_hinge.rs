//! The squared hinge loss.

use super::each::{diagonal, sum};
use super::labels::check_labels;
use crate::data::Targets;
use crate::loss::Head;
use crate::scalar::Scalar;
use admm::Result;
use nalgebra::DMatrix;

/// Σⱼ of ½ max(0, 1 − sⱼzⱼ)² with sⱼ = 2yⱼ − 1, of labels that are 0 or 1, or of classes, one against the rest: the
/// smooth support vector machine. A label is predicted where its logit is positive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SquaredHinge;

impl<T: Scalar> Head<T> for SquaredHinge {
    fn loss(&self, logits: &mut [T], target: &[T]) -> T {
        sum(logits, target, |z, y| {
            let sign = y + y - T::one();
            let short = (T::one() - sign * z).max(T::zero());
            (short * short * T::of(0.5), -sign * short)
        })
    }
    fn check(&self, targets: &Targets<T>) -> Result<()> {
        check_labels(targets)
    }
    fn curvature(&self, logits: &DMatrix<T>, targets: &Targets<T>, weights: &[T]) -> DMatrix<T> {
        let short = |z: T, y: T| (y + y - T::one()) * z < T::one();
        diagonal(logits, targets, weights, |z, y| if short(z, y) { T::one() } else { T::zero() })
    }
    fn largest_curvature(&self) -> Option<T> {
        Some(T::one())
    }
    fn constant(&self, means: &DMatrix<T>) -> (DMatrix<T>, DMatrix<T>) {
        (means.map(|p| p + p - T::one()), means.map(|_| T::one()))
    }
    fn predicts_labels(&self) -> bool {
        true
    }
}
