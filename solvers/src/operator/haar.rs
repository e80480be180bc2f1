//! The wavelet transform of Haar.

use super::check_domain;
use crate::scalar::Scalar;
use admm::Result;
use admm::operator::Operator;
use nalgebra::DMatrix;
use std::f64::consts::FRAC_1_SQRT_2;

/// One level of the orthonormal Haar transform of an image whose sides are even: KᵀK = I.
///
/// Along both axes, neighbours a and b become (a + b)/√2 in the first half and (a − b)/√2 in the second (Haar, "Zur
/// Theorie der orthogonalen Funktionensysteme", 1910). So the image of half the size lies above and on the left. A signal
/// is an image of one column, which is transformed along its length alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Haar;

/// The sums and differences of the pairs of rows.
fn forth<T: Scalar>(x: &DMatrix<T>) -> DMatrix<T> {
    let (half, root) = (x.nrows() / 2, T::of(FRAC_1_SQRT_2));
    if x.nrows() == 1 {
        return x.clone();
    }
    DMatrix::from_fn(x.nrows(), x.ncols(), |i, j| {
        let (a, b) = (x[(2 * (i % half), j)], x[(2 * (i % half) + 1, j)]);
        if i < half { (a + b) * root } else { (a - b) * root }
    })
}

/// The rows of these sums and differences.
fn back<T: Scalar>(y: &DMatrix<T>) -> DMatrix<T> {
    let (half, root) = (y.nrows() / 2, T::of(FRAC_1_SQRT_2));
    if y.nrows() == 1 {
        return y.clone();
    }
    DMatrix::from_fn(y.nrows(), y.ncols(), |i, j| {
        let (sum, difference) = (y[(i / 2, j)], y[(i / 2 + half, j)]);
        if i.is_multiple_of(2) { (sum + difference) * root } else { (sum - difference) * root }
    })
}

impl<T: Scalar> Operator<T> for Haar {
    fn range(&self, (rows, columns): (usize, usize)) -> Result<(usize, usize)> {
        // A line of one pixel stays as it is.
        let whole = |length: usize| if length == 1 { 1 } else { length.next_multiple_of(2) };
        check_domain((whole(rows), whole(columns)), (rows, columns))?;
        Ok((rows, columns))
    }
    fn apply(&self, x: &DMatrix<T>) -> DMatrix<T> {
        forth(&forth(x).transpose()).transpose()
    }
    fn transposed(&self, y: &DMatrix<T>) -> DMatrix<T> {
        back(&back(y).transpose()).transpose()
    }
}
