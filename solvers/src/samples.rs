//! Labelled samples, and the order in which they are visited.

use crate::scalar::Scalar;
use admm::{Error, Exec, Result, Shape, Space};
use nalgebra::DMatrix;
use std::ops::Range;
use std::sync::Arc;

/// X (d×n, a sample is a column) with class numbers 0 … c−1 and weights that sum to 1. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Samples<T: Scalar> {
    /// X, d×n.
    pub x: Arc<DMatrix<T>>,
    /// The class of each sample.
    pub labels: Arc<[usize]>,
    /// The weight of each sample, wᵢ/Σw.
    pub weights: Arc<[T]>,
    /// c.
    pub classes: usize,
    /// Where the passes run.
    pub exec: Exec,
}

impl<T: Scalar> Samples<T> {
    /// # Errors
    /// Lengths that differ, or a label that is not below `classes`.
    pub fn new(x: DMatrix<T>, labels: &[usize], weights: Vec<T>, classes: usize, exec: Exec) -> Result<Self> {
        let row = |count: usize| Shape(vec![(1, count)]);
        Error::check_size("labels", row(x.ncols()), row(labels.len()))?;
        Error::check_size("sample weights", row(x.ncols()), row(weights.len()))?;
        check_labels(labels, classes)?;
        Ok(Samples { x: Arc::new(x), labels: labels.into(), weights: weights.into(), classes, exec })
    }

    /// The same labels and weights for other features of the samples.
    pub fn with_features(&self, x: DMatrix<T>) -> Self {
        Samples { x: Arc::new(x), ..self.clone() }
    }

    /// Σ over fixed chunks of samples, folded in their order: the same bits for any number of threads.
    pub(crate) fn sum<S: Space<T> + Send>(&self, part: impl Fn(Range<usize>) -> S + Sync + Send) -> S {
        let chunks = chunks(self.x.ncols());
        let parts = self.exec.map(chunks.len(), |i| part(chunks[i].clone()));
        let mut parts = parts.into_iter();
        let first = parts.next().expect("there is at least one sample");
        parts.fold(first, |mut sum, part| {
            sum.axpy(T::one(), &part);
            sum
        })
    }
}

/// Every label below `classes`, or the first that is not.
pub(crate) fn check_labels(labels: &[usize], classes: usize) -> Result<()> {
    match labels.iter().position(|&label| label >= classes) {
        Some(sample) => {
            let message = format!("label {} of sample {} is not below {classes}", labels[sample], sample + 1);
            Err(Error::parameter(message))
        }
        None => Ok(()),
    }
}

/// At most 64 chunks of at least 256 samples, fixed by n alone.
fn chunks(n: usize) -> Vec<Range<usize>> {
    let size = n.div_ceil(64).max(256);
    (0..n).step_by(size).map(|start| start..(start + size).min(n)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_every_sample_once_and_in_order() {
        for n in [1, 255, 256, 257, 5_000, 60_000, 1_000_001] {
            let chunks = chunks(n);
            assert!(chunks.len() <= 64);
            assert!(chunks.iter().cloned().flatten().eq(0..n), "{n}");
        }
    }
}
