//! Spans of orthonormal columns.

use super::{Retraction, Stiefel, check_alike};
use crate::linalg::without;
use crate::scalar::Scalar;
use admm::{ConstraintSet, Geometry, Result};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// The Grassmann manifold of k-dimensional subspaces of ℝᵈ, each given by an orthonormal basis X (d×k).
///
/// It is for objectives that depend on the span alone: f(XQ) = f(X) for every rotation Q. The gradient of such an f is
/// horizontal already, but a curvature pair or a pull towards one basis is not. This tangent projection spends no step
/// on turning the basis.
///
/// - **Projection, residual, errors:** those of [`Stiefel`].
/// - **Tangent projection:** the horizontal part G − X(XᵀG), which moves the span and does not turn the basis in it
///   (Edelman, Arias and Smith, "The geometry of algorithms with orthogonality constraints", 1998, equation 2.70).
/// - **Retraction:** those of [`Stiefel`]. Along a horizontal step the exponential is the geodesic of the subspaces
///   (equation 2.65), and the Cayley transform is exact to second order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grassmann {
    /// The retraction, by which a step returns to an orthonormal basis.
    pub retraction: Retraction,
}

impl Grassmann {
    fn bases(self) -> Stiefel {
        Stiefel { retraction: self.retraction }
    }
}

impl<T: Scalar> ConstraintSet<T> for Grassmann {
    fn geometry(&self) -> Geometry {
        Geometry::Manifold
    }
    fn tangent(&self, x: &DMatrix<T>, g: &DMatrix<T>) -> Result<DMatrix<T>> {
        check_alike(x, g)?;
        Ok(without(x, g.clone()))
    }
    fn retract(&self, x: &DMatrix<T>, step: &DMatrix<T>) -> Result<DMatrix<T>> {
        self.bases().retract(x, step)
    }
    fn project(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        self.bases().project(x)
    }
    fn residual(&self, x: &DMatrix<T>) -> Result<T> {
        self.bases().residual(x)
    }
}
