//! The second loss: that of a head, with a ridge on B, in one pass over the data.

use super::{FiniteSum, Head, Predictor, Scores, Softmax, error};
use crate::chunks::blocks;
use crate::data::{BLOCK, Folded, Products, Samples};
use crate::scalar::Scalar;
use crate::view::{view, view_mut};
use admm::space::{Shape, Space};
use admm::{Error, Result, Smooth};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};
use std::ops::{AddAssign, Range};
use std::sync::Arc;

/// f(V, B, b) = share·(mean loss of the logits Bᵀ Vᵀ x + b + μ/2 ‖B‖²).
///
/// The mean is weighted by the samples' weights.
#[derive(Debug, Clone)]
pub struct PredictionLoss<T: Scalar> {
    /// The samples with their targets.
    pub samples: Samples<T>,
    /// The loss of a sample by its logits.
    pub head: Arc<dyn Head<T>>,
    /// μ ≥ 0. The bias b is not penalised.
    pub ridge: T,
    /// The weight of this loss in the joint objective, 1 − λ.
    pub share: T,
}

impl<T: Scalar> Smooth<T> for PredictionLoss<T> {
    type Point = Predictor<T>;

    /// # Errors
    /// Sizes of V, B or b that do not fit the data or each other.
    fn value_and_gradient(&self, at: &Predictor<T>) -> Result<(T, Predictor<T>)> {
        self.with_captured(at, T::zero())
    }
}

impl<T: Scalar> FiniteSum<T> for PredictionLoss<T> {
    fn terms(&self) -> usize {
        self.samples.total()
    }
    fn of_batch(&self, numbers: &[usize]) -> Self {
        PredictionLoss { samples: self.samples.batch(numbers), ..self.clone() }
    }
}

impl<T: Scalar> PredictionLoss<T> {
    /// The loss of the head [`Softmax`](super::Softmax), for samples of classes.
    pub fn softmax(samples: Samples<T>, ridge: T, share: T) -> Self {
        PredictionLoss { samples, head: Arc::new(Softmax), ridge, share }
    }

    /// This loss − q/2 Σᵢ wᵢ‖Vᵀxᵢ‖² and its gradient, in the same pass.
    pub(crate) fn with_captured(&self, at: &Predictor<T>, q: T) -> Result<(T, Predictor<T>)> {
        let (sums, v) = self.pass(at, q)?;
        let (half, k) = (T::of(0.5), at.v.ncols());
        let value = self.share * (sums.loss + half * self.ridge * at.b.norm_squared()) - half * q * sums.captured;
        let b = sums.b.rows(0, k) + &at.b * (self.share * self.ridge);
        Ok((value, Predictor { v, b, bias: sums.b.rows(k, 1).transpose() }))
    }

    /// The mean loss of the head alone: of the softmax the cross-entropy, in nats.
    ///
    /// # Errors
    /// [`Error::Size`] where V, B or b do not fit the samples.
    pub fn mean_loss(&self, at: &Predictor<T>) -> Result<T> {
        Ok(self.pass(at, T::zero())?.0.loss)
    }

    /// One read of X: the sums over all samples, and ∇V of them.
    fn pass(&self, at: &Predictor<T>, q: T) -> Result<(Partial<T>, DMatrix<T>)> {
        self.check(at)?;
        let x = &self.samples.x;
        let pass =
            Pass { of: self, v: x.fold(&at.v), scores: Scores::of(&self.samples, &*self.head, self.share, at), q };
        let mut sums = self.samples.sum(|range| pass.over(range));
        let v = std::mem::replace(&mut sums.v, Products::zero(x, 0));
        Ok((sums, v.unfold(x)))
    }

