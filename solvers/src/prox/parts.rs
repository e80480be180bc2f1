//! Functions of parts of a matrix, side by side.

use super::check;
use crate::scalar::{Scalar, norm};
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;
use std::ops::Range;

/// A part of a matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slice {
    /// A range of rows.
    Rows(Range<usize>),
    /// A range of columns.
    Columns(Range<usize>),
    /// Entries by their numbers, counted column by column: one column, in the order given.
    Entries(Vec<usize>),
}

impl Slice {
    /// Returns true if a matrix of this size has the whole part, and the part has an entry.
    pub(super) fn fits(&self, (rows, columns): (usize, usize)) -> bool {
        match self {
            Slice::Rows(range) => range.start < range.end && range.end <= rows,
            Slice::Columns(range) => range.start < range.end && range.end <= columns,
            Slice::Entries(entries) => !entries.is_empty() && entries.iter().all(|&entry| entry < rows * columns),
        }
    }

    /// Takes the part of x.
    pub(super) fn of<N: Clone + PartialEq + std::fmt::Debug + 'static>(&self, x: &DMatrix<N>) -> DMatrix<N> {
        match self {
            Slice::Rows(range) => x.rows_range(range.clone()).into_owned(),
            Slice::Columns(range) => x.columns_range(range.clone()).into_owned(),
            Slice::Entries(entries) => DMatrix::from_fn(entries.len(), 1, |i, _| x[entries[i]].clone()),
        }
    }

    /// Puts the part in its place in x.
    fn put<T: Scalar>(&self, x: &mut DMatrix<T>, part: &DMatrix<T>) {
        match self {
            Slice::Rows(range) => x.rows_range_mut(range.clone()).copy_from(part),
            Slice::Columns(range) => x.columns_range_mut(range.clone()).copy_from(part),
            Slice::Entries(entries) => entries.iter().zip(part.iter()).for_each(|(&entry, &part)| x[entry] = part),
        }
    }
}

/// A part and its function.
pub(super) type Part<'a, T> = (Slice, &'a dyn Prox<T>);

/// Σ fᵢ(Xᵢ) over parts that x has.
pub(super) fn value<'a, T: Scalar>(parts: impl Iterator<Item = Part<'a, T>>, x: &DMatrix<T>) -> T {
    parts.map(|(slice, part)| part.value(&slice.of(x))).sum()
}

/// The operator of each function, on its part of v (Parikh and Boyd, "Proximal Algorithms", 2014, §2.1). What is in no
/// part stays.
pub(super) fn prox<'a, T: Scalar>(
    parts: impl Iterator<Item = Part<'a, T>>,
    v: &DMatrix<T>,
    rho: T,
) -> Result<DMatrix<T>> {
    check(v, rho)?;
    let mut x = v.clone();
    for (index, (slice, part)) in parts.enumerate() {
        let of = slice.of(v);
        let part = part.prox(&of, rho).map_err(|error| Error::Member { index, source: Box::new(error) })?;
        Error::check_size("result of prox", of.shape(), part.shape())?;
        slice.put(&mut x, &part);
    }
    Ok(x)
}

/// The support function of the product of the domains.
pub(super) fn support<'a, T: Scalar>(
    mut parts: impl Iterator<Item = Part<'a, T>>,
    y: &DMatrix<T>,
) -> Option<Support<T>> {
    let none = Support { value: T::zero(), violation: T::zero() };
    parts.try_fold(none, |sum, (slice, part)| Some(sum.beside(part.support(&slice.of(y))?)))
}

/// The recession function, for a move of which all entries are in parts.
pub(super) fn recession<'a, T: Scalar>(
    mut parts: impl Iterator<Item = Part<'a, T>>,
    by: &DMatrix<T>,
) -> Option<Recession<T>> {
    let none = Recession::nowhere(T::zero());
    let sum = parts.try_fold(none, |sum, (slice, part)| Some(sum.beside(part.recession(&slice.of(by))?)))?;
    Some(Recession { length: norm(by.as_slice()), ..sum })
}
