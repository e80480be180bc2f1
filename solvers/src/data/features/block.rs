//! Some consecutive samples, and their products with matrices of k rows.

use super::{Features, Storage};
use crate::chunks::blocks;
use crate::linalg::{FEW, inner_products};
use crate::scalar::Scalar;
use crate::view::{view, view_mut};
use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatMut, MatRef, Par};
use nalgebra::{DMatrix, DVector};
use nalgebra_sparse::CscMatrix;
use serde::{Deserialize, Serialize};
use std::ops::{AddAssign, Range};

/// Samples that share the intermediate matrices of a pass, which then stay in the cache.
pub(crate) const BLOCK: usize = 64;

/// The most columns of a product for which faer reads the left operand where it is, and does not pack a copy of it.
const UNPACKED: usize = 12;

/// The samples of a block as they are stored.
pub(crate) enum Block<'a, T: Scalar> {
    /// The dense samples where they are, d×b.
    Dense(MatRef<'a, T>),
    /// A copy of dense samples that are apart or scaled as they are read, d×b.
    Packed(DMatrix<T>),
    /// b + 1 offsets into all rows and values; `rows` and `values` are those of the block, from `offsets[0]` on.
    Sparse { offsets: &'a [usize], rows: &'a [usize], values: &'a [T] },
}

/// V with the scaling folded in: Vᵀz = Ṽᵀx − o.
pub(crate) struct Folded<T: Scalar> {
    /// Ṽ = S⁻¹V, d×k, its columns aligned.
    v: Mat<T>,
    /// The transposed matrix Ṽᵀ.
    transposed: DMatrix<T>,
    /// o = Ṽᵀm, if anything is folded.
    offset: Option<DVector<T>>,
}

impl<T: Scalar> Folded<T> {
    /// The columns of V.
    pub fn k(&self) -> usize {
        self.transposed.nrows()
    }
}

impl<T: Scalar> Features<T> {
    /// The samples of a range.
    pub(crate) fn block(&self, range: Range<usize>) -> Block<'_, T> {
        match &self.storage {
            Storage::Sparse(x) => {
                let offsets = &x.col_offsets()[range.start..=range.end];
                let entries = offsets[0]..offsets[range.len()];
                Block::Sparse { offsets, rows: &x.row_indices()[entries.clone()], values: &x.values()[entries] }
            }
            _ if self.scaling.as_read().is_some() => Block::Packed(self.dense(range)),
            Storage::Strided(x) => match x.view(range.clone()) {
                Some(samples) => Block::Dense(samples),
                None => Block::Packed(x.packed(range)),
            },
            Storage::Parts(x) => match x.view(range.clone()) {
                Some(samples) => Block::Dense(samples),
                None => Block::Packed(x.packed(range)),
            },
            _ => Block::Dense(MatRef::from_column_major_slice(self.stored(range.clone()), self.nrows(), range.len())),
        }
    }

    /// V (d×k) for the products of a pass.
    pub(crate) fn fold(&self, v: &DMatrix<T>) -> Folded<T> {
        assert_eq!(v.nrows(), self.nrows(), "a row of V for each feature");
        let mut v = v.clone();
        let offset = self.scaling.folded().map(|scaler| {
            v.column_iter_mut().for_each(|mut column| column.component_div_assign(&scaler.scale));
            v.tr_mul(&scaler.mean)
        });
        Folded { transposed: v.transpose(), v: view(&v).to_owned(), offset }
    }
}

/// A partial sum of products XRᵀ: d×k, or k×d where X is sparse, so that an entry meets one column. With it R1 where
/// scaling is folded.
#[derive(Serialize, Deserialize)]
#[serde(bound(serialize = "T: Scalar", deserialize = "T: Scalar"))]
pub(crate) struct Products<T: Scalar> {
    sum: DMatrix<T>,
    total: Option<DVector<T>>,
}

impl<T: Scalar> Products<T> {
    /// Returns the products of no samples: all are 0.
    pub fn zero(x: &Features<T>, k: usize) -> Self {
        let (rows, columns) = if x.is_sparse() { (k, x.nrows()) } else { (x.nrows(), k) };
        Products { sum: DMatrix::zeros(rows, columns), total: x.scaling.folded().map(|_| DVector::zeros(k)) }
    }

