//! Numbers at any distance from each other: a frame that is stored by columns, or a part of a larger array.

use super::{Features, Storage};
use crate::chunks::blocks;
use crate::scalar::Scalar;
use admm::{Error, Result};
use faer::MatRef;
use nalgebra::DMatrix;
use std::ops::Range;
use std::sync::Arc;

/// The features that are copied at a time where the numbers of a feature are adjacent: they fill a line of the cache.
const TILE: usize = 8;

/// Samples in the memory of any owner. The number of feature j in sample i stands at origin + j·steps.0 + i·steps.1.
#[derive(Clone)]
pub(super) struct Strided<T: Scalar> {
    owner: Arc<dyn AsRef<[T]> + Send + Sync>,
    origin: usize,
    /// The numbers of features and of samples, d and n.
    pub shape: (usize, usize),
    /// The distances from one feature to the next, and from one sample to the next.
    steps: (isize, isize),
}

impl<T: Scalar> Features<T> {
    /// The samples (d×n) in the memory of any owner, wherever their numbers stand: that of feature j in sample i at
    /// `origin + j·steps.0 + i·steps.1`.
    ///
    /// Nothing is copied but the samples that a pass is at, where the numbers of a sample are apart. All results have
    /// the bits of those of a copy.
    ///
    /// ```
    /// use admm_solvers::data::Features;
    ///
    /// // 4 samples of 3 features, stored feature by feature; of them every other sample, and the last two features.
    /// let numbers: Vec<f64> = (0..12).map(f64::from).collect();
    /// let x = Features::strided(numbers, 4, (2, 2), (4, 2))?;
    /// assert_eq!(x.to_dense().as_slice(), [4.0, 8.0, 6.0, 10.0]);
    /// # Ok::<(), admm::Error>(())
    /// ```
    ///
    /// # Errors
    /// No features, or a number that would stand outside the memory.
    pub fn strided(
        owner: impl AsRef<[T]> + Send + Sync + 'static,
        origin: usize,
        (d, n): (usize, usize),
        steps: (isize, isize),
    ) -> Result<Self> {
        let length = owner.as_ref().len();
        let last = |count: usize, step: isize| (count as i128 - 1) * step as i128;
        let corners = [0, last(d, steps.0)].map(|by| [0, last(n, steps.1)].map(|more| origin as i128 + by + more));
        let outside = n > 0 && corners.as_flattened().iter().any(|corner| !(0..length as i128).contains(corner));
        if d == 0 || outside {
            let problem = format!("must hold {d} features of {n} samples at their places, but has {length} numbers");
            return Err(Error::parameter("owner", problem));
        }
        Ok(Storage::Strided(Strided { owner: Arc::new(owner), origin, shape: (d, n), steps }).into())
    }
}

impl<T: Scalar> Strided<T> {
    fn numbers(&self) -> &[T] {
        (*self.owner).as_ref()
    }

    fn place(&self, feature: usize, sample: usize) -> usize {
        let (by_feature, by_sample) = self.steps;
        self.origin.wrapping_add_signed(feature as isize * by_feature + sample as isize * by_sample)
    }

    pub fn at(&self, feature: usize, sample: usize) -> T {
        self.numbers()[self.place(feature, sample)]
    }

    /// Returns true if both read the same numbers in the same memory.
    pub fn is(&self, other: &Self) -> bool {
        let places = |of: &Self| (of.origin, of.shape, of.steps);
        Arc::ptr_eq(&self.owner, &other.owner) && places(self) == places(other)
    }

    /// The samples where they are, if the numbers of each are adjacent and the samples follow each other.
    pub fn view(&self, range: Range<usize>) -> Option<MatRef<'_, T>> {
        let (d, stride) = (self.shape.0, usize::try_from(self.steps.1).ok()?);
        let in_place = self.steps.0 == 1 && stride >= d && !range.is_empty() && d > 0;
        in_place.then(|| {
            let numbers = &self.numbers()[self.place(0, range.start)..];
            MatRef::from_column_major_slice_with_stride(numbers, d, range.len(), stride)
        })
    }

    /// A copy of the samples.
    pub fn packed(&self, range: Range<usize>) -> DMatrix<T> {
        let (d, b) = (self.shape.0, range.len());
        match self.steps {
            (1, _) => {
                let mut packed = Vec::with_capacity(d * b);
                range.for_each(|sample| packed.extend_from_slice(&self.numbers()[self.place(0, sample)..][..d]));
                DMatrix::from_vec(d, b, packed)
            }
            (_, 1) => self.turned(range),
            _ => DMatrix::from_fn(d, b, |feature, i| self.at(feature, range.start + i)),
        }
    }

    /// The same where the numbers of a feature are adjacent: some features at a time, so that whole lines are written.
    fn turned(&self, range: Range<usize>) -> DMatrix<T> {
        let (d, b) = (self.shape.0, range.len());
        let mut packed = DMatrix::zeros(d, b);
        let of_feature = |feature: usize| &self.numbers()[self.place(feature, range.start)..][..b];
        for tile in blocks(0..d, TILE) {
            let rows: [&[T]; TILE] = std::array::from_fn(|p| of_feature((tile.start + p).min(d - 1)));
            for i in 0..b {
                let column = &mut packed.as_mut_slice()[i * d + tile.start..][..tile.len()];
                column.iter_mut().zip(rows).for_each(|(number, row)| *number = row[i]);
            }
        }
        packed
    }
}
