//! X (d×n, a sample is a column): its numbers, wherever they are, and the two products that a pass makes with them.
//!
//! | X is | Made by |
//! |---|---|
//! | a matrix of its own, or one that others hold too | `Features::from(matrix)`, `Features::from(Arc<DMatrix<T>>)` |
//! | memory of any owner: a slice, a buffer of another library | [`Features::shared`] |
//! | the same, stored by columns, or a part of a larger array | [`Features::strided`] |
//! | a mapped file | [`Features::map`] |
//! | several of these, one after the other | [`Features::in_parts`] |
//! | sparse | `Features::from(csc)`, `Features::from(&csr)` |
//! | mixed: with missing cells and categories | [`Features::mixed`] |
//!
//! Small X is scaled as a matrix, and large X within every product: see [`Features::standardised`].

mod block;
mod mapped;
mod parts;
mod scaling;
mod stored;
mod strided;
mod window;

pub(crate) use block::{BLOCK, Folded, Products};
use parts::Parts;
use scaling::Scaling;
pub(crate) use stored::Stored;
use strided::Strided;

use crate::chunks::blocks;
use crate::scalar::Scalar;
use admm::{Error, Result};
use nalgebra::{DMatrix, DVector};
use nalgebra_sparse::{CscMatrix, CsrMatrix};
use serde::{Serialize, Serializer};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// X, or Z with z = (x − m)/s. Cheap to clone; a clone reads the same memory.
///
/// ```
/// use admm_solvers::data::Features;
///
/// let numbers: Vec<f64> = (0..12).map(f64::from).collect();
/// let x = Features::shared(numbers, 3)?; // 4 samples of 3 features, without a copy
/// assert_eq!(x.shape(), (3, 4));
/// assert_eq!(x.to_dense()[(1, 2)], 7.0);
/// # Ok::<(), admm::Error>(())
/// ```
#[derive(Clone)]
pub struct Features<T: Scalar> {
    storage: Storage<T>,
    scaling: Scaling<T>,
    /// The features of each category; `None` unless X is mixed, and only then NaN is a missing cell.
    categories: Option<Arc<[Range<usize>]>>,
}

#[derive(Clone)]
enum Storage<T: Scalar> {
    Owned(Arc<DMatrix<T>>),
    Shared { owner: Arc<dyn AsRef<[T]> + Send + Sync>, d: usize },
    Strided(Strided<T>),
    Parts(Parts<T>),
    Sparse(Arc<CscMatrix<T>>),
}

impl<T: Scalar> Features<T> {
    /// The samples of d features each, one after the other, in the memory of any owner.
    ///
    /// # Errors
    /// A length that is no multiple of d.
    pub fn shared(owner: impl AsRef<[T]> + Send + Sync + 'static, d: usize) -> Result<Self> {
        let length = owner.as_ref().len();
        if length.checked_rem(d) != Some(0) {
            return Err(Error::parameter(
                "owner",
                format!("must hold samples of {d} features each, but has {length} numbers"),
            ));
        }
        Ok(Storage::Shared { owner: Arc::new(owner), d }.into())
    }

    /// Mixed features (d×n), in which NaN is a missing cell. Each range of features is a category: for each level one
    /// feature, which is 1 in the samples of that level and else 0. [`Encoding::encode`](super::Encoding::encode) makes
    /// them of a table.
    ///
    /// # Errors
    /// A range that ends beyond d.
    pub fn mixed(x: DMatrix<T>, categories: Vec<Range<usize>>) -> Result<Self> {
        if let Some(wrong) = categories.iter().find(|category| category.end > x.nrows() || category.is_empty()) {
            let problem = format!("must lie in the {} features, got {wrong:?}", x.nrows());
            return Err(Error::parameter("categories", problem));
        }
        Ok(Features { categories: Some(categories.into()), ..x.into() })
    }

    /// The features of each category, if X is mixed and not yet scaled.
    pub(crate) fn categories(&self) -> Option<Arc<[Range<usize>]>> {
        self.categories.clone()
    }

