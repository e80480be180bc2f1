//! Samples with their targets, and the order in which they are visited.

use super::{Features, Targets};
use crate::chunks::{chunks, sum};
use crate::scalar::Scalar;
use crate::view::view_mut;
use admm::{Error, Exec, Result};
use nalgebra::DMatrix;
use std::ops::{AddAssign, Range};
use std::sync::Arc;

/// Numbers that one thread reads sooner than two do.
const SMALL: usize = 1 << 15;

/// X (d×n, a sample is a column) with targets and weights that sum to 1. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Samples<T: Scalar> {
    /// The features X, d×n.
    pub x: Features<T>,
    /// The target of each sample.
    pub targets: Targets<T>,
    /// The weight of each sample, wᵢ/Σw.
    pub weights: Arc<[T]>,
    /// The threads on which the passes run.
    pub exec: Exec,
}

impl<T: Scalar> Samples<T> {
    /// Samples of classes 0 … c−1.
    ///
    /// # Errors
    /// No samples, lengths that differ, or a label that is not below `classes`.
    pub fn new(
        x: impl Into<Features<T>>,
        labels: &[usize],
        weights: Vec<T>,
        classes: usize,
        exec: Exec,
    ) -> Result<Self> {
        Self::with_targets(x, Targets::Classes { labels: labels.into(), count: classes }, weights, exec)
    }

    /// Samples with any targets.
    ///
    /// # Errors
    /// No samples, lengths that differ, a label that is not below the number of classes, no or infinite numbers.
    pub fn with_targets(
        x: impl Into<Features<T>>,
        targets: impl Into<Targets<T>>,
        weights: Vec<T>,
        exec: Exec,
    ) -> Result<Self> {
        let (x, targets, row) = (x.into(), targets.into(), |count: usize| (1, count));
        x.check_not_empty()?;
        Error::check_size(targets.place(), row(x.ncols()), row(targets.len()))?;
        Error::check_size("sample weights", row(x.ncols()), row(weights.len()))?;
        targets.check()?;
        Ok(Samples { x, targets, weights: weights.into(), exec })
    }

    /// The same targets and weights for other features of the samples.
    ///
    /// # Panics
    /// If the number of samples is another one.
    pub fn with_features(&self, x: impl Into<Features<T>>) -> Self {
        let x = x.into();
        assert_eq!(x.ncols(), self.weights.len(), "features of another number of samples");
        Samples { x, ..self.clone() }
    }

    /// The samples with the given numbers. One of weight wᵢ (of sum 1) enters with nwᵢ/b, which is 1/b for equal
    /// weights: for any weights, sums over random numbers have the mean of those over all samples.
    pub(crate) fn batch(&self, numbers: &[usize]) -> Self {
        let factor = T::of(self.x.ncols() as f64 / numbers.len() as f64);
        let targets = self.targets.select(numbers);
        let weights = numbers.iter().map(|&sample| factor * self.weights[sample]).collect();
        Samples { x: self.x.select(numbers), targets, weights, ..self.clone() }
    }

    /// VᵀX (k×n), in one pass.
    ///
    /// # Panics
    /// If V does not have d rows.
    pub fn project(&self, v: &DMatrix<T>) -> DMatrix<T> {
        let (v, chunks) = (self.x.fold(v), chunks(self.x.ncols()));
        let parts = self.threads().map(chunks.len(), |i| {
            let mut part = DMatrix::zeros(v.k(), chunks[i].len());
            self.x.block(chunks[i].clone()).project(&v, view_mut(&mut part));
            part
        });
        let columns: Vec<&[T]> = parts.iter().map(DMatrix::as_slice).collect();
        DMatrix::from_vec(v.k(), self.x.ncols(), columns.concat())
    }

    /// Returns true if both hold the same samples in the same memory.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.weights, &other.weights) && self.x.is(&other.x)
    }

    /// [`sum`] over the samples.
    pub(crate) fn sum<S: AddAssign + Send>(&self, part: impl Fn(Range<usize>) -> S + Sync + Send) -> S {
        sum(self.threads(), self.x.ncols(), part)
    }

    /// The same sum for large parts. The number of parts that exist at once is at most that of the threads plus log₂ of
    /// that of the chunks.
    pub(crate) fn sum_sparingly<S: AddAssign + Send>(&self, part: impl Fn(Range<usize>) -> S + Sync + Send) -> S {
        let chunks = chunks(self.x.ncols());
        self.exec.sum_sparingly(chunks.len(), |i| part(chunks[i].clone())).expect("there is at least one sample")
    }

    /// Returns the threads for a pass. A small pass runs on one thread: it would be over before another thread wakes.
    fn threads(&self) -> &Exec {
        if self.x.nrows() * self.x.ncols() < SMALL { &Exec::Serial } else { &self.exec }
    }
}

/// The share of the samples for which something holds, by their weights; of equal weights by their number.
pub(crate) fn share_of<T: Scalar>(holds: impl Iterator<Item = bool>, weights: &[T]) -> f64 {
    if weights.iter().all(|weight| *weight == weights[0]) {
        return holds.filter(|holds| *holds).count() as f64 / weights.len() as f64;
    }
    let (mut some, mut all) = (0.0, 0.0);
    for (holds, weight) in holds.zip(weights) {
        all += weight.to_f64();
        some += if holds { weight.to_f64() } else { 0.0 };
    }
    some / all
}

/// Every weight finite and not negative, and their sum finite and positive.
pub(crate) fn check_weights<T: Scalar>(weights: &[T]) -> Result<()> {
    if let Some(sample) = weights.iter().position(|&weight| !weight.is_finite() || weight < T::zero()) {
        let (weight, sample) = (weights[sample], sample + 1);
        let problem = format!("must be finite and not negative, got {weight} for sample {sample}");
        return Err(Error::parameter("weights", problem));
    }
    let total = weights.iter().fold(T::zero(), |sum, &weight| sum + weight);
    if total == T::zero() {
        Err(Error::parameter("weights", "are all 0"))
    } else if !total.is_finite() {
        Err(Error::parameter("weights", "have a sum that overflows"))
    } else {
        Ok(())
    }
}
