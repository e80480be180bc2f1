//! The cross-entropy of reduced samples: what follows the reduction, for a block of samples.

use super::Classifier;
use crate::data::Samples;
use crate::linalg::exponentiate;
use crate::scalar::Scalar;
use crate::view::{view, view_mut};
use faer::linalg::matmul::matmul;
use faer::{Accum, Par};
use nalgebra::DMatrix;
use std::ops::Range;

/// The cross-entropy of softmax(BᵀP + b) for reduced samples P (k×n), whatever they were reduced from.
pub(crate) struct Scores<'a, T: Scalar> {
    labels: &'a [usize],
    weights: &'a [T],
    classes: usize,
    share: T,
    /// B̃ = [B; bᵀ]: with P̃ = [P; 1ᵀ] a bias is a row like the others.
    b: DMatrix<T>,
}

/// The matrices that a block of samples passes through.
pub(crate) struct ScoreBuffers<T: Scalar> {
    /// P̃ = [P; 1ᵀ], (k+1)×width.
    pub reduced: DMatrix<T>,
    /// BR, the gradient by P, k×width.
    pub back: DMatrix<T>,
    /// The logits, and then R, c×width.
    logits: DMatrix<T>,
}

impl<'a, T: Scalar> Scores<'a, T> {
    /// The labels and weights of some samples, with B and b.
    pub fn of(samples: &'a Samples<T>, share: T, at: &Classifier<T>) -> Self {
        let mut b = at.b.clone().insert_rows(at.b.nrows(), 1, T::zero());
        b.row_mut(at.b.nrows()).tr_copy_from(&at.bias);
        Scores { labels: &samples.labels, weights: &samples.weights, classes: samples.classes, share, b }
    }

    /// Returns the number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Buffers for blocks of so many samples.
    pub fn buffers(&self, width: usize) -> ScoreBuffers<T> {
        let k = self.b.nrows() - 1;
        ScoreBuffers {
            reduced: DMatrix::from_element(k + 1, width, T::one()),
            back: DMatrix::zeros(k, width),
            logits: DMatrix::zeros(self.classes, width),
        }
    }

    /// Computes, for a block of samples with P in the first rows of `reduced`, logits = B̃ᵀP̃,
    /// R = (softmax − onehot)·w, `back` = BR and ∇B̃ += P̃Rᵀ. Returns Σᵢ wᵢ·(−log softmax[labelᵢ]).
    pub fn block(&self, block: Range<usize>, buffers: &mut ScoreBuffers<T>, by_b: &mut DMatrix<T>) -> T {
        let (width, k, b) = (block.len(), self.b.nrows() - 1, view(&self.b));
        let ScoreBuffers { reduced, back, logits } = buffers;
        let projected = view(reduced).subcols(0, width);
        let scores = view_mut(logits).subcols_mut(0, width);
        matmul(scores, Accum::Replace, b.transpose(), projected, T::one(), Par::Seq);
        let entropy = self.residuals(&mut logits.as_mut_slice()[..self.classes * width], block);
        let residuals = view(logits).subcols(0, width);
        let pull = view_mut(back).subcols_mut(0, width);
        matmul(pull, Accum::Replace, b.subrows(0, k), residuals, T::one(), Par::Seq);
        matmul(view_mut(by_b), Accum::Add, projected, residuals.transpose(), T::one(), Par::Seq);
        entropy
    }

    /// logits ← share·weight·(softmax − onehot) for a block of samples; returns Σᵢ wᵢ·(−log softmax[labelᵢ]).
    fn residuals(&self, logits: &mut [T], block: Range<usize>) -> T {
        let Scores { labels, weights, classes, .. } = self;
        let mut entropy = T::zero();
        shift(logits, *classes);
        for (column, sample) in logits.chunks_exact(*classes).zip(block.clone()) {
            entropy -= weights[sample] * column[labels[sample]];
        }
        exponentiate(logits);
        for (column, sample) in logits.chunks_exact_mut(*classes).zip(block) {
            let (total, weight) = (column.iter().copied().sum::<T>(), self.share * weights[sample]);
            entropy += weights[sample] * total.ln();
            column.iter_mut().for_each(|p| *p *= weight / total);
            column[labels[sample]] -= weight;
        }
        entropy
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
