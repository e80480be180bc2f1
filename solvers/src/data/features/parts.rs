//! Samples in several pieces of memory, such as the mapped files of one data set.

use super::{Features, Storage};
use crate::scalar::Scalar;
use admm::{Error, Result};
use faer::MatRef;
use nalgebra::DMatrix;
use std::ops::Range;
use std::sync::Arc;

/// Dense samples that are not scaled, one part after the other.
#[derive(Clone)]
pub(super) struct Parts<T: Scalar> {
    parts: Arc<[Features<T>]>,
    /// The number of the first sample of each part, and n.
    bounds: Arc<[usize]>,
    /// The number of features.
    pub d: usize,
}

impl<T: Scalar> Features<T> {
    /// The samples of several dense X, one X after the other, where they are: the mapped files of one data set, say.
    ///
    /// Nothing is copied but the few samples of a pass that lie in two parts. All results have the bits of those of one
    /// matrix.
    ///
    /// ```
    /// use admm_solvers::data::Features;
    ///
    /// let numbers = |range: std::ops::Range<i32>| range.map(f64::from).collect::<Vec<_>>();
    /// let x = Features::in_parts(vec![Features::shared(numbers(0..6), 3)?, Features::shared(numbers(6..15), 3)?])?;
    /// assert_eq!(x.shape(), (3, 5));
    /// assert_eq!(x.to_dense().as_slice(), numbers(0..15));
    /// # Ok::<(), admm::Error>(())
    /// ```
    ///
    /// # Errors
    /// No part, a part with another number of features than the first, or one that is sparse, strided or scaled.
    pub fn in_parts(parts: Vec<Self>) -> Result<Self> {
        let wrong = |problem: String| Err(Error::parameter("parts", problem));
        let Some(first) = parts.first() else { return wrong("must be one or more".into()) };
        let (d, mut bounds) = (first.nrows(), vec![0]);
        for (number, part) in parts.iter().enumerate() {
            if part.nrows() != d {
                return wrong(format!("must have {d} features each, but part {number} has {}", part.nrows()));
            }
            if !matches!(part.storage, Storage::Owned(_) | Storage::Shared { .. }) || part.scaling.scaler().is_some() {
                return wrong(format!("must be dense and not scaled, but part {number} is not"));
            }
            bounds.push(bounds[number] + part.ncols());
        }
        Ok(Storage::Parts(Parts { parts: parts.into(), bounds: bounds.into(), d }).into())
    }
}

impl<T: Scalar> Parts<T> {
    /// Returns n, the number of samples.
    pub fn n(&self) -> usize {
        self.bounds[self.bounds.len() - 1]
    }

    /// Returns true if both read the same numbers in the same memory.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.parts, &other.parts)
    }

    /// The pieces of a range of samples, one part after the other. Parts may be empty.
    fn pieces(&self, range: Range<usize>) -> impl Iterator<Item = (&Features<T>, Range<usize>)> {
        let first = self.bounds.partition_point(|&bound| bound <= range.start).saturating_sub(1);
        let last = self.bounds.partition_point(|&bound| bound < range.end);
        let within = move |(part, bounds): (_, &[usize])| {
            let (start, end) = (range.start.max(bounds[0]), range.end.min(bounds[1]));
            (start < end).then(|| (part, start - bounds[0]..end - bounds[0]))
        };
        self.parts.iter().zip(self.bounds.windows(2)).take(last).skip(first).filter_map(within)
    }

    /// The numbers of a sample.
    pub fn sample(&self, sample: usize) -> &[T] {
        self.pieces(sample..sample + 1).next().map_or(&[], |(part, at)| part.stored(at))
    }

    /// The samples where they are, if they lie in one part.
    pub fn view(&self, range: Range<usize>) -> Option<MatRef<'_, T>> {
        let (part, within) = self.pieces(range.clone()).next()?;
        (within.len() == range.len()).then(|| MatRef::from_column_major_slice(part.stored(within), self.d, range.len()))
    }

    /// A copy of the samples.
    pub fn packed(&self, range: Range<usize>) -> DMatrix<T> {
        let mut packed = Vec::with_capacity(self.d * range.len());
        self.pieces(range.clone()).for_each(|(part, within)| packed.extend_from_slice(part.stored(within)));
        DMatrix::from_vec(self.d, range.len(), packed)
    }

    /// The samples of a range in the same memory, as an X of its own.
    pub fn range(&self, range: Range<usize>) -> Features<T> {
        let mut parts: Vec<Features<T>> = self.pieces(range).map(|(part, within)| part.range(within)).collect();
        match parts.len() {
            0 => DMatrix::zeros(self.d, 0).into(),
            1 => parts.swap_remove(0),
            _ => Features::in_parts(parts).expect("parts of valid parts"),
        }
    }
}