    /// Returns the size (d, n) of X.
    pub fn shape(&self) -> (usize, usize) {
        match &self.storage {
            Storage::Owned(x) => x.shape(),
            Storage::Shared { owner, d } => (*d, (**owner).as_ref().len() / d),
            Storage::Strided(x) => x.shape,
            Storage::Parts(x) => (x.d, x.n()),
            Storage::Sparse(x) => (x.nrows(), x.ncols()),
        }
    }

    /// Returns d, the number of features.
    pub fn nrows(&self) -> usize {
        self.shape().0
    }

    /// Returns n, the number of samples.
    pub fn ncols(&self) -> usize {
        self.shape().1
    }

    /// Returns true if X is sparse: an entry that is not stored is 0.
    pub fn is_sparse(&self) -> bool {
        matches!(self.storage, Storage::Sparse(_))
    }

    /// Returns true if both hold the same numbers in the same memory.
    pub(crate) fn is(&self, other: &Self) -> bool {
        let same = match (&self.storage, &other.storage) {
            (Storage::Owned(x), Storage::Owned(y)) => Arc::ptr_eq(x, y),
            (Storage::Shared { owner: x, .. }, Storage::Shared { owner: y, .. }) => Arc::ptr_eq(x, y),
            (Storage::Strided(x), Storage::Strided(y)) => x.is(y),
            (Storage::Parts(x), Storage::Parts(y)) => x.is(y),
            (Storage::Sparse(x), Storage::Sparse(y)) => Arc::ptr_eq(x, y),
            _ => false,
        };
        same && self.scaling == other.scaling
    }

    /// Checks that there are samples.
    pub(super) fn check_not_empty(&self) -> Result<()> {
        if self.ncols() == 0 { Err(Error::parameter("x", "has no samples")) } else { Ok(()) }
    }

    /// A copy of the samples as a matrix, centred and scaled.
    pub fn to_dense(&self) -> DMatrix<T> {
        self.dense(0..self.ncols())
    }

    /// The samples as a matrix, centred and scaled: the matrix itself where nobody else holds it, else a copy.
    pub fn into_dense(self) -> DMatrix<T> {
        match (self.storage, self.scaling) {
            (Storage::Owned(x), Scaling::None) => Arc::unwrap_or_clone(x),
            (storage, scaling) => Features { storage, scaling, categories: None }.to_dense(),
        }
    }

    /// A copy of some samples as a matrix, centred and scaled.
    ///
    /// # Panics
    /// If the range ends beyond n.
    pub fn dense(&self, range: Range<usize>) -> DMatrix<T> {
        let mut dense = self.stored_samples(range);
        if let Some(scaler) = self.scaling.scaler() {
            scaler.scale(&mut dense);
        }
        dense
    }

    /// A copy of some samples as they were before scaling.
    fn stored_samples(&self, range: Range<usize>) -> DMatrix<T> {
        match &self.storage {
            Storage::Sparse(_) => {
                DMatrix::from_columns(&range.map(|sample| self.stored_dense(sample)).collect::<Vec<_>>())
            }
            Storage::Strided(x) => x.packed(range),
            Storage::Parts(x) => x.packed(range),
            _ => DMatrix::from_column_slice(self.nrows(), range.len(), self.stored(range)),
        }
    }

    /// A sample as it was before scaling.
    pub(crate) fn stored_dense(&self, sample: usize) -> DVector<T> {
        let mut dense = DVector::zeros(self.nrows());
        self.visit(sample, |feature, value| dense[feature] = value);
        dense
    }

    /// A copy of the samples with the given numbers, stored as the others are.
    ///
    /// # Panics
    /// If a number is not below n.
    pub fn select(&self, numbers: &[usize]) -> Self {
        let storage = match &self.storage {
            Storage::Sparse(x) => Storage::Sparse(Arc::new(block::select(x, numbers))),
            _ => {
                let mut columns = Vec::with_capacity(self.nrows() * numbers.len());
                for &sample in numbers {
                    match &self.storage {
                        Storage::Strided(x) => columns.extend((0..x.shape.0).map(|feature| x.at(feature, sample))),
                        Storage::Parts(x) => columns.extend_from_slice(x.sample(sample)),
                        _ => columns.extend_from_slice(self.stored(sample..sample + 1)),
                    }
                }
                Storage::Owned(Arc::new(DMatrix::from_vec(self.nrows(), numbers.len(), columns)))
            }
        };
        Features { storage, scaling: self.scaling.clone(), categories: self.categories.clone() }
    }

