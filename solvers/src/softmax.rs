//! The second loss: softmax cross-entropy with a ridge on B, in one pass over the data.

use crate::classifier::Classifier;
use crate::samples::Samples;
use crate::scalar::Scalar;
use crate::view::{view, view_mut};
use admm::{Error, Result, Shape, Smooth};
use faer::linalg::matmul::matmul;
use faer::prelude::{Reborrow, ReborrowMut};
use faer::{Accum, MatRef, Par};
use nalgebra::DMatrix;
use std::ops::Range;

/// Samples that share the intermediate matrices of a pass, which then stay in the cache.
const BLOCK: usize = 64;

/// f(V, B, b) = share·(mean cross-entropy of softmax(Bᵀ Vᵀ x + b) + μ/2 ‖B‖²).
///
/// The mean is weighted by the samples' weights. Logits are shifted by their maximum, so those of ±10⁴ are safe.
#[derive(Debug, Clone)]
pub struct Softmax<T: Scalar> {
    /// The data.
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
        self.check(at)?;
        let half = T::of(0.5);
        let (entropy, mut gradient) = self.samples.sum(|range| Partial::of(self, at, range)).split();
        gradient.b += &at.b * self.ridge;
        admm::Space::scale(&mut gradient, self.share);
        Ok((self.share * (entropy + half * self.ridge * at.b.norm_squared()), gradient))
    }
}

impl<T: Scalar> Softmax<T> {
    /// The mean cross-entropy alone, in nats.
    pub fn cross_entropy(&self, at: &Classifier<T>) -> Result<T> {
        self.check(at)?;
        Ok(self.samples.sum(|range| Partial::of(self, at, range)).split().0)
    }

    /// The same loss with share 1.
    pub fn alone(&self) -> Self {
        Softmax { share: T::one(), ..self.clone() }
    }

    fn check(&self, at: &Classifier<T>) -> Result<()> {
        let (d, k, c) = (self.samples.x.nrows(), at.v.ncols(), self.samples.classes);
        let expected = Shape(vec![(d, k), (k, c), (c, 1)]);
        Error::check_size("V, B and b", expected, admm::Space::shape(at))
    }
}

/// What a chunk of samples adds to the loss and to its gradient: what threads, and later ranks, exchange.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
#[serde(bound(serialize = "T: Scalar", deserialize = "T: Scalar"))]
struct Partial<T: Scalar> {
    entropy: T,
    gradient: Classifier<T>,
}

impl<T: Scalar> admm::Space<T> for Partial<T> {
    fn axpy(&mut self, alpha: T, y: &Self) {
        self.entropy += alpha * y.entropy;
        self.gradient.axpy(alpha, &y.gradient);
    }
    fn scale(&mut self, alpha: T) {
        self.entropy *= alpha;
        admm::Space::scale(&mut self.gradient, alpha);
    }
    fn dot(&self, y: &Self) -> T {
        self.entropy * y.entropy + self.gradient.dot(&y.gradient)
    }
    fn shape(&self) -> Shape {
        admm::Space::shape(&self.gradient)
    }
}

impl<T: Scalar> Partial<T> {
    fn split(self) -> (T, Classifier<T>) {
        (self.entropy, self.gradient)
    }

    /// For each block of samples: P = VᵀX, logits = BᵀP + b, R = (softmax − onehot)·w, and then the products
    /// ∇V += X(BR)ᵀ, ∇B += PRᵀ, ∇b += R1.
    fn of(softmax: &Softmax<T>, at: &Classifier<T>, range: Range<usize>) -> Self {
        let samples = &softmax.samples;
        let (d, k) = at.v.shape();
        let (one, classes) = (T::one(), samples.classes);
        let mut gradient = Classifier::blank(DMatrix::zeros(d, k), classes);
        let mut entropy = T::zero();
        let (mut reduced, mut back) = (DMatrix::zeros(k, BLOCK), DMatrix::zeros(k, BLOCK));
        let mut logits = DMatrix::zeros(classes, BLOCK);
        for start in range.clone().step_by(BLOCK) {
            let block = start..(start + BLOCK).min(range.end);
            let width = block.len();
            let x = MatRef::from_column_major_slice(&samples.x.as_slice()[start * d..block.end * d], d, width);
            let mut reduced = view_mut(&mut reduced).subcols_mut(0, width);
            matmul(reduced.rb_mut(), Accum::Replace, view(&at.v).transpose(), x, one, Par::Seq);
            fill_columns(&mut logits, width, &at.bias);
            let b = view(&at.b);
            let scores = view_mut(&mut logits).subcols_mut(0, width);
            matmul(scores, Accum::Add, b.transpose(), reduced.rb(), one, Par::Seq);
            for (i, sample) in block.enumerate() {
                let column = &mut logits.as_mut_slice()[i * classes..(i + 1) * classes];
                let weight = samples.weights[sample];
                entropy += weight * residual(column, samples.labels[sample], weight);
            }
            let residuals = view(&logits).subcols(0, width);
            let mut back = view_mut(&mut back).subcols_mut(0, width);
            matmul(back.rb_mut(), Accum::Replace, b, residuals, one, Par::Seq);
            matmul(view_mut(&mut gradient.v), Accum::Add, x, back.rb().transpose(), one, Par::Seq);
            matmul(view_mut(&mut gradient.b), Accum::Add, reduced.rb(), residuals.transpose(), one, Par::Seq);
            (0..width).for_each(|i| gradient.bias += logits.column(i));
        }
        Partial { entropy, gradient }
    }
}

fn fill_columns<T: Scalar>(matrix: &mut DMatrix<T>, width: usize, column: &DMatrix<T>) {
    (0..width).for_each(|i| matrix.column_mut(i).copy_from(&column.column(0)));
}

/// logits ← weight·(softmax − onehot); returns the cross-entropy −log softmax[label].
fn residual<T: Scalar>(logits: &mut [T], label: usize, weight: T) -> T {
    let correct = logits[label];
    let (highest, total) = exponentiate(logits);
    logits.iter_mut().for_each(|p| *p *= weight / total);
    logits[label] -= weight;
    total.ln() + highest - correct
}

/// logits ← exp(logits − max); returns the maximum and the sum.
fn exponentiate<T: Scalar>(logits: &mut [T]) -> (T, T) {
    let highest = logits.iter().fold(logits[0], |highest, &logit| highest.max(logit));
    let mut total = T::zero();
    for logit in logits {
        *logit = (*logit - highest).exp();
        total += *logit;
    }
    (highest, total)
}

/// Class probabilities (c×n) of logits (c×n), column by column.
pub fn probabilities<T: Scalar>(mut logits: DMatrix<T>) -> DMatrix<T> {
    let classes = logits.nrows();
    for column in logits.as_mut_slice().chunks_exact_mut(classes.max(1)) {
        let (_, total) = exponentiate(column);
        column.iter_mut().for_each(|p| *p /= total);
    }
    logits
}
