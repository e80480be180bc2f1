//! The orthonormal matrix nearest to a given one.

use super::{check, check_tall, climb, defect, eigen::symmetric_eigen, scaled, svd::thin_svd};
use crate::scalar::Scalar;
use crate::view::{product, product_transposed, transposed_product};
use admm::Result;
use nalgebra::DMatrix;

/// argmin ‖W − A‖ over WᵀW = I, for A (n×k) with n ≥ k: the factor W = UVᵀ of A = UΣVᵀ, W (n×k).
///
/// This is the orthonormal factor of the polar decomposition A = WH (Higham, "Functions of Matrices", 2008, theorem
/// 8.4). Where A lacks rank the nearest matrix is not unique, and one of them is returned, always the same.
///
/// A well conditioned A takes the fast way through the Gram matrix, W = A(AᵀA)^{−½}. The error ‖WᵀW − I‖ is measured.
/// If it is too large for rounding, W comes from the singular value decomposition instead.
///
/// # Errors
/// [`Error::NotFinite`](admm::Error::NotFinite) for an entry that is not finite, [`Error::Size`](admm::Error::Size) for
/// n < k, [`Error::Numerical`](admm::Error::Numerical) for an empty matrix or one on which no method converged.
pub fn polar<T: Scalar>(a: &DMatrix<T>) -> Result<DMatrix<T>> {
    let name = "the matrix of a polar factor";
    check(a, name)?;
    check_tall(a, name)?;
    let (a, _) = scaled(a);
    let allowed = T::of(450.0 * a.ncols() as f64) * T::EPSILON;
    climb(&a, &[by_gram, by_svd], |w| defect(w) <= allowed, "a polar factor").map(polished)
}

/// A(AᵀA)^{−½}, unless AᵀA squared the condition of A out of reach.
fn by_gram<T: Scalar>(a: &DMatrix<T>) -> Option<DMatrix<T>> {
    let (values, vectors) = symmetric_eigen(&transposed_product(a, a)).ok()?;
    if values[values.len() - 1] <= values[0] * T::EPSILON {
        return None;
    }
    let mut halves = vectors.clone();
    halves.column_iter_mut().zip(values.iter()).for_each(|(mut column, value)| column /= value.sqrt());
    Some(product(a, &product_transposed(&halves, &vectors)))
}

/// Returns UVᵀ of the singular value decomposition A = USVᵀ.
fn by_svd<T: Scalar>(a: &DMatrix<T>) -> Option<DMatrix<T>> {
    let svd = thin_svd(a).ok()?;
    Some(product_transposed(&svd.left, &svd.right))
}

/// One Newton–Schulz step W(3I − WᵀW)/2, which squares the defect (Higham 2008, equation 8.20).
fn polished<T: Scalar>(w: DMatrix<T>) -> DMatrix<T> {
    let mut correction = transposed_product(&w, &w) * T::of(-0.5);
    (0..w.ncols()).for_each(|i| correction[(i, i)] += T::of(0.5));
    &w + product(&w, &correction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::{conditioned, scattered};
    use proptest::prelude::*;

    fn orthonormal_to_rounding(w: &DMatrix<f64>) -> bool {
        defect(w) <= 1e-14 * w.ncols() as f64
    }

    #[test]
    fn golden() {
        let a = DMatrix::from_row_slice(3, 2, &[3.0, 0.0, 0.0, -2.0, 0.0, 0.0]);
        let expected = DMatrix::from_row_slice(3, 2, &[1.0, 0.0, 0.0, -1.0, 0.0, 0.0]);
        assert!((polar(&a).unwrap() - expected).norm() < 1e-15);
        let rotation = DMatrix::from_row_slice(2, 2, &[0.6, -0.8, 0.8, 0.6]);
        let stretch = DMatrix::from_row_slice(2, 2, &[2.0, 0.5, 0.5, 1.0]);
        assert!((polar(&(&rotation * stretch)).unwrap() - rotation).norm() < 1e-15);
    }

    #[test]
    fn the_fast_way_and_the_svd_agree_where_both_apply() {
        let allowed = |a: &DMatrix<f64>| 450.0 * a.ncols() as f64 * f64::EPSILON;
        for condition in [1.0, 1e1] {
            let a = conditioned(60, 8, condition, 4);
            let fast = by_gram(&a).unwrap();
            assert!(defect(&fast) <= allowed(&a));
            assert!((polished(fast) - polished(by_svd(&a).unwrap())).norm() < 1e-12);
        }
        for condition in [1e4, 1e8, 1e12] {
            let a = conditioned(60, 8, condition, 4);
            assert!(by_gram(&a).is_none_or(|w| defect(&w) > allowed(&a)), "the measure shows what the condition costs");
        }
    }

    #[test]
    fn rank_deficient_matrices_are_completed() {
        let column = scattered::<f64>(9, 1, 5);
        for a in [DMatrix::zeros(6, 3), DMatrix::from_element(3, 3, 1.0), &column * scattered::<f64>(1, 4, 6)] {
            let w = polar(&a).unwrap();
            assert!(orthonormal_to_rounding(&w));
            assert_eq!(w, polar(&a).unwrap());
            let nuclear = a.clone().svd(false, false).singular_values.sum();
            assert!((w.dot(&a) - nuclear).abs() < 1e-13 * (1.0 + nuclear));
        }
    }

    #[test]
    fn subnormal_entries_lose_nothing() {
        let a = DMatrix::from_row_slice(2, 2, &[5e-324, 0.0, 0.0, -5e-324]);
        assert_eq!(polar(&a).unwrap(), DMatrix::from_row_slice(2, 2, &[1.0, 0.0, 0.0, -1.0]));
    }

    proptest! {
        /// The polar factor maximises ⟨W, A⟩ over orthonormal W, where it is Σσᵢ, and WᵀA is then symmetric ⪰ 0.
        #[test]
        fn nearest_orthonormal_matrix(rows in 1..20_usize, columns in 1..6_usize, seed: u64, exponent in 0..13,
                                      scale in prop::sample::select(vec![1e-150, 1.0, 1e150])) {
            let rows = rows.max(columns);
            let a = conditioned(rows, columns, 10_f64.powi(exponent), seed >> 1) * scale;
            let w = polar(&a).unwrap();
            prop_assert!(orthonormal_to_rounding(&w));
            let stretch = w.transpose() * &a / scale;
            prop_assert!((&stretch - stretch.transpose()).norm() <= 1e-13);
            prop_assert!(stretch.symmetric_eigenvalues().min() >= -1e-13);
            let nearest = w.dot(&(&a / scale));
            for sample in 0..20 {
                let other = scattered::<f64>(rows, columns, seed ^ sample).qr().q();
                prop_assert!(other.dot(&(&a / scale)) <= nearest + 1e-13);
            }
        }

        #[test]
        fn single_precision_too(rows in 3..20_usize, seed: u64, scale in prop::sample::select(vec![1e-30_f32, 1.0, 1e30])) {
            let w = polar(&(scattered::<f32>(rows, 3, seed) * scale)).unwrap();
            prop_assert!(defect(&w) <= 5e-6);
        }
    }
}
