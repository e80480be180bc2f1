//! Columns of length one that move along great circles.

use super::UnitColumns;
use crate::linalg::check;
use crate::scalar::{Scalar, norm, set_length};
use admm::{ConstraintSet, Geometry, Result};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// The oblique manifold {X (d×k) : ‖xⱼ‖ = 1}, on which columns move along great circles.
///
/// - **Retraction:** the exponential xⱼ cos‖ξⱼ‖ + ξⱼ/‖ξⱼ‖ sin‖ξⱼ‖ (Absil, Mahony and Sepulchre, "Optimization
///   Algorithms on Matrix Manifolds", 2008, example 5.4.1). It is exact to second order, and moves by the length of ξ.
///   A step that is not tangent is projected first.
/// - **All else:** as on [`UnitColumns`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GreatCircles;

impl<T: Scalar> ConstraintSet<T> for GreatCircles {
    fn geometry(&self) -> Geometry {
        Geometry::Manifold
    }
    fn tangent(&self, x: &DMatrix<T>, g: &DMatrix<T>) -> Result<DMatrix<T>> {
        UnitColumns.tangent(x, g)
    }
    fn retract(&self, x: &DMatrix<T>, step: &DMatrix<T>) -> Result<DMatrix<T>> {
        check(step, "a step along great circles")?;
        let mut moved = x.clone();
        let mut directions = UnitColumns.tangent(x, step)?;
        for (mut x, mut direction) in moved.column_iter_mut().zip(directions.column_iter_mut()) {
            let angle = norm(direction.as_slice());
            set_length(direction.as_mut_slice(), angle.sin());
            x.axpy(T::one(), &direction, angle.cos());
        }
        UnitColumns.project(&moved)
    }
    fn project(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        UnitColumns.project(x)
    }
    fn residual(&self, x: &DMatrix<T>) -> Result<T> {
        UnitColumns.residual(x)
    }
}
