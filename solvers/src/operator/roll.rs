//! Circular moves of an image.

use crate::scalar::Scalar;
use admm::Result;
use admm::operator::Operator;
use nalgebra::DMatrix;

/// The operator that moves an image down and to the right, where what leaves it comes in again on the other side:
/// y(i, j) = x(i − a, j − b), with indices modulo the size. KᵀK = I.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roll {
    /// The rows a by which it moves down.
    pub down: usize,
    /// The columns b by which it moves to the right.
    pub right: usize,
}

impl Roll {
    /// x moved down and to the right by so many pixels, each less than the size.
    fn moved<T: Scalar>(x: &DMatrix<T>, (down, right): (usize, usize)) -> DMatrix<T> {
        let (height, width) = x.shape();
        DMatrix::from_fn(height, width, |i, j| x[((i + height - down) % height, (j + width - right) % width)])
    }

    /// The move within one turn of an image of this size.
    fn within(&self, (height, width): (usize, usize)) -> (usize, usize) {
        (self.down % height.max(1), self.right % width.max(1))
    }
}

impl<T: Scalar> Operator<T> for Roll {
    fn range(&self, domain: (usize, usize)) -> Result<(usize, usize)> {
        Ok(domain)
    }
    fn apply(&self, x: &DMatrix<T>) -> DMatrix<T> {
        Roll::moved(x, self.within(x.shape()))
    }
    fn transposed(&self, y: &DMatrix<T>) -> DMatrix<T> {
        let ((down, right), (height, width)) = (self.within(y.shape()), y.shape());
        Roll::moved(y, (height - down, width - right))
    }
}
