//! Orthonormal columns.

use super::check_alike;
use super::geodesic::{cayley, exponential};
use crate::linalg::{check_tall, defect, polar, thin_qr};
use crate::scalar::Scalar;
use crate::view::{multiply, transposed_product, view};
use admm::{ConstraintSet, Geometry, Result};
use faer::Accum;
use nalgebra::DMatrix;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

/// The Stiefel manifold {X (d×k) : XᵀX = I}, k ≤ d, with the metric of the space around it.
///
/// - **Projection:** the [`polar`] factor.
/// - **Tangent projection:** G − X sym(XᵀG) with sym(M) = (M + Mᵀ)/2 (Absil, Mahony and Sepulchre, "Optimization
///   Algorithms on Matrix Manifolds", 2008, equation 3.35). It also carries a vector to X from another point (vector
///   transport by projection, §8.1.3), as [`Lbfgs`](crate::descent::Lbfgs) needs it.
/// - **Retraction:** one of [`Retraction`]. Each lands within rounding of the manifold, even from a point that drifted.
/// - **Residual:** ‖XᵀX − I‖.
///
/// ```
/// use admm::ConstraintSet;
/// use admm_solvers::set::{Retraction, Stiefel};
///
/// let on = Stiefel { retraction: Retraction::Exponential };
/// let x = Stiefel::random::<f64>(5, 2, 1)?;
/// let moved = on.retract(&x, &on.tangent(&x, &x.map(|entry| 1e3 * entry.cos()))?)?;
/// assert!(on.residual(&moved)? < 1e-14);
/// # Ok::<(), admm::Error>(())
/// ```
///
/// # Errors
/// `retract` and `project` report the errors of [`polar`] and [`thin_qr`], and [`Error::Size`](admm::Error::Size) for
/// k > d.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stiefel {
    /// The retraction, by which a step returns to the manifold.
    pub retraction: Retraction,
}

/// The retraction of a step ξ from X on the [`Stiefel`] manifold.
///
/// All cost O(dk²). The Cayley transform and the exponential take some five to fifteen times as long as the others:
/// they compute the factor Q of [X ξ] (d×2k) and the eigenvectors of a symmetric matrix of size 4k. Choose them if you
/// need the curve itself. A step that is not tangent is projected first by these two.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Retraction {
    /// The factor Q of X + ξ = QR (Absil, Mahony and Sepulchre 2008, equation 4.8): exact to first order.
    Qr,
    /// The polar factor of X + ξ (equation 4.7): exact to second order, and the nearest point.
    #[default]
    Polar,
    /// The Cayley transform (Wen and Yin 2013, lemma 4), a rotation of X in the span of [X ξ]. It is exact to first
    /// order, and to second order for a step with Xᵀξ = 0, which moves the span alone.
    Cayley,
    /// The geodesic (Edelman, Arias and Smith 1998, equation 2.42): exact to second order, and of the length of ξ.
    Exponential,
}

impl Stiefel {
    /// Draws a point (d×k) of the uniform distribution: the factor Q of a Gaussian matrix, with a diagonal of R ≥ 0
    /// (Mezzadri, "How to generate random matrices from the classical compact groups", 2007).
    ///
    /// # Errors
    /// [`Error::Size`](admm::Error::Size) for k > d and [`Error::Numerical`](admm::Error::Numerical) for no entries.
    pub fn random<T: Scalar>(rows: usize, columns: usize, seed: u64) -> Result<DMatrix<T>> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let gaussian = DMatrix::from_fn(rows, columns, |_, _| {
            let entry: f64 = StandardNormal.sample(&mut random);
            T::of(entry)
        });
        check_tall(&gaussian, "a point of the Stiefel manifold")?;
        Ok(thin_qr(&gaussian)?.0)
    }
}

impl<T: Scalar> ConstraintSet<T> for Stiefel {
    fn geometry(&self) -> Geometry {
        Geometry::Manifold
    }
    fn tangent(&self, x: &DMatrix<T>, g: &DMatrix<T>) -> Result<DMatrix<T>> {
        check_alike(x, g)?;
        let inner = transposed_product(x, g);
        let minus_sym = (&inner + inner.transpose()) * T::of(-0.5);
        let mut tangent = g.clone();
        multiply(&mut tangent, Accum::Add, view(x), view(&minus_sym));
        Ok(tangent)
    }
    fn retract(&self, x: &DMatrix<T>, step: &DMatrix<T>) -> Result<DMatrix<T>> {
        check_tall(x, "a point of the Stiefel manifold")?;
        check_alike(x, step)?;
        match self.retraction {
            Retraction::Qr => Ok(thin_qr(&(x + step))?.0),
            Retraction::Polar => polar(&(x + step)),
            Retraction::Cayley => cayley(x, step),
            Retraction::Exponential => exponential(x, step),
        }
    }
    fn project(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        polar(x)
    }
    fn residual(&self, x: &DMatrix<T>) -> Result<T> {
        Ok(defect(x))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_projector, order, remainder};
    use super::*;
    use crate::linalg::{conditioned, scattered};
    use proptest::prelude::*;

    const BOTH: [Stiefel; 2] = [Stiefel { retraction: Retraction::Qr }, Stiefel { retraction: Retraction::Polar }];

