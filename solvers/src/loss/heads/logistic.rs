//! The logistic loss.

use super::each::{diagonal, sum};
use super::labels::check_labels;
use crate::data::Targets;
use crate::loss::Head;
use crate::scalar::Scalar;
use admm::Result;
use nalgebra::DMatrix;

/// Σⱼ of log(1 + e^zⱼ) − yⱼzⱼ, of labels that are 0 or 1, several of which a sample may have; or of classes, one against
/// the rest. The probability of a label is 1/(1 + e^−z).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Logistic;

/// 1/(1 + e^−z), without overflow.
fn sigmoid<T: Scalar>(z: T) -> T {
    let small = (-z.abs()).exp();
    if z >= T::zero() { T::one() / (T::one() + small) } else { small / (T::one() + small) }
}

impl<T: Scalar> Head<T> for Logistic {
    fn loss(&self, logits: &mut [T], target: &[T]) -> T {
        sum(logits, target, |z, y| (z.max(T::zero()) + (-z.abs()).exp().ln_1p() - y * z, sigmoid(z) - y))
    }
    fn check(&self, targets: &Targets<T>) -> Result<()> {
        check_labels(targets)
    }
    fn curvature(&self, logits: &DMatrix<T>, targets: &Targets<T>, weights: &[T]) -> DMatrix<T> {
        diagonal(logits, targets, weights, |z, _| sigmoid(z) * sigmoid(-z))
    }
    fn largest_curvature(&self) -> Option<T> {
        Some(T::of(0.25))
    }
    fn constant(&self, means: &DMatrix<T>) -> (DMatrix<T>, DMatrix<T>) {
        (means.map(|p| (p / (T::one() - p)).ln()), means.map(|p| p * (T::one() - p)))
    }
    fn separations(&self, targets: &Targets<T>) -> Vec<Targets<T>> {
        let mut target = vec![T::zero(); targets.width()];
        let mut labels = vec![Vec::with_capacity(targets.len()); target.len()];
        for sample in 0..targets.len() {
            targets.write(sample, &mut target);
            labels.iter_mut().zip(&target).for_each(|(labels, &y)| labels.push(usize::from(y == T::one())));
        }
        labels.into_iter().map(|labels| Targets::Classes { labels: labels.into(), count: 2 }).collect()
    }
    fn predict(&self, logits: DMatrix<T>) -> DMatrix<T> {
        logits.map(sigmoid)
    }
    fn predicts_labels(&self) -> bool {
        true
    }
}
