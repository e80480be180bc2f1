//! Differences along a line.

use super::check_domain;
use crate::scalar::Scalar;
use admm::Result;
use admm::operator::Operator;
use nalgebra::DMatrix;

/// The operator that takes the differences xᵢ₊₁ − xᵢ of neighbouring rows: x (n×k) ↦ (n−1)×k. ‖K‖² < 4.
///
/// With the 1-norm it is the total variation of a signal (Rudin, Osher and Fatemi, "Nonlinear total variation based
/// noise removal algorithms", 1992), or the fused lasso.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Differences;

impl<T: Scalar> Operator<T> for Differences {
    fn range(&self, (rows, columns): (usize, usize)) -> Result<(usize, usize)> {
        check_domain((rows.max(1), columns), (rows, columns))?;
        Ok((rows - 1, columns))
    }
    fn apply(&self, x: &DMatrix<T>) -> DMatrix<T> {
        x.rows(1, x.nrows() - 1) - x.rows(0, x.nrows() - 1)
    }
    fn transposed(&self, y: &DMatrix<T>) -> DMatrix<T> {
        let mut x = DMatrix::zeros(y.nrows() + 1, y.ncols());
        x.rows_mut(0, y.nrows()).copy_from(&-y);
        let mut upper = x.rows_mut(1, y.nrows());
        upper += y;
        x
    }
}
