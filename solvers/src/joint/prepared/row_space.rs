//! Data with more features than samples, in the space that the samples span.

use crate::linalg::{lower_gram, thin_qr};
use crate::scalar::Scalar;
use crate::view::{product, transposed_product, view, view_mut};
use admm::{Error, Exec, Result};
use faer::Par;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt_pivoting::factor;
use nalgebra::DMatrix;

/// X = QY for X (d×n), d > n, and an orthonormal Q (d×r): W = QW̃ for W̃ in r dimensions.
#[derive(Debug, Clone)]
pub(crate) struct RowSpace<T: Scalar> {
    /// X, or Q itself.
    columns: DMatrix<T>,
    /// The pivots that make Q of X. Q itself is then never formed.
    pivots: Option<Pivots<T>>,
}

/// Columns of X that span the others, and R (r×r) with Q = those columns·R⁻¹.
#[derive(Debug, Clone)]
struct Pivots<T: Scalar> {
    order: Vec<usize>,
    triangle: DMatrix<T>,
}

impl<T: Scalar> RowSpace<T> {
    /// Q and Y (r×n). From the Gram matrix XᵀX = P(RS)ᵀ(RS)Pᵀ with R (r×r) upper triangular, by Cholesky's
    /// factorisation with pivots (Higham, "Accuracy and Stability of Numerical Algorithms", 2nd edition, §10.3): Y = [R
    /// S]Pᵀ, and the r pivots are the columns. Where those are too close to dependence for that, or fewer than `least`,
    /// by Householder's QR.
    pub fn of(x: DMatrix<T>, least: usize, exec: &Exec) -> Result<(Self, DMatrix<T>)> {
        match by_gram(&x, exec).filter(|(_, y)| y.nrows() >= least) {
            Some((pivots, y)) => Ok((RowSpace { columns: x, pivots: Some(pivots) }, y)),
            None => {
                let (columns, y) = thin_qr(&x)?;
                Ok((RowSpace { columns, pivots: None }, y))
            }
        }
    }

    /// Returns QW̃, the matrix in the space of the features.
    pub fn lift(&self, w: &DMatrix<T>) -> Result<DMatrix<T>> {
        let Some(Pivots { order, triangle }) = &self.pivots else { return Ok(product(&self.columns, w)) };
        let solved = triangle.solve_upper_triangular(w).ok_or_else(dependent)?;
        let mut spread = DMatrix::zeros(self.columns.ncols(), w.ncols());
        order.iter().zip(solved.row_iter()).for_each(|(&sample, row)| spread.set_row(sample, &row));
        Ok(product(&self.columns, &spread))
    }

    /// Returns QᵀW, the matrix in the row space.
    pub fn lower(&self, w: &DMatrix<T>) -> Result<DMatrix<T>> {
        let inner = transposed_product(&self.columns, w);
        let Some(Pivots { order, triangle }) = &self.pivots else { return Ok(inner) };
        triangle.tr_solve_upper_triangular(&inner.select_rows(order)).ok_or_else(dependent)
    }
}

fn dependent() -> Error {
    Error::numerical("the samples", "are linearly dependent")
}

/// `None` where rounding in the Gram matrix would show in Q: QᵀQ − I is of the order of ε over the square of the ratio
/// of the smallest to the largest entry of R's diagonal.
fn by_gram<T: Scalar>(x: &DMatrix<T>, exec: &Exec) -> Option<(Pivots<T>, DMatrix<T>)> {
    let n = x.ncols();
    let mut factors = lower_gram(view(x), exec);
    let (mut order, mut inverse) = (vec![0_usize; n], vec![0_usize; n]);
    let scratch = factor::cholesky_in_place_scratch::<usize, T>(n, Par::Seq, Default::default());
    let mut memory = MemBuffer::new(scratch);
    let stack = MemStack::new(&mut memory);
    let (mut view, par) = (view_mut(&mut factors), Par::Seq);
    let done = factor::cholesky_in_place(view.as_mut(), &mut order, &mut inverse, par, stack, Default::default());
    let rank = done.ok()?.0.rank;
    let rounding = T::of(n as f64) * T::EPSILON;
    let rank = (0..rank).take_while(|&i| factors[(i, i)] > rounding.sqrt() * factors[(0, 0)]).count();
    let smallest = factors[(rank.checked_sub(1)?, rank - 1)] / factors[(0, 0)];
    let sound = smallest * smallest > T::EPSILON.cbrt();
    if !sound {
        return None;
    }
    let upper = factors.columns(0, rank).lower_triangle().transpose();
    let y = upper.select_columns(&inverse);
    let triangle = upper.columns(0, rank).into_owned();
    order.truncate(rank);
    Some((Pivots { order, triangle }, y))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::{defect, scattered};

    fn assert_row_space(x: &DMatrix<f64>, by_triangle: bool) {
        for exec in [Exec::Serial, Exec::threads(3).unwrap()] {
            let (space, y) = RowSpace::of(x.clone(), 1, &exec).unwrap();
            assert_eq!(space.pivots.is_some(), by_triangle);
            let q = space.lift(&DMatrix::identity(y.nrows(), y.nrows())).unwrap();
            assert!(defect(&q) <= 1e-11 * q.ncols() as f64, "{}", defect(&q));
            assert!((&q * &y - x).norm() <= 1e-12 * x.norm());
            assert!((space.lower(x).unwrap() - &y).norm() <= 1e-11 * x.norm());
            assert_eq!(RowSpace::of(x.clone(), 1, &Exec::Serial).unwrap().1, y, "the same bits");
        }
    }

    #[test]
    fn the_samples_are_products_of_both_factors() {
        let x = scattered::<f64>(300, 130, 1);
        assert_row_space(&x, true);
        let mean = x.column_mean();
        let centred = DMatrix::from_fn(300, 130, |i, j| x[(i, j)] - mean[i]);
        assert_row_space(&centred, true);
        assert_eq!(RowSpace::of(centred.clone(), 129, &Exec::Serial).unwrap().1.nrows(), 129);
        assert_eq!(RowSpace::of(centred, 130, &Exec::Serial).unwrap().1.nrows(), 130, "as many as components");
        assert_row_space(&DMatrix::from_fn(300, 130, |i, j| x[(i, j % 40)]), true);
    }

    #[test]
    fn nearly_dependent_samples_take_the_other_way() {
        let mut x = scattered::<f64>(50, 10, 2);
        let twin = x.column(0) + scattered::<f64>(50, 1, 3).column(0) * 1e-6;
        x.set_column(9, &twin);
        assert_row_space(&x, false);
        assert_row_space(&DMatrix::zeros(5, 3), false);
    }
}