    /// ZRᵀ = S⁻¹(XRᵀ − m(R1)ᵀ), d×k.
    pub fn unfold(self, x: &Features<T>) -> DMatrix<T> {
        let mut product = if x.is_sparse() { self.sum.transpose() } else { self.sum };
        if let (Some(scaler), Some(total)) = (x.scaling.folded(), &self.total) {
            product.ger(-T::one(), &scaler.mean, total, T::one());
            product.column_iter_mut().for_each(|mut column| column.component_div_assign(&scaler.scale));
        }
        product
    }
}

impl<T: Scalar> AddAssign for Products<T> {
    fn add_assign(&mut self, other: Self) {
        self.sum += other.sum;
        if let (Some(total), Some(other)) = (&mut self.total, other.total) {
            *total += other;
        }
    }
}

impl<T: Scalar> Block<'_, T> {
    /// The samples, unless they are sparse.
    fn dense(&self) -> Option<MatRef<'_, T>> {
        match self {
            Block::Dense(x) => Some(*x),
            Block::Packed(x) => Some(view(x)),
            Block::Sparse { .. } => None,
        }
    }

    /// out (k×b) ← VᵀZ.
    pub(crate) fn project(&self, v: &Folded<T>, mut out: MatMut<'_, T>) {
        match self.dense() {
            // faer lays the columns of V along a vector: few of them, or k of them in f32, leave much of it empty.
            Some(x) if v.k() <= FEW || T::SINGLE => {
                inner_products(out.as_mut(), v.v.as_ref(), x);
            }
            Some(x) => {
                matmul(out.as_mut(), Accum::Replace, view(&v.transposed), x, T::one(), Par::Seq);
            }
            None => {
                out.fill(T::zero());
                self.entries(|i, j, x| {
                    let column = v.transposed.column(j);
                    (0..column.len()).for_each(|q| out[(q, i)] += x * column[q]);
                });
            }
        }
        if let Some(offset) = &v.offset {
            (0..out.ncols()).for_each(|i| (0..out.nrows()).for_each(|q| out[(q, i)] -= offset[q]));
        }
    }

    /// products ← products + XRᵀ for R (k×b).
    pub(crate) fn accumulate(&self, r: MatRef<'_, T>, products: &mut Products<T>) {
        let Products { sum, total } = products;
        if let Some(total) = total {
            (0..r.ncols()).for_each(|i| (0..r.nrows()).for_each(|q| total[q] += r[(q, i)]));
        }
        match self.dense() {
            Some(x) => blocks(0..r.nrows(), UNPACKED).for_each(|columns| {
                let (start, width) = (columns.start, columns.len());
                let (sum, r) = (view_mut(sum).subcols_mut(start, width), r.subrows(start, width).transpose());
                matmul(sum, Accum::Add, x, r, T::one(), Par::Seq);
            }),
            None => self.entries(|i, j, x| {
                sum.column_mut(j).iter_mut().enumerate().for_each(|(q, sum)| *sum += x * r[(q, i)]);
            }),
        }
    }

    /// Calls f with the sample in the block, the feature and the value of each stored entry of sparse samples.
    fn entries(&self, mut f: impl FnMut(usize, usize, T)) {
        let Block::Sparse { offsets, rows, values } = self else { return };
        for (i, ends) in offsets.windows(2).enumerate() {
            for entry in ends[0] - offsets[0]..ends[1] - offsets[0] {
                f(i, rows[entry], values[entry]);
            }
        }
    }
}

/// The columns with the given numbers.
pub(super) fn select<T: Scalar>(x: &CscMatrix<T>, numbers: &[usize]) -> CscMatrix<T> {
    let (mut offsets, mut rows, mut values) = (vec![0], Vec::new(), Vec::new());
    for &number in numbers {
        let column = x.col(number);
        rows.extend_from_slice(column.row_indices());
        values.extend_from_slice(column.values());
        offsets.push(rows.len());
    }
    CscMatrix::try_from_csc_data(x.nrows(), numbers.len(), offsets, rows, values).expect("columns of a valid matrix")
}
