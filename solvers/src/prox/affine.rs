//! Linear equations.

use super::{check, indicator, within};
use crate::linalg::{beside, thin_svd, without};
use crate::scalar::{Scalar, norm};
use crate::view::{product, transposed_product};
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// The indicator of {x (n×k) : Ax = b} with A (m×n) of any rank and b (m×k).
///
/// The nearest point is x₀ + (I − VVᵀ)v (Parikh and Boyd, "Proximal Algorithms", 2014, §6.2.1). Here x₀ = A⁺b is the
/// solution of least norm, and V is an orthonormal basis of the rows of A. Both come from one singular value
/// decomposition, which `new` makes.
///
/// # Errors
/// `prox` reports [`Error::Size`] for a v that is not n×k.
#[derive(Debug, Clone, PartialEq)]
pub struct Affine<T: Scalar> {
    /// The solution x₀ of least norm.
    pub(super) solution: DMatrix<T>,
    /// The orthonormal basis V of the rows.
    pub(super) rows: DMatrix<T>,
}

impl<T: Scalar> Affine<T> {
    /// Decomposes A (m×n), for b (m×k).
    ///
    /// # Errors
    /// [`Error::Size`] for A and b with different numbers of rows, [`Error::Numerical`] if no x solves Ax = b to
    /// rounding, and the errors of [`thin_svd`].
    pub fn new(a: &DMatrix<T>, b: &DMatrix<T>) -> Result<Self> {
        Error::check_size("b of Ax = b", (a.nrows(), b.ncols()), b.shape())?;
        let svd = thin_svd(a)?;
        let least = svd.values[0] * T::EPSILON * T::of(a.nrows().max(a.ncols()) as f64);
        let rank = svd.values.iter().take_while(|value| **value > least).count();
        let rows = svd.right.columns(0, rank).into_owned();
        let mut coordinates = transposed_product(&svd.left.columns(0, rank).into_owned(), b);
        for (mut row, value) in coordinates.row_iter_mut().zip(svd.values.iter()) {
            row /= *value;
        }
        let solution = product(&rows, &coordinates);
        let gap = product(a, &solution) - b;
        let scale = svd.values[0] * norm(solution.as_slice()) + norm(b.as_slice());
        if norm(gap.as_slice()) <= scale * T::EPSILON.sqrt() {
            Ok(Affine { solution, rows })
        } else {
            Err(Error::numerical("the equations Ax = b", "have no solution"))
        }
    }

    /// The graph of A (m×n), {(x, Ax)}: the stacks of x (n×k) over y (m×k) with y = Ax and k columns.
    ///
    /// # Errors
    /// Those of [`thin_svd`].
    pub fn graph(a: &DMatrix<T>, columns: usize) -> Result<Self> {
        let equations = beside(a.clone(), &DMatrix::from_diagonal_element(a.nrows(), a.nrows(), -T::one()));
        Affine::new(&equations, &DMatrix::zeros(a.nrows(), columns))
    }
}

impl<T: Scalar> Prox<T> for Affine<T> {
    fn value(&self, x: &DMatrix<T>) -> T {
        indicator(x, self.prox(x, T::one()))
    }
    /// The part of v in the span of the rows of A is removed twice. If v is long and x is short, the second time
    /// removes what rounding left.
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        Error::check_size("the target of Ax = b", self.solution.shape(), v.shape())?;
        Ok(&self.solution + without(&self.rows, without(&self.rows, v.clone())))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        let outside = without(&self.rows, y.clone());
        Some(Support { value: self.solution.dot(y), violation: norm(outside.as_slice()) })
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        within(by, by - without(&self.rows, by.clone()))
    }
}
