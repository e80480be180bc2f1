//! The second loss: softmax cross-entropy with a ridge on B, in one pass over the data.

use super::{Classifier, FiniteSum};
use crate::chunks::blocks;
use crate::data::{BLOCK, Folded, Products, Samples, share_of};
use crate::linalg::exponentiate;
use crate::scalar::Scalar;
use crate::view::{transposed_product, view, view_mut};
use admm::space::{Shape, Space};
use admm::{Error, Result, Smooth};
use faer::linalg::matmul::matmul;
use faer::{Accum, Par};
use nalgebra::DMatrix;
use std::ops::{AddAssign, Range};

/// f(V, B, b) = share·(mean cross-entropy of softmax(Bᵀ Vᵀ x + b) + μ/2 ‖B‖²).
///
/// The mean is weighted by the samples' weights. Logits are shifted by their maximum, so those of ±10⁴ are safe.
#[derive(Debug, Clone)]
pub struct Softmax<T: Scalar> {
    /// The labelled samples.
    pub samples: Samples<T>,
    /// μ ≥ 0. The bias b is not penalised.
    pub ridge: T,
    /// The weight of this loss in the joint objective, 1 − λ.
    pub share: T,
}

impl<T: Scalar> Smooth<T> for Softmax<T> {
    type Point = Classifier<T>;

    /// # Errors
    /// Sizes of V, B or b that do not fit the data or each other.
    fn value_and_gradient(&self, at: &Classifier<T>) -> Result<(T, Classifier<T>)> {
        self.with_captured(at, T::zero())
    }
}

impl<T: Scalar> FiniteSum<T> for Softmax<T> {
    fn terms(&self) -> usize {
        self.samples.x.ncols()
    }
    fn of_batch(&self, numbers: &[usize]) -> Self {
        Softmax { samples: self.samples.batch(numbers), ..self.clone() }
    }
}

impl<T: Scalar> Softmax<T> {
    /// This loss − q/2 Σᵢ wᵢ‖Vᵀxᵢ‖² and its gradient, in the same pass.
    pub(crate) fn with_captured(&self, at: &Classifier<T>, q: T) -> Result<(T, Classifier<T>)> {
        let (sums, v) = self.pass(at, q)?;
        let (half, k) = (T::of(0.5), at.v.ncols());
        let value = self.share * (sums.entropy + half * self.ridge * at.b.norm_squared()) - half * q * sums.captured;
        let b = sums.b.rows(0, k) + &at.b * (self.share * self.ridge);
        Ok((value, Classifier { v, b, bias: sums.b.rows(k, 1).transpose() }))
    }

    /// The mean cross-entropy alone, in nats.
    ///
    /// # Errors
    /// [`Error::Size`] where V, B or b do not fit the samples.
    pub fn cross_entropy(&self, at: &Classifier<T>) -> Result<T> {
        Ok(self.pass(at, T::zero())?.0.entropy)
    }

    /// One read of X: the sums over all samples, and ∇V of them.
    fn pass(&self, at: &Classifier<T>, q: T) -> Result<(Partial<T>, DMatrix<T>)> {
        self.check(at)?;
        let x = &self.samples.x;
        let b = at.b.clone().insert_rows(at.b.nrows(), 1, T::zero());
        let mut pass = Pass { of: self, v: x.fold(&at.v), b, q };
        pass.b.row_mut(at.b.nrows()).tr_copy_from(&at.bias);
        let mut sums = self.samples.sum(|range| pass.over(range));
        let v = std::mem::replace(&mut sums.v, Products::zero(x, 0));
        Ok((sums, v.unfold(x)))
    }

    /// The share of the samples, by weight, whose class is not the most probable one, the first of several.
    ///
    /// # Errors
    /// [`Error::Size`] where V, B or b do not fit the samples.
    pub fn error(&self, at: &Classifier<T>) -> Result<f64> {
        self.check(at)?;
        let mut logits = transposed_product(&at.b, &self.samples.project(&at.v));
        logits.column_iter_mut().for_each(|mut column| column += &at.bias);
        let Samples { labels, weights, .. } = &self.samples;
        let predicted = logits.column_iter().map(|column| column.argmax().0);
        Ok(share_of(predicted.zip(&**labels).map(|(class, label)| class != *label), weights))
    }

