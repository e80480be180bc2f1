//! The targets of samples, which predictions are compared with.

use crate::scalar::Scalar;
use admm::{Error, Result};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// The targets of n samples: a class or q numbers each. Cheap to clone.
///
/// ```
/// use admm::nalgebra::DMatrix;
/// use admm_solvers::data::Targets;
///
/// let classes: Targets<f64> = Targets::classes(&[0, 2, 1, 0], 3)?;
/// let numbers = Targets::from(DMatrix::from_row_slice(2, 4, &[1.5, 0.0, 2.0, 1.0, 0.1, 0.2, 0.3, 0.4]));
/// assert_eq!((classes.len(), numbers.len()), (4, 4));
/// # Ok::<(), admm::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Scalar", deserialize = "T: Scalar"))]
pub enum Targets<T: Scalar> {
    /// Class numbers 0 … c−1.
    Classes {
        /// The class of each sample, n entries.
        labels: Arc<[usize]>,
        /// The number of classes c.
        count: usize,
    },
    /// Y (q×n), a sample is a column: values, counts, or labels that are 0 or 1.
    Numbers(Arc<DMatrix<T>>),
}

impl<T: Scalar> Targets<T> {
    /// Class numbers, each below `count`.
    ///
    /// # Errors
    /// The first class number that is not below `count`, with its sample.
    pub fn classes(labels: &[usize], count: usize) -> Result<Self> {
        check_labels(labels, count)?;
        Ok(Targets::Classes { labels: labels.into(), count })
    }

    /// Returns n, the number of samples.
    pub fn len(&self) -> usize {
        match self {
            Targets::Classes { labels, .. } => labels.len(),
            Targets::Numbers(y) => y.ncols(),
        }
    }

    /// Returns true if there is no sample.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the number of targets of a sample: c for c classes, or q. A predictor has as many logits.
    pub fn width(&self) -> usize {
        match self {
            Targets::Classes { count, .. } => *count,
            Targets::Numbers(y) => y.nrows(),
        }
    }

    /// Writes the numbers of a sample: for a class 1 at its place and 0 elsewhere.
    ///
    /// # Panics
    /// If there is no such sample, or `to` has another length than the [`width`](Self::width).
    pub fn write(&self, sample: usize, to: &mut [T]) {
        match self {
            Targets::Classes { labels, .. } => {
                to.fill(T::zero());
                to[labels[sample]] = T::one();
            }
            Targets::Numbers(y) => to.copy_from_slice(&y.as_slice()[sample * to.len()..(sample + 1) * to.len()]),
        }
    }

    /// Σ w(i)·yᵢ (c×1) over a range of samples.
    pub(crate) fn sum<N: Scalar>(&self, range: Range<usize>, weight: impl Fn(usize) -> N) -> DMatrix<N> {
        let mut sum = DMatrix::zeros(self.width(), 1);
        let mut target = vec![T::zero(); self.width()];
        for sample in range {
            self.write(sample, &mut target);
            let weight = weight(sample);
            sum.iter_mut().zip(&target).for_each(|(sum, y)| *sum += weight * N::of(y.to_f64()));
        }
        sum
    }

    /// The class numbers, if the targets are classes.
    pub fn labels(&self) -> Option<&[usize]> {
        match self {
            Targets::Classes { labels, .. } => Some(labels),
            Targets::Numbers(_) => None,
        }
    }

    /// Y (q×n), if the targets are numbers.
    pub fn numbers(&self) -> Option<&DMatrix<T>> {
        match self {
            Targets::Classes { .. } => None,
            Targets::Numbers(y) => Some(y),
        }
    }

    /// The targets of the samples with the given numbers.
    pub(crate) fn select(&self, samples: &[usize]) -> Self {
        match self {
            Targets::Classes { labels, count } => {
                Targets::Classes { labels: samples.iter().map(|&sample| labels[sample]).collect(), count: *count }
            }
            Targets::Numbers(y) => y.select_columns(samples).into(),
        }
    }

    /// The targets of these samples, one part after the other.
    ///
    /// # Errors
    /// Parts of different kinds.
    pub(crate) fn joined(parts: &[Self]) -> Result<Self> {
        let (mut labels, mut numbers) = (Vec::new(), Vec::new());
        for part in parts {
            match part {
                Targets::Classes { labels: more, .. } => labels.extend_from_slice(more),
                Targets::Numbers(y) => numbers.extend_from_slice(y.as_slice()),
            }
        }
        match parts.first() {
            Some(Targets::Classes { count, .. }) if numbers.is_empty() => {
                Ok(Targets::Classes { labels: labels.into(), count: *count })
            }
            Some(Targets::Numbers(y)) if labels.is_empty() => {
                Ok(DMatrix::from_vec(y.nrows(), numbers.len() / y.nrows(), numbers).into())
            }
            _ => Err(Error::parameter("targets", "must be of one kind on all ranks")),
        }
    }

    /// The numbers of a few of these samples that show which classes there are, or whether each number varies.
    pub(crate) fn representatives(&self) -> Vec<usize> {
        match self {
            Targets::Classes { labels, .. } => {
                let mut seen = BTreeSet::new();
                (0..labels.len()).filter(|&sample| seen.insert(labels[sample])).collect()
            }
            Targets::Numbers(y) => {
                let differs = |row: usize| (0..y.ncols()).find(|&sample| y[(row, sample)] != y[(row, 0)]);
                (0..y.ncols().min(1)).chain((0..y.nrows()).filter_map(differs)).collect()
            }
        }
    }

    /// The name of the targets in errors.
    pub(crate) fn place(&self) -> &'static str {
        match self {
            Targets::Classes { .. } => "labels",
            Targets::Numbers(_) => "targets",
        }
    }

    /// Checks that labels are class numbers, and that numbers are there and finite.
    pub(crate) fn check(&self) -> Result<()> {
        match self {
            Targets::Classes { labels, count } => check_labels(labels, *count),
            Targets::Numbers(y) if y.nrows() == 0 => {
                Err(Error::parameter("targets", "must have at least 1 number for each sample, got 0"))
            }
            Targets::Numbers(y) => check_each(y, |number| number.is_finite(), "must be finite"),
        }
    }
}

/// Every label below `classes`, or the first that is not.
pub(crate) fn check_labels(labels: &[usize], classes: usize) -> Result<()> {
    match labels.iter().position(|&label| label >= classes) {
        Some(sample) => {
            let (label, sample) = (labels[sample], sample + 1);
            let problem =
                format!("must be numbers of classes: label {label} of sample {sample} is not below {classes}");
            Err(Error::parameter("labels", problem))
        }
        None => Ok(()),
    }
}

/// Checks each number of Y (q×n), or names the first that does not satisfy a rule, with the rule in words.
pub(crate) fn check_each<T: Scalar>(y: &DMatrix<T>, holds: impl Fn(T) -> bool, rule: &str) -> Result<()> {
    match y.iter().position(|&number| !holds(number)) {
        None => Ok(()),
        Some(at) => {
            let (target, sample, number) = (at % y.nrows() + 1, at / y.nrows() + 1, y.as_slice()[at]);
            let problem = format!("{rule}, got {number} for target {target} of sample {sample}");
            Err(Error::parameter("targets", problem))
        }
    }
}

impl<T: Scalar> From<DMatrix<T>> for Targets<T> {
    fn from(y: DMatrix<T>) -> Self {
        Targets::Numbers(Arc::new(y))
    }
}

impl<T: Scalar> From<&DMatrix<T>> for Targets<T> {
    fn from(y: &DMatrix<T>) -> Self {
        y.clone().into()
    }
}
