//! Convolution with zero borders.

use crate::scalar::Scalar;
use admm::Result;
use admm::operator::Operator;
use nalgebra::DMatrix;

/// The convolution x ↦ k ∗ x of images (h×w) with zeros around the border, of the same size as x.
///
/// The entry (i, j) of k ∗ x is Σ k(a, b) x(i + c − a, j + d − b), where x is 0 outside of the image. Here (c, d) is the
/// centre of the kernel k, whose size m×n gives c = ⌊m/2⌋ and d = ⌊n/2⌋. A product takes hwmn multiplications, for kernels
/// that are small. A signal is an image of one column. ‖K‖ ≤ Σ |k(a, b)|.
#[derive(Debug, Clone, PartialEq)]
pub struct Convolution<T: Scalar>(
    /// The kernel k of the convolution.
    pub DMatrix<T>,
);

impl<T: Scalar> Convolution<T> {
    /// Σ k(a, b) times x moved by (a − c, b − d), or by the opposite.
    fn moved(&self, x: &DMatrix<T>, forth: bool) -> DMatrix<T> {
        let ((h, w), (m, n)) = (x.shape(), self.0.shape());
        let mut y = DMatrix::zeros(h, w);
        for (a, b) in (0..m).flat_map(|a| (0..n).map(move |b| (a, b))) {
            let ((to_i, from_i), (to_j, from_j)) = (overlap(a, m / 2, forth), overlap(b, n / 2, forth));
            let (rows, columns) = (h.saturating_sub(to_i + from_i), w.saturating_sub(to_j + from_j));
            if rows > 0 && columns > 0 {
                let mut part = y.view_mut((to_i, to_j), (rows, columns));
                part += x.view((from_i, from_j), (rows, columns)) * self.0[(a, b)];
            }
        }
        y
    }
}

/// The first index of a line that a move by a − c fills, and the first that it reads.
fn overlap(a: usize, centre: usize, forth: bool) -> (usize, usize) {
    let moves = (a.saturating_sub(centre), centre.saturating_sub(a));
    if forth { moves } else { (moves.1, moves.0) }
}

impl<T: Scalar> Operator<T> for Convolution<T> {
    fn range(&self, domain: (usize, usize)) -> Result<(usize, usize)> {
        Ok(domain)
    }
    fn apply(&self, x: &DMatrix<T>) -> DMatrix<T> {
        self.moved(x, true)
    }
    fn transposed(&self, y: &DMatrix<T>) -> DMatrix<T> {
        self.moved(y, false)
    }
}
