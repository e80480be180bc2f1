//! The loss of reduced samples: what follows the reduction, for a block of samples.

use super::{Block, Head, Predictor};
use crate::data::{Samples, Targets};
use crate::scalar::Scalar;
use crate::view::{view, view_mut};
use faer::linalg::matmul::matmul;
use faer::{Accum, Par};
use nalgebra::DMatrix;
use std::ops::Range;

/// The loss of the logits BᵀP + b for reduced samples P (k×n), whatever they were reduced from.
pub(crate) struct Scores<'a, T: Scalar> {
    head: &'a dyn Head<T>,
    targets: &'a Targets<T>,
    weights: &'a [T],
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
    /// Those of some samples, with B and b.
    pub fn of(samples: &'a Samples<T>, head: &'a dyn Head<T>, share: T, at: &Predictor<T>) -> Self {
        let mut b = at.b.clone().insert_rows(at.b.nrows(), 1, T::zero());
        b.row_mut(at.b.nrows()).tr_copy_from(&at.bias);
        Scores { head, targets: &samples.targets, weights: &samples.weights, share, b }
    }

    /// Returns c, the number of logits.
    pub fn width(&self) -> usize {
        self.b.ncols()
    }

    /// Buffers for blocks of so many samples.
    pub fn buffers(&self, width: usize) -> ScoreBuffers<T> {
        let k = self.b.nrows() - 1;
        ScoreBuffers {
            reduced: DMatrix::from_element(k + 1, width, T::one()),
            back: DMatrix::zeros(k, width),
            logits: DMatrix::zeros(self.width(), width),
        }
    }

    /// Computes, for a block of samples with P in the first rows of `reduced`, logits = B̃ᵀP̃,
    /// R = share·w·∂ℓ/∂logits, `back` = BR and ∇B̃ += P̃Rᵀ. Returns Σᵢ wᵢℓᵢ.
    pub fn block(&self, block: Range<usize>, buffers: &mut ScoreBuffers<T>, by_b: &mut DMatrix<T>) -> T {
        let (width, k, b) = (block.len(), self.b.nrows() - 1, view(&self.b));
        let ScoreBuffers { reduced, back, logits } = buffers;
        let projected = view(reduced).subcols(0, width);
        let scores = view_mut(logits).subcols_mut(0, width);
        matmul(scores, Accum::Replace, b.transpose(), projected, T::one(), Par::Seq);
        let of = Block { targets: self.targets, weights: self.weights, samples: block, share: self.share };
        let loss = self.head.block(&mut logits.as_mut_slice()[..self.b.ncols() * width], &of);
        let residuals = view(logits).subcols(0, width);
        let pull = view_mut(back).subcols_mut(0, width);
        matmul(pull, Accum::Replace, b.subrows(0, k), residuals, T::one(), Par::Seq);
        matmul(view_mut(by_b), Accum::Add, projected, residuals.transpose(), T::one(), Par::Seq);
        loss
    }
}
