//! A = QR with Householder reflections (Golub and Van Loan, "Matrix Computations", 4th edition, §5.2).

use super::{check, climb, orthonormal};
use crate::scalar::{Scalar, binade, largest};
use crate::view::{view, view_mut};
use admm::Result;
use faer::Par;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::{householder, qr::no_pivoting::factor};
use nalgebra::DMatrix;

type Factors<T> = (DMatrix<T>, DMatrix<T>);

/// A = QR with A (n×k), Q (n×m) orthonormal, R (m×k) upper triangular with a diagonal ≥ 0, and m = min(n, k).
///
/// Q is orthonormal whatever the rank, the condition or the exponents of A: columns that A leaves open are completed,
/// always in the same way. R overflows only where the norm of a column of A does.
///
/// # Errors
/// [`Error::NotFinite`](admm::Error::NotFinite) for an entry that is not finite,
/// [`Error::Numerical`](admm::Error::Numerical) for an empty matrix.
pub fn thin_qr<T: Scalar>(a: &DMatrix<T>) -> Result<Factors<T>> {
    check(a, "the matrix of a QR factorisation")?;
    let scales: Vec<T> = a.column_iter().map(|column| binade(largest(column.as_slice()))).collect();
    let mut equilibrated = a.clone();
    equilibrated.column_iter_mut().zip(&scales).for_each(|(mut column, &scale)| column /= scale);
    let sound = |(q, _): &Factors<T>| orthonormal(q);
    let (mut q, mut r) = climb(&equilibrated, &[by_faer, by_nalgebra], sound, "a QR factorisation")?;
    r.column_iter_mut().zip(&scales).for_each(|(mut column, &scale)| column *= scale);
    fix_signs(&mut q, &mut r);
    Ok((q, r))
}

/// Flips columns of Q and rows of R such that the diagonal of R is ≥ 0.
fn fix_signs<T: Scalar>(q: &mut DMatrix<T>, r: &mut DMatrix<T>) {
    for i in 0..r.nrows() {
        if r[(i, i)] < T::zero() {
            q.column_mut(i).neg_mut();
            r.row_mut(i).neg_mut();
        }
    }
}

fn by_faer<T: Scalar>(a: &DMatrix<T>) -> Option<Factors<T>> {
    let (rows, columns) = a.shape();
    let size = rows.min(columns);
    let block = factor::recommended_block_size::<T>(rows, columns);
    let (mut factors, mut coefficients) = (a.clone(), DMatrix::zeros(block, size));
    let scratch = factor::qr_in_place_scratch::<T>(rows, columns, block, Par::Seq, Default::default());
    let mut memory = MemBuffer::new(scratch);
    let stack = MemStack::new(&mut memory);
    factor::qr_in_place(view_mut(&mut factors), view_mut(&mut coefficients), Par::Seq, stack, Default::default());
    let mut q = DMatrix::identity(rows, size);
    let scratch = householder::apply_block_householder_sequence_on_the_left_in_place_scratch::<T>(rows, block, size);
    householder::apply_block_householder_sequence_on_the_left_in_place_with_conj(
        view(&factors).get(.., ..size),
        view(&coefficients),
        faer::Conj::No,
        view_mut(&mut q),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
    );
    Some((q, factors.rows(0, size).upper_triangle()))
}

fn by_nalgebra<T: Scalar>(a: &DMatrix<T>) -> Option<Factors<T>> {
    Some(a.clone().qr().unpack())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::{conditioned, defect, scattered};
    use proptest::prelude::*;

    /// Q R = A, Q orthonormal, R triangular with a diagonal ≥ 0.
    fn assert_qr(a: &DMatrix<f64>, q: &DMatrix<f64>, r: &DMatrix<f64>) {
        assert!(defect(q) <= 1e-14 * q.ncols() as f64, "defect {}", defect(q));
        assert_eq!(*r, r.upper_triangle());
        assert!((0..r.nrows()).all(|i| r[(i, i)] >= 0.0));
        for (column, back) in a.column_iter().zip((q * r).column_iter()) {
            assert!(largest((back - column).as_slice()) <= 1e-13 * largest(column.as_slice()));
        }
    }

    #[test]
    fn golden() {
        let a = DMatrix::from_row_slice(2, 2, &[0.0, 2.0, -3.0, 1.0]);
        let (q, r) = thin_qr(&a).unwrap();
        assert!((q - DMatrix::from_row_slice(2, 2, &[0.0, 1.0, -1.0, 0.0])).norm() < 1e-15);
        assert!((r - DMatrix::from_row_slice(2, 2, &[3.0, -1.0, 0.0, 2.0])).norm() < 1e-15);
    }

    #[test]
    fn both_rungs_of_the_ladder_agree() {
        for (rows, columns) in [(30, 7), (7, 7), (4, 9), (1, 1), (200, 90)] {
            let a = scattered::<f64>(rows, columns, 3);
            let [mut faer, mut nalgebra] = [by_faer(&a), by_nalgebra(&a)].map(Option::unwrap);
            fix_signs(&mut faer.0, &mut faer.1);
            fix_signs(&mut nalgebra.0, &mut nalgebra.1);
            assert!((faer.0 - nalgebra.0).norm() < 1e-12 && (faer.1 - nalgebra.1).norm() < 1e-12);
        }
    }

    #[test]
    fn rank_deficient_columns_are_completed() {
        let thin = scattered::<f64>(9, 1, 5);
        for a in [
            DMatrix::zeros(6, 3),
            DMatrix::from_element(6, 3, 2.0),
            DMatrix::from_columns(&[thin.column(0), thin.column(0), scattered::<f64>(9, 1, 6).column(0)]),
            DMatrix::from_fn(5, 3, |i, j| if i == 0 { 1.0 } else { 1e-300 * (i * j) as f64 }),
        ] {
            let (q, r) = thin_qr(&a).unwrap();
            assert_qr(&a, &q, &r);
            assert_eq!((q, r), thin_qr(&a).unwrap());
        }
    }

    #[test]
    fn columns_of_every_size_stand_side_by_side() {
        let mut a = scattered::<f64>(8, 5, 7);
        for (mut column, scale) in a.column_iter_mut().zip([1.0, 1e-170, 1e150, 1e-310, 1e-20]) {
            column *= scale;
        }
        let (q, r) = thin_qr(&a).unwrap();
        assert!(defect(&q) < 1e-14);
        assert!(
            (&q * r.columns(0, 3) - a.columns(0, 3))
                .column_iter()
                .zip(a.column_iter())
                .all(|(e, c)| e.amax() <= 1e-14 * c.amax())
        );
    }

    proptest! {
        #[test]
        fn factors_multiply_back(rows in 1..20_usize, columns in 1..9_usize, seed: u64,
                                 exponent in prop::sample::select(vec![0, 12]),
                                 scale in prop::sample::select(vec![1e-150, 1.0, 1e150])) {
            let condition = 10_f64.powi(exponent);
            let a = if rows >= columns { conditioned(rows, columns, condition, seed >> 1) }
                    else { scattered(rows, columns, seed) } * scale;
            let (q, r) = thin_qr(&a).unwrap();
            assert_qr(&a, &q, &r);
        }

        #[test]
        fn single_precision_too(rows in 1..20_usize, seed: u64) {
            let a = scattered::<f32>(rows, rows.div_ceil(2), seed);
            let (q, r) = thin_qr(&a).unwrap();
            prop_assert!(defect(&q) <= 1e-5);
            prop_assert!((q * r - a).norm() <= 1e-5);
        }
    }
}
