//! A = U diag(σ) Vᵀ.

use super::{FALLBACK_STEPS, check, climb, negative, orthonormal, scaled, symmetric_eigen, thin_qr};
use crate::scalar::Scalar;
use crate::view::{product, transposed_product, view, view_mut};
use admm::Result;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::svd::{self, ComputeSvdVectors::Thin};
use faer::{Par, diag::DiagMut};
use nalgebra::{DMatrix, DVector, SVD};

/// A = U diag(σ) Vᵀ with A (n×k) and m = min(n, k).
#[derive(Debug, Clone, PartialEq)]
pub struct ThinSvd<T: Scalar> {
    /// U (n×m), orthonormal.
    pub left: DMatrix<T>,
    /// σ₁ ≥ … ≥ σₘ ≥ 0.
    pub values: DVector<T>,
    /// V (k×m), orthonormal; the entry of largest magnitude of each column is positive.
    pub right: DMatrix<T>,
}

/// The singular value decomposition of A (n×k), of which U and V are orthonormal whatever the rank of A.
///
/// # Errors
/// [`Error::NotFinite`](admm::Error::NotFinite) for an entry that is not finite,
/// [`Error::Numerical`](admm::Error::Numerical) for an empty matrix or one on which no method converged.
pub fn thin_svd<T: Scalar>(a: &DMatrix<T>) -> Result<ThinSvd<T>> {
    check(a, "the matrix of a singular value decomposition")?;
    let (a, scale) = scaled(a);
    let sound = |svd: &ThinSvd<T>| orthonormal(&svd.left) && orthonormal(&svd.right);
    let mut svd = climb(&a, &[by_faer, by_nalgebra, by_gram], sound, "a singular value decomposition")?;
    svd.values *= scale;
    for (mut left, mut right) in svd.left.column_iter_mut().zip(svd.right.column_iter_mut()) {
        if negative(right.as_slice()) {
            left.neg_mut();
            right.neg_mut();
        }
    }
    Ok(svd)
}

fn by_faer<T: Scalar>(a: &DMatrix<T>) -> Option<ThinSvd<T>> {
    let (rows, columns) = a.shape();
    let size = rows.min(columns);
    let (mut left, mut right) = (DMatrix::zeros(rows, size), DMatrix::zeros(columns, size));
    let mut values = DVector::zeros(size);
    let scratch = svd::svd_scratch::<T>(rows, columns, Thin, Thin, Par::Seq, Default::default());
    svd::svd(
        view(a),
        DiagMut::from_slice_mut(values.as_mut_slice()),
        Some(view_mut(&mut left)),
        Some(view_mut(&mut right)),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Default::default(),
    )
    .ok()?;
    Some(ThinSvd { left, values, right })
}

/// Decomposes by nalgebra, and checks the product. For two close singular values the factors of nalgebra 0.35 may be
/// orthonormal and yet wrong by 1e-10: then the answer is `None`.
fn by_nalgebra<T: Scalar>(a: &DMatrix<T>) -> Option<ThinSvd<T>> {
    let steps = FALLBACK_STEPS * a.ncols().max(a.nrows());
    let svd = SVD::try_new(a.clone(), true, true, T::EPSILON, steps)?;
    let svd = ThinSvd { left: svd.u?, values: svd.singular_values, right: svd.v_t?.transpose() };
    let gap = &svd.left * DMatrix::from_diagonal(&svd.values) * svd.right.transpose() - a;
    (gap.norm() <= T::of(1e4) * T::EPSILON * a.norm()).then_some(svd)
}

