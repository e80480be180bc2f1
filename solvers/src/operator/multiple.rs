//! Multiples of the identity.

use crate::scalar::Scalar;
use admm::Result;
use admm::operator::Operator;
use nalgebra::DMatrix;

/// The operator x ↦ αx, with ‖K‖² = α².
///
/// A [`Linearized`](admm::operator::Linearized) block with this bound is exact in one step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Multiple<T>(
    /// The factor α of the identity.
    pub T,
);

impl<T: Scalar> Operator<T> for Multiple<T> {
    fn range(&self, domain: (usize, usize)) -> Result<(usize, usize)> {
        Ok(domain)
    }
    fn apply(&self, x: &DMatrix<T>) -> DMatrix<T> {
        x * self.0
    }
    fn transposed(&self, y: &DMatrix<T>) -> DMatrix<T> {
        y * self.0
    }
}
