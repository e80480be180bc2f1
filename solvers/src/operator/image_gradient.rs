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

impl<T: Scalar> Operator<T> for ImageGradient {
    fn range(&self, domain: (usize, usize)) -> Result<(usize, usize)> {
        check_domain((self.height, self.width), domain)?;
        Ok((2, self.height * self.width))
    }
    fn apply(&self, x: &DMatrix<T>) -> DMatrix<T> {
        Border::Cut.differences(x)
    }
    fn transposed(&self, y: &DMatrix<T>) -> DMatrix<T> {
        Border::Cut.transposed(y, (self.height, self.width))
    }
}

/// The pixel that lies beyond the last one of a line.
#[derive(Clone, Copy)]
pub(super) enum Border {
    /// Nothing: the difference is 0.
    Cut,
    /// The first pixel.
    Circular,
}

impl Border {
    /// The pixel after the i-th one of n, if there is one beside it.
    fn next(self, i: usize, n: usize) -> Option<usize> {
        match self {
            _ if i + 1 < n => Some(i + 1),
            Border::Circular if n > 1 => Some(0),
            _ => None,
        }
    }

    fn previous(self, i: usize, n: usize) -> Option<usize> {
        match self {
            _ if i > 0 => Some(i - 1),
            Border::Circular if n > 1 => Some(n - 1),
            _ => None,
        }
    }

    /// The differences to the next pixel below and on the right, a column for each pixel.
    pub(super) fn differences<T: Scalar>(self, x: &DMatrix<T>) -> DMatrix<T> {
        let (height, width) = x.shape();
        let mut y = DMatrix::zeros(2, x.len());
        let mut differences = y.as_mut_slice().chunks_exact_mut(2);
        for (j, here) in x.as_slice().chunks_exact(height.max(1)).enumerate() {
            let right = &x.as_slice()[self.next(j, width).unwrap_or(j) * height..][..height];
            for (i, difference) in differences.by_ref().take(height).enumerate() {
                difference[0] = here[self.next(i, height).unwrap_or(i)] - here[i];
                difference[1] = right[i] - here[i];
            }
        }
        y
    }

    /// The transpose of [`differences`](Self::differences).
    pub(super) fn transposed<T: Scalar>(self, y: &DMatrix<T>, (height, width): (usize, usize)) -> DMatrix<T> {
        let mut x = DMatrix::zeros(height, width);
        let column = |j: usize| &y.as_slice()[2 * j * height..][..2 * height];
        for (j, x) in x.as_mut_slice().chunks_exact_mut(height.max(1)).enumerate() {
            let (here, left, has_right) =
                (column(j), self.previous(j, width).map(column), self.next(j, width).is_some());
            for (i, x) in x.iter_mut().enumerate() {
                let entry = |pixel: Option<usize>| pixel.map_or(T::zero(), |pixel| here[2 * pixel]);
                let from_left = left.map_or(T::zero(), |left| left[2 * i + 1]);
                let to_right = if has_right { here[2 * i + 1] } else { T::zero() };
                let below = self.next(i, height).map(|_| i);
                *x = entry(self.previous(i, height)) - entry(below) + from_left - to_right;
            }
        }
        x
    }
}