    fn point_and_tangent(d: usize, k: usize, seed: u64) -> (DMatrix<f64>, DMatrix<f64>) {
        let x = thin_qr(&scattered(d, k, seed)).unwrap().0;
        let tangent = BOTH[0].tangent(&x, &scattered(d, k, seed ^ 1)).unwrap();
        let length = tangent.norm();
        (x, tangent / length)
    }

    #[test]
    fn golden() {
        let x = DMatrix::from_row_slice(3, 2, &[1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
        let g = DMatrix::from_row_slice(3, 2, &[1.0, 2.0, 4.0, 3.0, 5.0, 6.0]);
        let expected = DMatrix::from_row_slice(3, 2, &[0.0, -1.0, 1.0, 0.0, 5.0, 6.0]);
        assert_eq!(BOTH[0].tangent(&x, &g).unwrap(), expected);
        assert_eq!(BOTH[0].residual(&(&x * 2.0)).unwrap(), 18.0_f64.sqrt());
        let json = serde_json::to_string(&BOTH[0]).unwrap();
        assert_eq!(json, r#"{"retraction":"qr"}"#);
        assert_eq!(serde_json::from_str::<Stiefel>(&json).unwrap(), BOTH[0]);
    }

    #[test]
    fn the_polar_retraction_is_of_second_order_and_the_other_of_first() {
        let (x, xi) = point_and_tangent(8, 3, 11);
        let [qr, polar] = BOTH.map(|m| order(|t| m.tangent(&x, &remainder(&m, &x, &xi, t)).unwrap().norm()));
        assert!(polar > 2.9, "{polar}");
        assert!((1.9..2.1).contains(&qr), "{qr}");
    }

    /// By symmetry the entries have mean 0 and mean square 1/d, and so has the diagonal, on which a Q of unsigned
    /// reflections is always negative.
    #[test]
    fn random_points_are_uniform() {
        let draws: Vec<DMatrix<f64>> = (0..4_000).map(|seed| Stiefel::random(4, 2, seed).unwrap()).collect();
        assert!(draws.iter().all(|x| BOTH[0].residual(x).unwrap() <= 1e-14));
        let mean = |f: fn(f64) -> f64| draws.iter().fold(DMatrix::zeros(4, 2), |sum, x| sum + x.map(f)) / 4e3;
        assert!(mean(|x| x).amax() < 0.04);
        assert!(mean(|x| x * x).add_scalar(-0.25).amax() < 0.02);
        let again = Stiefel::random::<f64>(4, 2, 0);
        assert_eq!(again.as_ref(), Ok(&draws[0]));
        assert!(Stiefel::random::<f32>(3, 4, 0).is_err() && Stiefel::random::<f32>(0, 0, 0).is_err());
    }

    #[test]
    fn more_columns_than_rows_are_refused() {
        let wide = DMatrix::<f64>::zeros(2, 3);
        assert!(BOTH.iter().all(|m| m.retract(&wide, &wide).is_err() && m.project(&wide).is_err()));
    }

    proptest! {
        #[test]
        fn every_step_lands_on_the_manifold(d in 1..15_usize, k in 1..6_usize, seed: u64, exponent in 0..13,
                                            scale in prop::sample::select(vec![1e-150, 1.0, 1e150])) {
            let d = d.max(k);
            let (x, _) = point_and_tangent(d, k, seed);
            let wild = conditioned(d, k, 10_f64.powi(exponent), seed >> 1) * scale;
            for m in BOTH {
                prop_assert!(m.residual(&m.retract(&x, &wild).unwrap()).unwrap() <= 1e-12);
                prop_assert!(m.residual(&m.retract(&DMatrix::zeros(d, k), &wild).unwrap()).unwrap() <= 1e-12);
                prop_assert!(m.residual(&m.project(&wild).unwrap()).unwrap() <= 1e-12);
                prop_assert!(m.residual(&m.retract(&x, &-&x).unwrap()).unwrap() <= 1e-12);
            }
        }

        #[test]
        fn a_retraction_agrees_to_first_order(d in 2..12_usize, k in 1..5_usize, seed: u64) {
            let d = d.max(k);
            let (x, xi) = point_and_tangent(d, k, seed);
            for m in BOTH {
                prop_assert!(order(|t| remainder(&m, &x, &xi, t).norm()) >= 1.9);
            }
        }

        #[test]
        fn the_tangent_part_is_an_orthogonal_projection(d in 1..15_usize, k in 1..6_usize, seed: u64) {
            let d = d.max(k);
            let (x, g) = (thin_qr(&scattered(d, k, seed)).unwrap().0, scattered(d, k, !seed));
            assert_projector(&BOTH[1], &x, &g);
            let inner = x.transpose() * BOTH[1].tangent(&x, &g).unwrap();
            prop_assert!((&inner + inner.transpose()).norm() <= 1e-13 * g.norm());
        }

        #[test]
        fn single_precision_too(d in 3..15_usize, seed: u64) {
            let x = scattered::<f32>(d, 3, seed);
            for m in BOTH {
                prop_assert!(ConstraintSet::<f32>::residual(&m, &m.retract(&x, &x).unwrap()).unwrap() <= 5e-6);
            }
        }
    }
}
