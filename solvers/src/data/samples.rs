//! Samples with their targets, and the order in which they are visited.

use super::{Features, Part, Targets};
use crate::scalar::Scalar;
use crate::view::view_mut;
use admm::{Error, Exec, Result};
use nalgebra::{DMatrix, Vector1};
use serde::{Serialize, de::DeserializeOwned};
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
    /// The place of these samples among those of all ranks.
    pub(crate) part: Part,
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
        let part = Part::alone(x.ncols());
        Ok(Samples { x, targets, weights: weights.into(), exec, part })
    }

    /// Returns n, the number of samples of all ranks.
    pub(crate) fn total(&self) -> usize {
        self.part.total()
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

    /// Σ wᵢ over the samples of all ranks.
    pub(crate) fn total_weight(&self) -> T {
        let of = |range: Range<usize>| self.weights[range].iter().fold(T::zero(), |sum, &weight| sum + weight);
        self.sum(|range| Vector1::new(of(range)))[0]
    }

    /// The samples with the given numbers, on every rank. One of weight wᵢ (of sum 1) enters with nwᵢ/b, which is 1/b for
    /// equal weights: for any weights, sums over random numbers have the mean of those over all samples.
    pub(crate) fn batch(&self, numbers: &[usize]) -> Self {
        let (factor, batch) = (T::of(self.total() as f64 / numbers.len() as f64), self.gathered(numbers));
        Samples { weights: batch.weights.iter().map(|&weight| factor * weight).collect(), ..batch }
    }

    /// Copies of samples of this rank, counted from its first, as if there were no others.
    pub(crate) fn select(&self, numbers: &[usize]) -> Self {
        let weights = numbers.iter().map(|&sample| self.weights[sample]).collect();
        let (x, targets, exec) = (self.x.select(numbers), self.targets.select(numbers), self.exec.clone());
        Samples { x, targets, weights, exec, part: Part::alone(numbers.len()) }
    }

    /// VᵀX (k×n) for the samples of this rank, in one pass.
    ///
    /// # Panics
    /// If V does not have d rows.
    pub fn project(&self, v: &DMatrix<T>) -> DMatrix<T> {
        let (v, (_, chunks)) = (self.x.fold(v), self.part.chunks());
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

    /// Σ over the chunks of the samples of all ranks, in a fixed tree. An error of a rank [unwinds](Error::unwind).
    pub(crate) fn sum<S>(&self, part: impl Fn(Range<usize>) -> S + Sync + Send) -> S
    where
        S: AddAssign + Send + Serialize + DeserializeOwned,
    {
        self.part.sum(self.threads(), part).unwrap_or_else(|error| error.unwind())
    }

    /// The same sum for large parts. The number of parts that exist at once is at most that of the threads plus log₂ of
    /// that of the chunks.
    pub(crate) fn sum_sparingly<S>(&self, part: impl Fn(Range<usize>) -> S + Sync + Send) -> S
    where
        S: AddAssign + Send + Serialize + DeserializeOwned,
    {
        self.part.sum_sparingly(&self.exec, part).unwrap_or_else(|error| error.unwind())
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
    check_each_weight(weights)?;
    check_total(weights.iter().fold(T::zero(), |sum, &weight| sum + weight))
}

/// Every weight finite and not negative.
pub(crate) fn check_each_weight<T: Scalar>(weights: &[T]) -> Result<()> {
    match weights.iter().position(|&weight| !weight.is_finite() || weight < T::zero()) {
        None => Ok(()),
        Some(sample) => {
            let (weight, sample) = (weights[sample], sample + 1);
            let problem = format!("must be finite and not negative, got {weight} for sample {sample}");
            Err(Error::parameter("weights", problem))
        }
    }
}

/// The sum of all weights finite and positive.
pub(crate) fn check_total<T: Scalar>(total: T) -> Result<()> {
    if total == T::zero() {
        Err(Error::parameter("weights", "are all 0"))
    } else if !total.is_finite() {
        Err(Error::parameter("weights", "have a sum that overflows"))
    } else {
        Ok(())
    }
}