    /// The error of the predictions, 0 for perfect ones. Of classes it is the share of the samples whose largest logit is
    /// that of another class, and of [labels](Head::predicts_labels) the share of wrong ones. Of numbers it is 1 − R². It
    /// is the mean over several targets.
    ///
    /// # Errors
    /// [`Error::Size`] where V, B or b do not fit the samples.
    pub fn error(&self, at: &Predictor<T>) -> Result<f64> {
        self.check(at)?;
        let Samples { targets, weights, exec, part, .. } = &self.samples;
        error((exec, part), &*self.head, &at.logits(&self.samples.project(&at.v)), targets, weights)
    }

    /// The mean of each target (c×1): of classes their shares.
    pub(crate) fn target_means(&self) -> DMatrix<T> {
        let Samples { targets, weights, .. } = &self.samples;
        self.samples.sum(|range| targets.sum(range, |sample| weights[sample]))
    }

    /// The same loss with share 1.
    pub fn alone(&self) -> Self {
        PredictionLoss { share: T::one(), ..self.clone() }
    }

    fn check(&self, at: &Predictor<T>) -> Result<()> {
        let (d, k, c) = (self.samples.x.nrows(), at.v.ncols(), self.samples.targets.width());
        let expected = Shape(vec![(d, k), (k, c), (c, 1)]);
        Error::check_size("V, B and b", expected, at.sizes())
    }
}

/// The contribution of a chunk of samples to the loss and to its gradient. Threads and ranks exchange nothing else.
#[derive(Serialize, Deserialize)]
#[serde(bound(serialize = "T: Scalar", deserialize = "T: Scalar"))]
struct Partial<T: Scalar> {
    loss: T,
    /// Σᵢ wᵢ‖Vᵀxᵢ‖², where it is asked for.
    captured: T,
    /// The gradient ∇V.
    v: Products<T>,
    /// The gradient ∇B above ∇bᵀ.
    b: DMatrix<T>,
}

impl<T: Scalar> AddAssign for Partial<T> {
    fn add_assign(&mut self, other: Self) {
        self.loss += other.loss;
        self.captured += other.captured;
        self.v += other.v;
        self.b += other.b;
    }
}

/// The quantities that are the same for all samples of a pass.
struct Pass<'a, T: Scalar> {
    of: &'a PredictionLoss<T>,
    v: Folded<T>,
    scores: Scores<'a, T>,
    q: T,
}

impl<T: Scalar> Pass<'_, T> {
    /// Computes, for each block of samples, P = VᵀX, what the [`Scores`] make of it, and ∇V += X(BR − qPw)ᵀ.
    fn over(&self, range: Range<usize>) -> Partial<T> {
        let samples = &self.of.samples;
        let (k, classes) = (self.v.k(), samples.targets.width());
        let (v, b) = (Products::zero(&samples.x, k), DMatrix::zeros(k + 1, classes));
        let mut sum = Partial { loss: T::zero(), captured: T::zero(), v, b };
        let mut buffers = self.scores.buffers(BLOCK);
        for block in blocks(range, BLOCK) {
            let (x, width) = (samples.x.block(block.clone()), block.len());
            x.project(&self.v, view_mut(&mut buffers.reduced).submatrix_mut(0, 0, k, width));
            sum.loss += self.scores.block(block.clone(), &mut buffers, &mut sum.b);
            if self.q != T::zero() {
                sum.captured += self.less_captured(&mut buffers.back, &buffers.reduced, block);
            }
            x.accumulate(view(&buffers.back).subcols(0, width), &mut sum.v);
        }
        sum
    }

    /// R ← R − qPw for a block of samples; returns Σᵢ wᵢ‖pᵢ‖².
    fn less_captured(&self, r: &mut DMatrix<T>, p: &DMatrix<T>, block: Range<usize>) -> T {
        let p = p.rows(0, r.nrows());
        let mut captured = T::zero();
        for ((mut r, p), &weight) in r.column_iter_mut().zip(p.column_iter()).zip(&self.of.samples.weights[block]) {
            r.axpy(-self.q * weight, &p, T::one());
            captured += weight * p.norm_squared();
        }
        captured
    }
}
