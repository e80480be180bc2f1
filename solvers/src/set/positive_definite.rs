//! Symmetric matrices with positive eigenvalues.

use super::check_alike;
use crate::linalg::{check_square, cholesky, symmetric_eigen};
use crate::scalar::{Scalar, largest, norm, worst};
use crate::view::{product_transposed, transposed_product};
use admm::{ConstraintSet, Error, Geometry, Result};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// The symmetric positive definite matrices {X (n×n) : X = Xᵀ, X ≻ 0}, an open cone of the symmetric matrices.
///
/// It is for objectives that keep their minimiser away from singular matrices, such as −log det X. Where the minimiser
/// may be singular, the closed cone is [`Eigenvalues`](crate::prox::Eigenvalues) of non-negative entries.
///
/// A [`ConstraintSet`] has the metric of the space around it, so gradients are those of ℝ^{n×n}. The affine-invariant
/// metric tr(X⁻¹ξX⁻¹ξ) enters by the retraction, which is exact to second order in it: no step leaves the cone, and its
/// edge is never reached. The exponential itself overflows where this retraction only grows.
///
/// - **Tangent projection:** sym(G) = (G + Gᵀ)/2.
/// - **Retraction:** X + ξ + ½ξX⁻¹ξ = ½X + ½(X + ξ)X⁻¹(X + ξ), of the symmetric part of the step (Jeuris, Vandebril and
///   Vandereycken, "A survey and comparison of contemporary algorithms for computing the matrix geometric mean", 2012,
///   equation 3.9).
/// - **Projection:** the eigenvalues of sym(X), none below 8ε times the largest. An open set has no nearest point; this
///   one is as near as rounding allows.
/// - **Residual:** ‖X − Xᵀ‖ and how far the least eigenvalue is below 0, relative to ‖X‖.
///
/// ```
/// use admm::ConstraintSet;
/// use admm::nalgebra::DMatrix;
/// use admm_solvers::set::PositiveDefinite;
///
/// let number = |entry: f64| DMatrix::from_element(1, 1, entry);
/// assert_eq!(PositiveDefinite.retract(&number(2.0), &number(-4.0))?, number(2.0));
/// # Ok::<(), admm::Error>(())
/// ```
///
/// # Errors
/// All methods report [`Error::Size`] for an X that is not square, `retract` and `project` the errors of
/// [`symmetric_eigen`]. `retract` reports [`Error::Numerical`] from an X that is not positive definite up to rounding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositiveDefinite;

fn symmetric<T: Scalar>(x: &DMatrix<T>) -> DMatrix<T> {
    x * T::of(0.5) + x.transpose() * T::of(0.5)
}

impl<T: Scalar> ConstraintSet<T> for PositiveDefinite {
    fn geometry(&self) -> Geometry {
        Geometry::Manifold
    }
    fn tangent(&self, x: &DMatrix<T>, g: &DMatrix<T>) -> Result<DMatrix<T>> {
        Error::check_size("a symmetric matrix", (x.nrows(), x.nrows()), x.shape())?;
        check_alike(x, g)?;
        Ok(symmetric(g))
    }
    fn retract(&self, x: &DMatrix<T>, step: &DMatrix<T>) -> Result<DMatrix<T>> {
        check_square(x)?;
        check_alike(x, step)?;
        let factor = cholesky(x.clone()).ok_or_else(|| Error::numerical("the point", "is not positive definite"))?;
        let moved = symmetric(&(x + step));
        let half = factor.l_dirty().solve_lower_triangular(&moved).unwrap_or(moved);
        let end = symmetric(&(x + transposed_product(&half, &half))) * T::of(0.5);
        check_square(&end)?;
        if cholesky(end.clone()).is_some() { Ok(end) } else { self.project(&end) }
    }
    fn project(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        Error::check_size("a symmetric matrix", (x.nrows(), x.nrows()), x.shape())?;
        let (values, vectors) = symmetric_eigen(&symmetric(x))?;
        let size = largest(values.as_slice());
        let floor = T::of(8.0) * T::EPSILON * if size > T::zero() { size } else { T::one() };
        if values[values.len() - 1] >= floor {
            return Ok(symmetric(x));
        }
        let scaled = DMatrix::from_fn(x.nrows(), x.nrows(), |i, j| vectors[(i, j)] * values[j].max(floor));
        Ok(symmetric(&product_transposed(&scaled, &vectors)))
    }
    fn residual(&self, x: &DMatrix<T>) -> Result<T> {
        let values = symmetric_eigen(&symmetric(x))?.0;
        let size = norm(x.as_slice());
        let off = worst([norm((x - x.transpose()).as_slice()), -values[values.len() - 1]]);
        Ok(if size > T::zero() { off / size } else { T::one() })
    }
}