/// V from AᵀA = VΛVᵀ, then AV = UR with R diagonal but for rounding: singular values below √ε σ₁ have lost their
/// digits.
fn by_gram<T: Scalar>(a: &DMatrix<T>) -> Option<ThinSvd<T>> {
    if a.nrows() < a.ncols() {
        let ThinSvd { left, values, right } = by_gram(&a.transpose())?;
        return Some(ThinSvd { left: right, values, right: left });
    }
    let (_, right) = symmetric_eigen(&transposed_product(a, a)).ok()?;
    let (left, r) = thin_qr(&product(a, &right)).ok()?;
    let mut order: Vec<usize> = (0..a.ncols()).collect();
    order.sort_by(|&i, &j| r[(j, j)].to_f64().total_cmp(&r[(i, i)].to_f64()));
    let values = r.diagonal().select_rows(&order);
    Some(ThinSvd { left: left.select_columns(&order), values, right: right.select_columns(&order) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::{conditioned, defect, scattered};
    use proptest::prelude::*;

    fn assert_svd(a: &DMatrix<f64>, svd: &ThinSvd<f64>, tolerance: f64) {
        let size = a.nrows().min(a.ncols());
        assert!(defect(&svd.left) <= 1e-14 * size as f64 && defect(&svd.right) <= 1e-14 * size as f64);
        assert!(svd.values.as_slice().is_sorted_by(|a, b| a >= b) && svd.values[size - 1] >= 0.0);
        assert!(svd.right.column_iter().all(|v| !negative(v.as_slice())));
        let back = &svd.left * DMatrix::from_diagonal(&svd.values) * svd.right.transpose();
        assert!((back - a).amax() <= tolerance * a.amax());
    }

    #[test]
    fn golden() {
        let svd = thin_svd(&DMatrix::from_row_slice(2, 3, &[0.0, 0.0, -2.0, 5.0, 0.0, 0.0])).unwrap();
        assert!((svd.values - DVector::from_column_slice(&[5.0, 2.0])).norm() < 1e-14);
        assert!((svd.right - DMatrix::from_row_slice(3, 2, &[1.0, 0.0, 0.0, 0.0, 0.0, 1.0])).norm() < 1e-14);
        assert!((svd.left - DMatrix::from_row_slice(2, 2, &[0.0, -1.0, 1.0, 0.0])).norm() < 1e-14);
    }

    #[test]
    fn fault_43_every_method_alone_decomposes() {
        for (rows, columns) in [(30, 7), (7, 7), (4, 9), (1, 1), (90, 60)] {
            let a = scattered::<f64>(rows, columns, 3);
            let faer = by_faer(&a).unwrap();
            for (other, tolerance) in [(by_nalgebra(&a).unwrap(), 1e-12), (by_gram(&a).unwrap(), 1e-9)] {
                assert!((&faer.values - &other.values).norm() < tolerance);
                assert!(defect(&other.left) < 1e-12 && defect(&other.right) < 1e-12);
                let back = &other.left * DMatrix::from_diagonal(&other.values) * other.right.transpose();
                assert!((back - &a).amax() < tolerance);
            }
        }
        let deficient = by_gram(&DMatrix::<f64>::from_element(4, 3, 1.0)).unwrap();
        assert!(orthonormal(&deficient.left) && (deficient.values[0] - 12.0_f64.sqrt()).abs() < 1e-14);
    }

    #[test]
    fn fault_43_factors_that_do_not_multiply_back_are_no_answer() {
        for seed in 0..1000 {
            let mut a = scattered::<f64>(3, 3, seed).qr().q();
            a.column_mut(1).scale_mut(0.994);
            a.column_mut(2).scale_mut(0.1);
            a *= scattered::<f64>(3, 3, seed + 1).qr().q();
            let back = |svd: ThinSvd<f64>| svd.left * DMatrix::from_diagonal(&svd.values) * svd.right.transpose();
            assert!(by_nalgebra(&a).is_none_or(|svd| (back(svd) - &a).norm() <= 5e-12), "seed {seed}");
        }
    }

    #[test]
    fn rank_deficient_matrices_have_orthonormal_factors() {
        for a in [DMatrix::zeros(5, 3), DMatrix::from_element(4, 6, -3.0), DMatrix::from_element(3, 3, 5e-324)] {
            assert_svd(&a, &thin_svd(&a).unwrap(), 1e-13);
        }
    }

    proptest! {
        #[test]
        fn factors_multiply_back(rows in 1..15_usize, columns in 1..9_usize, seed: u64, exponent in 0..13,
                                 scale in prop::sample::select(vec![1e-150, 1.0, 1e150])) {
            let condition = 10_f64.powi(exponent);
            let a = conditioned(rows.max(columns), columns, condition, seed >> 1) * scale;
            assert_svd(&a, &thin_svd(&a).unwrap(), 1e-13);
            assert_svd(&a.transpose(), &thin_svd(&a.transpose()).unwrap(), 1e-13);
        }
    }
}
