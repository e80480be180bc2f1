//! The second loss: softmax cross-entropy with a ridge on B, in one pass over the data.

use crate::classifier::Classifier;
use crate::features::{BLOCK, Folded, Products};
use crate::samples::Samples;
use crate::scalar::Scalar;
use crate::view::{transposed_product, view, view_mut};
use admm::{Error, Result, Shape, Smooth};
use faer::linalg::matmul::matmul;
use faer::prelude::{Reborrow, ReborrowMut};
use faer::{Accum, Par};
use nalgebra::DMatrix;
use std::ops::{AddAssign, Range};

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
        let (entropy, mut gradient) = self.pass(at);
        gradient.b += &at.b * self.ridge;
        admm::Space::scale(&mut gradient, self.share);
        Ok((self.share * (entropy + half * self.ridge * at.b.norm_squared()), gradient))
    }
}

impl<T: Scalar> Softmax<T> {
    /// The mean cross-entropy alone, in nats.
    pub fn cross_entropy(&self, at: &Classifier<T>) -> Result<T> {
        self.check(at)?;
        Ok(self.pass(at).0)
    }

    /// The share of the samples whose class is not the most probable one, the first of several.
    pub fn error(&self, at: &Classifier<T>) -> Result<f64> {
        self.check(at)?;
        let mut logits = transposed_product(&at.b, &self.samples.project(&at.v));
        logits.column_iter_mut().for_each(|mut column| column += &at.bias);
        let predicted = logits.column_iter().map(|column| column.argmax().0);
        let misses = predicted.zip(&*self.samples.labels).filter(|(class, label)| class != *label).count();
        Ok(misses as f64 / self.samples.labels.len() as f64)
    }

    /// The same loss with share 1.
    pub fn alone(&self) -> Self {
        Softmax { share: T::one(), ..self.clone() }
    }

    /// The mean cross-entropy and its gradient: partial sums in, partial sums out, and X read once.
    fn pass(&self, at: &Classifier<T>) -> (T, Classifier<T>) {
        let x = &self.samples.x;
        let v = x.fold(&at.v);
        let Partial { entropy, v, b, bias } = self.samples.sum(|range| Partial::of(self, at, &v, range));
        (entropy, Classifier { v: v.unfold(x), b, bias })
    }

    fn check(&self, at: &Classifier<T>) -> Result<()> {
        let (d, k, c) = (self.samples.x.nrows(), at.v.ncols(), self.samples.classes);
        let expected = Shape(vec![(d, k), (k, c), (c, 1)]);
        Error::check_size("V, B and b", expected, admm::Space::shape(at))
    }
}

/// What a chunk of samples adds to the loss and to its gradient: what threads, and later ranks, exchange.
struct Partial<T: Scalar> {
    entropy: T,
    v: Products<T>,
    b: DMatrix<T>,
    bias: DMatrix<T>,
}

impl<T: Scalar> AddAssign for Partial<T> {
    fn add_assign(&mut self, other: Self) {
        self.entropy += other.entropy;
        self.v += other.v;
        self.b += other.b;
        self.bias += other.bias;
    }
}

impl<T: Scalar> Partial<T> {
    /// For each block of samples: P = VᵀX, logits = BᵀP + b, R = (softmax − onehot)·w, and then the products
    /// ∇V += X(BR)ᵀ, ∇B += PRᵀ, ∇b += R1.
    fn of(softmax: &Softmax<T>, at: &Classifier<T>, v: &Folded<T>, range: Range<usize>) -> Self {
        let samples = &softmax.samples;
        let (k, one, classes) = (at.v.ncols(), T::one(), samples.classes);
        let (b, bias) = (DMatrix::zeros(k, classes), DMatrix::zeros(classes, 1));
        let mut sum = Partial { entropy: T::zero(), v: Products::zero(&samples.x, k), b, bias };
        let (mut reduced, mut back) = (DMatrix::zeros(k, BLOCK), DMatrix::zeros(k, BLOCK));
        let mut logits = DMatrix::zeros(classes, BLOCK);
        for start in range.clone().step_by(BLOCK) {
            let block = start..(start + BLOCK).min(range.end);
            let width = block.len();
            let x = samples.x.block(block.clone());
            let mut reduced = view_mut(&mut reduced).subcols_mut(0, width);
            x.project(v, reduced.rb_mut());
            fill_columns(&mut logits, width, &at.bias);
            let b = view(&at.b);
            let scores = view_mut(&mut logits).subcols_mut(0, width);
            matmul(scores, Accum::Add, b.transpose(), reduced.rb(), one, Par::Seq);
            for (i, sample) in block.enumerate() {
                let column = &mut logits.as_mut_slice()[i * classes..(i + 1) * classes];
                let weight = samples.weights[sample];
                sum.entropy += weight * residual(column, samples.labels[sample], weight);
            }
            let residuals = view(&logits).subcols(0, width);
            let mut back = view_mut(&mut back).subcols_mut(0, width);
            matmul(back.rb_mut(), Accum::Replace, b, residuals, one, Par::Seq);
            x.accumulate(back.rb(), &mut sum.v);
            matmul(view_mut(&mut sum.b), Accum::Add, reduced.rb(), residuals.transpose(), one, Par::Seq);
            (0..width).for_each(|i| sum.bias += logits.column(i));
        }
        sum
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
