//! A window of an image.

use super::check_domain;
use crate::scalar::Scalar;
use admm::Result;
use admm::operator::Operator;
use nalgebra::DMatrix;

/// The operator that cuts a window out of an image: the pixels that a camera sees of a scene. ‖K‖ ≤ 1, and the transpose
/// puts zeros around an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crop {
    /// The size of the whole image.
    pub of: (usize, usize),
    /// The first row and the first column of the window.
    pub first: (usize, usize),
    /// The size of the window.
    pub size: (usize, usize),
}

impl<T: Scalar> Operator<T> for Crop {
    fn range(&self, domain: (usize, usize)) -> Result<(usize, usize)> {
        check_domain(self.of, domain)?;
        let (rows, columns) = (self.first.0.saturating_add(self.size.0), self.first.1.saturating_add(self.size.1));
        check_domain((self.of.0.max(rows), self.of.1.max(columns)), self.of)?;
        Ok(self.size)
    }
    fn apply(&self, x: &DMatrix<T>) -> DMatrix<T> {
        x.view(self.first, self.size).into_owned()
    }
    fn transposed(&self, y: &DMatrix<T>) -> DMatrix<T> {
        let mut x = DMatrix::zeros(self.of.0, self.of.1);
        x.view_mut(self.first, self.size).copy_from(y);
        x
    }
}
