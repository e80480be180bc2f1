//! Differences on a torus.

use super::check_domain;
use super::image_gradient::Border;
use crate::scalar::Scalar;
use admm::Result;
use admm::operator::Operator;
use nalgebra::DMatrix;

/// The gradient of an image x (h×w) by forward differences with circular borders: x ↦ 2×hw. ‖K‖² ≤ 8.
///
/// The result has a column for each pixel, as that of [`ImageGradient`](super::ImageGradient) has. The first row lies
/// below the last one, and the first column on the right of the last one. A signal is an image of one column, whose
/// differences to the right are 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CircularGradient {
    /// The height h of the image in pixels.
    pub height: usize,
    /// The width w of the image in pixels.
    pub width: usize,
}

impl<T: Scalar> Operator<T> for CircularGradient {
    fn range(&self, domain: (usize, usize)) -> Result<(usize, usize)> {
        check_domain((self.height, self.width), domain)?;
        Ok((2, self.height * self.width))
    }
    fn apply(&self, x: &DMatrix<T>) -> DMatrix<T> {
        Border::Circular.differences(x)
    }
    fn transposed(&self, y: &DMatrix<T>) -> DMatrix<T> {
        Border::Circular.transposed(y, (self.height, self.width))
    }
}
