//! Cholesky's factor, and the Gram matrix that it is mostly taken of.

use crate::scalar::Scalar;
use crate::view::{multiply, view_mut};
use admm::Exec;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor;
use faer::{Accum, MatRef, Par};
use nalgebra::{Cholesky, DMatrix, Dyn};

/// Rows and columns of a Gram matrix that are made at once.
const TILE: usize = 128;

/// L with LLᵀ = A, of which the lower triangle is read; `None` where A is not positive definite to rounding.
pub(crate) fn cholesky<T: Scalar>(mut a: DMatrix<T>) -> Option<Cholesky<T, Dyn>> {
    let scratch = factor::cholesky_in_place_scratch::<T>(a.nrows(), Par::Seq, Default::default());
    let mut memory = MemBuffer::new(scratch);
    let (stack, view) = (MemStack::new(&mut memory), view_mut(&mut a));
    factor::cholesky_in_place(view, Default::default(), Par::Seq, stack, Default::default()).ok()?;
    a.iter().all(|entry| entry.is_finite()).then(|| Cholesky::pack_dirty(a))
}

/// The lower triangle of XᵀX in tiles, each made by one thread.
pub(crate) fn lower_gram<T: Scalar>(x: MatRef<'_, T>, exec: &Exec) -> DMatrix<T> {
    let n = x.ncols();
    let starts = || (0..n).step_by(TILE);
    let corners: Vec<_> = starts().flat_map(|j| starts().filter(move |&i| i >= j).map(move |i| (i, j))).collect();
    let columns = |first: usize| x.subcols(first, TILE.min(n - first));
    let tiles = exec.map(corners.len(), |at| {
        let (left, right) = (columns(corners[at].0).transpose(), columns(corners[at].1));
        let mut tile = DMatrix::zeros(left.nrows(), right.ncols());
        multiply(&mut tile, Accum::Replace, left, right);
        tile
    });
    let mut gram = DMatrix::zeros(n, n);
    for (&corner, tile) in corners.iter().zip(&tiles) {
        gram.view_mut(corner, tile.shape()).copy_from(tile);
    }
    gram
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::scattered;
    use crate::view::view;

    #[test]
    fn the_factor_of_a_gram_matrix_is_that_of_nalgebra_for_any_number_of_threads() {
        let x = scattered::<f64>(190, 150, 1);
        let naive = x.transpose() * &x;
        let gram = lower_gram(view(&x), &Exec::Serial);
        assert!((gram.lower_triangle() - naive.lower_triangle()).norm() <= 1e-13 * naive.norm());
        assert_eq!(gram, lower_gram(view(&x), &Exec::threads(3).unwrap()));
        let factor = cholesky(gram).unwrap().unpack();
        assert!((factor - naive.cholesky().unwrap().unpack()).norm() <= 1e-11 * x.norm());
    }

    #[test]
    fn what_is_not_positive_definite_has_no_factor() {
        for entry in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(cholesky(DMatrix::from_diagonal_element(1, 1, entry)).is_none());
            assert!(cholesky(DMatrix::from_diagonal(&nalgebra::dvector![1.0, entry])).is_none());
        }
        assert!(cholesky(scattered::<f64>(3, 3, 2) * 0.0).is_none());
    }
}