    /// The same loss with share 1.
    pub fn alone(&self) -> Self {
        Softmax { share: T::one(), ..self.clone() }
    }

    fn check(&self, at: &Classifier<T>) -> Result<()> {
        let (d, k, c) = (self.samples.x.nrows(), at.v.ncols(), self.samples.classes);
        let expected = Shape(vec![(d, k), (k, c), (c, 1)]);
        Error::check_size("V, B and b", expected, at.sizes())
    }
}

/// The contribution of a chunk of samples to the loss and to its gradient. Threads exchange nothing else.
struct Partial<T: Scalar> {
    entropy: T,
    /// Σᵢ wᵢ‖Vᵀxᵢ‖², where it is asked for.
    captured: T,
    /// The gradient ∇V.
    v: Products<T>,
    /// The gradient ∇B above ∇bᵀ.
    b: DMatrix<T>,
}

impl<T: Scalar> AddAssign for Partial<T> {
    fn add_assign(&mut self, other: Self) {
        self.entropy += other.entropy;
        self.captured += other.captured;
        self.v += other.v;
        self.b += other.b;
    }
}

/// The quantities that are the same for all samples of a pass.
struct Pass<'a, T: Scalar> {
    of: &'a Softmax<T>,
    v: Folded<T>,
    /// B̃ = [B; bᵀ]: with P̃ = [P; 1ᵀ] a bias is a row like the others.
    b: DMatrix<T>,
    q: T,
}

impl<T: Scalar> Pass<'_, T> {
    /// Computes, for each block of samples, P = VᵀX, logits = B̃ᵀP̃, R = (softmax − onehot)·w, and then the products
    /// ∇V += X(BR − qPw)ᵀ and ∇B̃ += P̃Rᵀ.
    fn over(&self, range: Range<usize>) -> Partial<T> {
        let samples = &self.of.samples;
        let (k, classes) = (self.v.k(), samples.classes);
        let (v, b) = (Products::zero(&samples.x, k), DMatrix::zeros(k + 1, classes));
        let mut sum = Partial { entropy: T::zero(), captured: T::zero(), v, b };
        let mut reduced = DMatrix::from_element(k + 1, BLOCK, T::one());
        let (mut back, mut logits) = (DMatrix::zeros(k, BLOCK), DMatrix::zeros(classes, BLOCK));
        let b = view(&self.b);
        for block in blocks(range, BLOCK) {
            let (x, width) = (samples.x.block(block.clone()), block.len());
            x.project(&self.v, view_mut(&mut reduced).submatrix_mut(0, 0, k, width));
            let projected = view(&reduced).subcols(0, width);
            let scores = view_mut(&mut logits).subcols_mut(0, width);
            matmul(scores, Accum::Replace, b.transpose(), projected, T::one(), Par::Seq);
            sum.entropy += self.residuals(&mut logits.as_mut_slice()[..classes * width], block.clone());
            let residuals = view(&logits).subcols(0, width);
            let pull = view_mut(&mut back).subcols_mut(0, width);
            matmul(pull, Accum::Replace, b.subrows(0, k), residuals, T::one(), Par::Seq);
            if self.q != T::zero() {
                sum.captured += self.less_captured(&mut back, &reduced, block);
            }
            x.accumulate(view(&back).subcols(0, width), &mut sum.v);
            matmul(view_mut(&mut sum.b), Accum::Add, projected, residuals.transpose(), T::one(), Par::Seq);
        }
        sum
    }

    /// logits ← share·weight·(softmax − onehot) for a block of samples; returns Σᵢ wᵢ·(−log softmax[labelᵢ]).
    fn residuals(&self, logits: &mut [T], block: Range<usize>) -> T {
        let Samples { labels, weights, classes, .. } = &self.of.samples;
        let mut entropy = T::zero();
        shift(logits, *classes);
        for (column, sample) in logits.chunks_exact(*classes).zip(block.clone()) {
            entropy -= weights[sample] * column[labels[sample]];
        }
        exponentiate(logits);
        for (column, sample) in logits.chunks_exact_mut(*classes).zip(block) {
            let (total, weight) = (column.iter().copied().sum::<T>(), self.of.share * weights[sample]);
            entropy += weights[sample] * total.ln();
            column.iter_mut().for_each(|p| *p *= weight / total);
            column[labels[sample]] -= weight;
        }
        entropy
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
