//! Products with given numbers, entry by entry.

use super::check_domain;
use crate::scalar::Scalar;
use admm::Result;
use admm::operator::Operator;
use nalgebra::DMatrix;

/// The operator x ↦ m∘x, entry by entry. With a mask m of zeros and ones it shows the entries that are known, as in
/// inpainting. ‖K‖ is the largest |mᵢⱼ|.
#[derive(Debug, Clone, PartialEq)]
pub struct Mask<T: Scalar>(
    /// The mask m of the entries.
    pub DMatrix<T>,
);

impl<T: Scalar> Operator<T> for Mask<T> {
    fn range(&self, domain: (usize, usize)) -> Result<(usize, usize)> {
        check_domain(self.0.shape(), domain)?;
        Ok(domain)
    }
    fn apply(&self, x: &DMatrix<T>) -> DMatrix<T> {
        x.component_mul(&self.0)
    }
    fn transposed(&self, y: &DMatrix<T>) -> DMatrix<T> {
        y.component_mul(&self.0)
    }
}