    /// Calls f with the feature and the value of each number that is stored for a sample, before scaling.
    pub(crate) fn visit(&self, sample: usize, mut f: impl FnMut(usize, T)) {
        match &self.storage {
            Storage::Sparse(x) => {
                let column = x.col(sample);
                column.row_indices().iter().zip(column.values()).for_each(|(&j, &x)| f(j, x));
            }
            Storage::Strided(x) => (0..x.shape.0).for_each(|j| f(j, x.at(j, sample))),
            Storage::Parts(x) => x.sample(sample).iter().enumerate().for_each(|(j, &x)| f(j, x)),
            _ => self.stored(sample..sample + 1).iter().enumerate().for_each(|(j, &x)| f(j, x)),
        }
    }

    /// Calls f with the sample, the feature and the value of each number that is stored for samples, one sample after
    /// the other, before scaling.
    pub(crate) fn visit_each(&self, samples: Range<usize>, mut f: impl FnMut(usize, usize, T)) {
        if !matches!(self.storage, Storage::Strided(_)) {
            return samples.for_each(|sample| self.visit(sample, |j, x| f(sample, j, x)));
        }
        for block in blocks(samples, BLOCK) {
            let packed = self.stored_samples(block.clone());
            for (sample, column) in block.zip(packed.column_iter()) {
                column.iter().enumerate().for_each(|(j, &x)| f(sample, j, x));
            }
        }
    }

    /// The numbers of dense samples.
    fn stored(&self, range: Range<usize>) -> &[T] {
        let (d, numbers) = match &self.storage {
            Storage::Owned(x) => (x.nrows(), x.as_slice()),
            Storage::Shared { owner, d } => (*d, (**owner).as_ref()),
            Storage::Strided(_) | Storage::Parts(_) | Storage::Sparse(_) => {
                unreachable!("these samples are read one by one")
            }
        };
        &numbers[range.start * d..range.end * d]
    }
}

impl<T: Scalar> fmt::Debug for Features<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((d, n), sparse) = (self.shape(), if self.is_sparse() { "sparse " } else { "" });
        write!(f, "{sparse}{d}×{n}")
    }
}

/// The numbers as they are stored, for a fingerprint of the data.
impl<T: Scalar> Serialize for Features<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let copy;
        let (offsets, indices, numbers): (&[usize], &[usize], _) = match &self.storage {
            Storage::Sparse(x) => (x.col_offsets(), x.row_indices(), x.values()),
            Storage::Strided(_) | Storage::Parts(_) => {
                copy = self.stored_samples(0..self.ncols());
                (&[], &[], copy.as_slice())
            }
            _ => (&[], &[], self.stored(0..self.ncols())),
        };
        (self.shape(), offsets, indices, numbers, self.scaling.scaler()).serialize(to)
    }
}

impl<T: Scalar> From<Storage<T>> for Features<T> {
    fn from(storage: Storage<T>) -> Self {
        Features { storage, scaling: Scaling::None, categories: None }
    }
}

impl<T: Scalar> From<DMatrix<T>> for Features<T> {
    fn from(x: DMatrix<T>) -> Self {
        Arc::new(x).into()
    }
}

/// Copies the matrix.
impl<T: Scalar> From<&DMatrix<T>> for Features<T> {
    fn from(x: &DMatrix<T>) -> Self {
        x.clone().into()
    }
}

impl<T: Scalar> From<Arc<DMatrix<T>>> for Features<T> {
    fn from(x: Arc<DMatrix<T>>) -> Self {
        Storage::Owned(x).into()
    }
}

impl<T: Scalar> From<CscMatrix<T>> for Features<T> {
    fn from(x: CscMatrix<T>) -> Self {
        Storage::Sparse(Arc::new(x)).into()
    }
}

/// A copy by columns. A CSR matrix with a sample per row needs none: `csr.transpose_as_csc()`.
impl<T: Scalar> From<&CsrMatrix<T>> for Features<T> {
    fn from(x: &CsrMatrix<T>) -> Self {
        CscMatrix::from(x).into()
    }
}
