//! The cross-entropy of softmax probabilities.

use super::labels::check_classes;
use crate::data::Targets;
use crate::linalg::exponentiate;
use crate::loss::head::sample_by_sample;
use crate::loss::{Block, Head};
use crate::scalar::Scalar;
use crate::view::product_transposed;
use admm::Result;
use nalgebra::DMatrix;

/// −log of the probability that softmax(z) gives to the class of the sample: classification.
///
/// Logits are shifted by their maximum, so those of ±10⁴ are safe.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Softmax;

impl<T: Scalar> Head<T> for Softmax {
    /// The cross-entropy, where a target may be any distribution over the classes.
    fn loss(&self, logits: &mut [T], target: &[T]) -> T {
        shift(logits, logits.len());
        let linear = logits.iter().zip(target).fold(T::zero(), |sum, (&logit, &y)| sum + y * logit);
        exponentiate(logits);
        let total: T = logits.iter().copied().sum();
        logits.iter_mut().zip(target).for_each(|(p, &y)| *p = *p / total - y);
        total.ln() - linear
    }

    fn check(&self, targets: &Targets<T>) -> Result<()> {
        check_classes(targets)
    }

    fn block(&self, logits: &mut [T], of: &Block<'_, T>) -> T {
        let Some(labels) = of.targets.labels() else { return sample_by_sample(self, logits, of) };
        let (classes, block, weights) = (of.targets.width(), of.samples.clone(), of.weights);
        let mut entropy = T::zero();
        shift(logits, classes);
        for (column, sample) in logits.chunks_exact(classes).zip(block.clone()) {
            entropy -= weights[sample] * column[labels[sample]];
        }
        exponentiate(logits);
        for (column, sample) in logits.chunks_exact_mut(classes).zip(block) {
            let (total, weight) = (column.iter().copied().sum::<T>(), of.share * weights[sample]);
            entropy += weights[sample] * total.ln();
            column.iter_mut().for_each(|p| *p *= weight / total);
            column[labels[sample]] -= weight;
        }
        entropy
    }

    /// The mean of diag(p) − ppᵀ.
    fn curvature(&self, logits: &DMatrix<T>, _targets: &Targets<T>, weights: &[T]) -> DMatrix<T> {
        let p = probabilities(logits.clone());
        let mut weighted = p.clone();
        weighted.column_iter_mut().zip(weights).for_each(|(mut column, &weight)| column *= weight);
        let mut mean = -product_transposed(&weighted, &p);
        weighted.row_iter().enumerate().for_each(|(class, row)| mean[(class, class)] += row.sum());
        mean
    }

    /// ½ (Böhning, "Multinomial logistic regression algorithm", 1992).
    fn largest_curvature(&self) -> Option<T> {
        Some(T::of(0.5))
    }

    /// log πⱼ and πⱼ of the shares πⱼ of the classes.
    fn constant(&self, shares: &DMatrix<T>) -> (DMatrix<T>, DMatrix<T>) {
        (shares.map(|share: T| share.ln()), shares.clone())
    }

    fn ignores_shifts(&self) -> bool {
        true
    }

    fn separations(&self, targets: &Targets<T>) -> Vec<Targets<T>> {
        vec![targets.clone()]
    }

    fn predict(&self, logits: DMatrix<T>) -> DMatrix<T> {
        probabilities(logits)
    }
}

/// Each column less its maximum.
fn shift<T: Scalar>(logits: &mut [T], classes: usize) {
    for column in logits.chunks_exact_mut(classes) {
        let highest = column.iter().fold(column[0], |highest, &logit| if logit > highest { logit } else { highest });
        column.iter_mut().for_each(|logit| *logit -= highest);
    }
}

/// Class probabilities (c×n) of logits (c×n), column by column.
pub fn probabilities<T: Scalar>(mut logits: DMatrix<T>) -> DMatrix<T> {
    let classes = logits.nrows().max(1);
    shift(logits.as_mut_slice(), classes);
    exponentiate(logits.as_mut_slice());
    for column in logits.as_mut_slice().chunks_exact_mut(classes) {
        let total: T = column.iter().copied().sum();
        column.iter_mut().for_each(|p| *p /= total);
    }
    logits
}
