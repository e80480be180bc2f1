//! Columns of length one.

use super::check_alike;
use crate::linalg::check;
use crate::scalar::{Scalar, norm, set_length, worst};
use admm::{ConstraintSet, Geometry, Result};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// The oblique manifold {X (d×k) : ‖xⱼ‖ = 1}, a product of spheres.
///
/// - **Projection:** xⱼ/‖xⱼ‖. A column of zeros, to which every unit vector is nearest, becomes (1, 0, …, 0).
/// - **Tangent projection:** gⱼ − xⱼ(xⱼᵀgⱼ).
/// - **Retraction:** the projection of X + ξ (Absil and Gallivan, "Joint diagonalization on the oblique manifold for
///   independent component analysis", 2006), exact to second order.
/// - **Residual:** maxⱼ |‖xⱼ‖ − 1|.
///
/// # Errors
/// `retract` and `project` report [`Error::NotFinite`](admm::Error::NotFinite) for an entry that is not finite and
/// [`Error::Numerical`](admm::Error::Numerical) for an empty matrix.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitColumns;

impl<T: Scalar> ConstraintSet<T> for UnitColumns {
    fn geometry(&self) -> Geometry {
        Geometry::Manifold
    }
    fn tangent(&self, x: &DMatrix<T>, g: &DMatrix<T>) -> Result<DMatrix<T>> {
        check_alike(x, g)?;
        let mut tangent = g.clone();
        for (mut column, x) in tangent.column_iter_mut().zip(x.column_iter()) {
            let inner = x.dot(&column);
            column.axpy(-inner, &x, T::one());
        }
        Ok(tangent)
    }
    fn project(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        check(x, "the matrix to normalise")?;
        let mut unit = x.clone();
        for mut column in unit.column_iter_mut() {
            if !set_length(column.as_mut_slice(), T::one()) {
                column[0] = T::one();
            }
        }
        Ok(unit)
    }
    fn residual(&self, x: &DMatrix<T>) -> Result<T> {
        Ok(worst(x.column_iter().map(|column| (norm(column.as_slice()) - T::one()).abs())))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_projector, order, remainder};
    use super::*;
    use crate::linalg::scattered;
    use proptest::prelude::*;

    #[test]
    fn golden() {
        let x = DMatrix::from_row_slice(2, 3, &[3.0, 0.0, -5e-324, 4.0, 0.0, 0.0]);
        let expected = DMatrix::from_row_slice(2, 3, &[0.6, 1.0, -1.0, 0.8, 0.0, 0.0]);
        assert!((UnitColumns.project(&x).unwrap() - &expected).norm() < 1e-15);
        let g = DMatrix::from_element(2, 3, 1.0);
        let tangent = DMatrix::from_row_slice(2, 3, &[0.16, 0.0, 0.0, -0.12, 1.0, 1.0]);
        assert!((UnitColumns.tangent(&expected, &g).unwrap() - tangent).norm() < 1e-15);
        assert_eq!(UnitColumns.residual(&x).unwrap(), 4.0);
        assert!(UnitColumns.residual(&(&x * f64::NAN)).unwrap().is_nan());
    }

    #[test]
    fn what_has_no_direction_is_refused() {
        assert!(UnitColumns.project(&DMatrix::from_element(2, 1, f64::INFINITY)).is_err());
        assert!(UnitColumns.project(&DMatrix::<f64>::zeros(0, 2)).is_err());
    }

    proptest! {
        #[test]
        fn the_projection_lands_and_is_nearest(d in 1..12_usize, k in 1..5_usize, seed: u64, exponent in -150..151) {
            let x = scattered::<f64>(d, k, seed);
            let unit = UnitColumns.project(&(&x * 10_f64.powi(exponent))).unwrap();
            prop_assert!(UnitColumns.residual(&unit).unwrap() <= 1e-15 * 8.0);
            for sample in 1..20 {
                let other = UnitColumns.project(&scattered(d, k, seed ^ sample)).unwrap();
                prop_assert!((&x - &unit).norm() <= (&x - other).norm() + 1e-14);
            }
        }

        #[test]
        fn steps_agree_to_first_order_with_idempotent_tangents(d in 2..12_usize, k in 1..5_usize, seed: u64) {
            let (x, g) = (UnitColumns.project(&scattered(d, k, seed)).unwrap(), scattered(d, k, !seed));
            assert_projector(&UnitColumns, &x, &g);
            let xi = UnitColumns.tangent(&x, &g).unwrap().normalize();
            prop_assert!(order(|t| remainder(&UnitColumns, &x, &xi, t).norm()) >= 1.9);
        }

        #[test]
        fn single_precision_too(d in 1..12_usize, seed: u64, exponent in -44..38) {
            let unit = UnitColumns.project(&(scattered::<f32>(d, 3, seed) * 10_f32.powi(exponent))).unwrap();
            prop_assert!(UnitColumns.residual(&unit).unwrap() <= 1e-6);
        }
    }
}
