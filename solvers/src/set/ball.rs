//! Columns of bounded length.

use super::check_alike;
use crate::linalg::check;
use crate::scalar::{Scalar, norm, scaled_norm, set_length, worst};
use admm::infeasibility::{Recession, Support};
use admm::{ConstraintSet, Error, Geometry, Result};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// The convex set {X (d×k) : ‖xⱼ‖ ≤ r}, a product of balls.
///
/// - **Projection:** the columns xⱼ·min(1, r/‖xⱼ‖) (Parikh and Boyd, "Proximal Algorithms", 2014, §6.5.1).
/// - **Tangent projection:** gⱼ + max(−⟨gⱼ, xⱼ⟩, 0)/‖xⱼ‖²·xⱼ for ‖xⱼ‖ = r, so that a step along −gⱼ does not leave the
///   ball, and gⱼ inside.
/// - **Retraction:** the projection of X + ξ.
/// - **Residual:** maxⱼ max(0, ‖xⱼ‖ − r).
///
/// # Errors
/// `retract` and `project` report [`Error::Parameters`] for a radius that is not a number above 0,
/// [`Error::NotFinite`] for an entry that is not finite and [`Error::Numerical`] for an empty matrix.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Ball {
    /// The radius r > 0.
    pub radius: f64,
}

impl<T: Scalar> ConstraintSet<T> for Ball {
    fn geometry(&self) -> Geometry {
        Geometry::Convex
    }
    fn tangent(&self, x: &DMatrix<T>, g: &DMatrix<T>) -> Result<DMatrix<T>> {
        check_alike(x, g)?;
        let surface = T::of(self.radius) * (T::one() - T::of(8.0) * T::EPSILON);
        let mut tangent = g.clone();
        for (mut g, x) in tangent.column_iter_mut().zip(x.column_iter()) {
            let length = norm(x.as_slice());
            let outward = -g.dot(&x) / length;
            if length >= surface && outward > T::zero() {
                g.axpy(outward / length, &x, T::one());
            }
        }
        Ok(tangent)
    }
    fn project(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        if !(self.radius > 0.0 && self.radius.is_finite()) {
            return Err(Error::parameter("radius", format!("must be positive and finite, got {}", self.radius)));
        }
        check(x, "the matrix to project on a ball")?;
        let radius = T::of(self.radius);
        let mut inside = x.clone();
        for mut column in inside.column_iter_mut() {
            let (scale, norm) = scaled_norm(column.as_slice());
            if norm > radius / scale {
                set_length(column.as_mut_slice(), radius);
            }
        }
        Ok(inside)
    }
    fn residual(&self, x: &DMatrix<T>) -> Result<T> {
        Ok(worst(x.column_iter().map(|column| norm(column.as_slice()) - T::of(self.radius))))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        let value = y.column_iter().map(|column| norm(column.as_slice())).sum::<T>() * T::of(self.radius);
        Some(Support { value, violation: T::zero() })
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        Some(Recession::nowhere(norm(by.as_slice())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::scattered;
    use proptest::prelude::*;

    const BALL: Ball = Ball { radius: 2.0 };

    #[test]
    fn golden() {
        let x = DMatrix::from_row_slice(2, 3, &[3.0, 0.0, 0.5, 4.0, 0.0, -0.5]);
        let expected = DMatrix::from_row_slice(2, 3, &[1.2, 0.0, 0.5, 1.6, 0.0, -0.5]);
        assert!((BALL.project(&x).unwrap() - &expected).norm() < 1e-15);
        assert_eq!(BALL.residual(&x), Ok(3.0));
        assert_eq!(BALL.tangent(&x, &x).unwrap(), x);
        assert!(BALL.residual(&(x * f64::NAN)).unwrap().is_nan());
    }

    #[test]
    fn on_the_surface_a_descent_does_not_leave_the_ball() {
        let x = DMatrix::from_row_slice(2, 3, &[0.0, 0.0, 0.0, 2.0, 2.0, 1.0]);
        let g = DMatrix::from_row_slice(2, 3, &[1.0, 1.0, 1.0, -7.0, 7.0, -7.0]);
        let expected = DMatrix::from_row_slice(2, 3, &[1.0, 1.0, 1.0, 0.0, 7.0, -7.0]);
        assert_eq!(BALL.tangent(&x, &g).unwrap(), expected);
        assert_eq!(BALL.tangent(&x, &expected).unwrap(), expected);
    }

    #[test]
    fn a_gradient_that_points_out_of_the_ball_is_stationary() {
        let x = DMatrix::from_row_slice(2, 1, &[0.0, 2.0]);
        assert_eq!(BALL.stationarity(&x, &DMatrix::from_row_slice(2, 1, &[0.0, -7.0])), Ok(0.0));
        assert_eq!(BALL.stationarity(&x, &DMatrix::from_row_slice(2, 1, &[0.0, 0.5])), Ok(0.5));
    }

    #[test]
    fn a_radius_must_be_positive() {
        let x = DMatrix::from_element(2, 1, 1.0);
        assert!([0.0, -1.0, f64::NAN, f64::INFINITY].iter().all(|&radius| Ball { radius }.project(&x).is_err()));
    }

    proptest! {
        /// The variational inequality ⟨x − p, y − p⟩ ≤ 0 for every y of the ball, which marks the nearest point p.
        #[test]
        fn the_projection_lands_and_is_nearest(d in 1..12_usize, k in 1..5_usize, seed: u64, scale in 0.1..9.0_f64) {
            let x = scattered::<f64>(d, k, seed) * scale;
            let nearest = BALL.project(&x).unwrap();
            prop_assert!(BALL.residual(&nearest).unwrap() <= 1e-12);
            prop_assert!((BALL.project(&nearest).unwrap() - &nearest).amax() <= 1e-15);
            for sample in 1..20 {
                let other = BALL.project(&(scattered::<f64>(d, k, seed ^ sample) * 5.0)).unwrap();
                prop_assert!((&x - &nearest).dot(&(other - &nearest)) <= 1e-12);
            }
        }

        #[test]
        fn every_exponent_lands(d in 1..12_usize, seed: u64, exponent in -150..151) {
            let x = scattered::<f64>(d, 2, seed) * 10_f64.powi(exponent);
            let inside = BALL.project(&x).unwrap();
            prop_assert!(BALL.residual(&inside).unwrap() <= 1e-12);
            prop_assert!(exponent > -1 || inside == x);
        }

        #[test]
        fn single_precision_too(d in 1..12_usize, seed: u64, exponent in -44..38) {
            let inside = BALL.project(&(scattered::<f32>(d, 3, seed) * 10_f32.powi(exponent))).unwrap();
            prop_assert!(BALL.residual(&inside).unwrap() <= 1e-6);
        }
    }
}
