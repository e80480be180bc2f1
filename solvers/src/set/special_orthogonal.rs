//! Rotations of a space.

use super::{Retraction, Stiefel, check_alike};
use crate::linalg::thin_svd;
use crate::scalar::Scalar;
use crate::view::product_transposed;
use admm::{ConstraintSet, Error, Geometry, Result};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// The special orthogonal group SO(n) = {X (n×n) : XᵀX = I, det X = 1}, the rotations of ℝⁿ.
///
/// - **Projection:** U diag(1, …, 1, det UVᵀ)Vᵀ for X = UΣVᵀ (Kabsch, "A solution for the best rotation to relate two
///   sets of vectors", 1976; Umeyama, "Least-squares estimation of transformation parameters between two point
///   patterns", 1991).
/// - **Tangent projection:** G − X sym(XᵀG), which is X times the skew-symmetric part of XᵀG.
/// - **Retraction:** those of [`Stiefel`], after the tangent projection of the step. A tangent step leaves I + XᵀξX with
///   a positive determinant, so all of them stay among the rotations. The exponential is X exp(Xᵀξ).
/// - **Residual:** ‖XᵀX − I‖, and 2 more for det X < 0, the distance between reflections and rotations.
///
/// # Errors
/// All methods report [`Error::Size`] for an X that is not square, and `retract` and `project` the errors of
/// [`thin_svd`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialOrthogonal {
    /// The retraction, by which a step returns to the rotations.
    pub retraction: Retraction,
}

impl SpecialOrthogonal {
    fn around(self) -> Stiefel {
        Stiefel { retraction: self.retraction }
    }
}

fn check_square<T: Scalar>(x: &DMatrix<T>) -> Result<()> {
    Error::check_size("a rotation", (x.nrows(), x.nrows()), x.shape())
}

impl<T: Scalar> ConstraintSet<T> for SpecialOrthogonal {
    fn geometry(&self) -> Geometry {
        Geometry::Manifold
    }
    fn tangent(&self, x: &DMatrix<T>, g: &DMatrix<T>) -> Result<DMatrix<T>> {
        check_square(x)?;
        self.around().tangent(x, g)
    }
    fn retract(&self, x: &DMatrix<T>, step: &DMatrix<T>) -> Result<DMatrix<T>> {
        check_square(x)?;
        check_alike(x, step)?;
        self.around().retract(x, &self.tangent(x, step)?)
    }
    fn project(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        check_square(x)?;
        let mut svd = thin_svd(x)?;
        let nearest = product_transposed(&svd.left, &svd.right);
        if nearest.determinant() > T::zero() {
            return Ok(nearest);
        }
        svd.left.column_mut(x.nrows() - 1).neg_mut();
        Ok(product_transposed(&svd.left, &svd.right))
    }
    fn residual(&self, x: &DMatrix<T>) -> Result<T> {
        check_square(x)?;
        let reflected = if x.determinant() < T::zero() { T::of(2.0) } else { T::zero() };
        Ok(self.around().residual(x)? + reflected)
    }
}
