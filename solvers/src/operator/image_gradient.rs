//! Differences on a grid.

use super::check_domain;
use crate::scalar::Scalar;
use admm::Result;
use admm::operator::Operator;
use nalgebra::DMatrix;

/// The gradient of an image x (h×w) by forward differences, which are 0 across the border: x ↦ 2×hw.
///
/// The result has a column for each pixel, in column-major order: the differences to the pixel below and to the pixel
/// on the right. ‖K‖² < 8 (Chambolle, "An algorithm for total variation minimization and applications", 2004).
///
/// With `Columnwise(L2)` it is the isotropic total variation of an image, with `L1` the anisotropic one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageGradient {
    /// The height h of the image in pixels.
    pub height: usize,
    /// The width w of the image in pixels.
    pub width: usize,
}

impl ImageGradient {
    /// The numbers of the pixels below and to the right of each pixel, if there are any.
    fn neighbours(&self) -> impl Iterator<Item = (usize, [Option<usize>; 2])> {
        let ImageGradient { height, width } = *self;
        (0..height * width).map(move |pixel| {
            let below = (pixel % height + 1 < height).then_some(pixel + 1);
            let right = (pixel / height + 1 < width).then_some(pixel + height);
            (pixel, [below, right])
        })
    }
}

impl<T: Scalar> Operator<T> for ImageGradient {
    fn range(&self, domain: (usize, usize)) -> Result<(usize, usize)> {
        check_domain((self.height, self.width), domain)?;
        Ok((2, self.height * self.width))
    }
    fn apply(&self, x: &DMatrix<T>) -> DMatrix<T> {
        let mut y = DMatrix::zeros(2, x.len());
        for (pixel, neighbours) in self.neighbours() {
            for (axis, neighbour) in neighbours.into_iter().enumerate() {
                y[(axis, pixel)] = neighbour.map_or(T::zero(), |neighbour| x[neighbour] - x[pixel]);
            }
        }
        y
    }
    fn transposed(&self, y: &DMatrix<T>) -> DMatrix<T> {
        let mut x = DMatrix::zeros(self.height, self.width);
        for (pixel, neighbours) in self.neighbours() {
            for (axis, neighbour) in neighbours.into_iter().enumerate() {
                let Some(neighbour) = neighbour else { continue };
                x[neighbour] += y[(axis, pixel)];
                x[pixel] -= y[(axis, pixel)];
            }
        }
        x
    }
}
