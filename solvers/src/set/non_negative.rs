//! Columns of length one without a negative entry.

use super::UnitColumns;
use crate::linalg::check;
use crate::scalar::{Scalar, worst};
use admm::{ConstraintSet, Geometry, Result};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// The set {X (d×k) : xᵢⱼ ≥ 0, ‖xⱼ‖ = 1}, a product of pieces of spheres.
///
/// It is neither convex nor a manifold.
///
/// - **Projection:** x₊/‖x₊‖ with x₊ = max(x, 0), column by column. If no entry is positive, it is the unit vector of
///   the largest entry, the first of several (Bauschke, Bui and Wang, "Projecting onto the intersection of a cone and a
///   sphere", 2018).
/// - **Tangent projection:** min(gᵢ, 0) for xᵢ = 0, and gᵢ − xᵢ⟨x, g⟩ elsewhere.
/// - **Retraction:** the projection of X + ξ.
/// - **Residual:** the residual of [`UnitColumns`], or −minᵢⱼ xᵢⱼ if that is larger.
///
/// The projection is the unit vector p ≥ 0 of the largest ⟨x, p⟩. If some entry is positive, ⟨x, p⟩ ≤ ⟨x₊, p⟩ ≤ ‖x₊‖.
/// If the largest entry is m ≤ 0, then ⟨x, p⟩ ≤ mΣpᵢ ≤ m, because Σpᵢ ≥ ‖p‖ = 1.
///
/// # Errors
/// `retract` and `project` report [`Error::NotFinite`](admm::Error::NotFinite) for an entry that is not finite and
/// [`Error::Numerical`](admm::Error::Numerical) for an empty matrix.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NonNegativeUnitColumns;

impl<T: Scalar> ConstraintSet<T> for NonNegativeUnitColumns {
    fn geometry(&self) -> Geometry {
        Geometry::General
    }
    fn tangent(&self, x: &DMatrix<T>, g: &DMatrix<T>) -> Result<DMatrix<T>> {
        let mut tangent = UnitColumns.tangent(x, g)?;
        tangent.zip_zip_apply(x, g, |tangent, x, g| {
            if x <= T::zero() {
                *tangent = g.min(T::zero());
            }
        });
        Ok(tangent)
    }
    fn project(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        check(x, "the matrix to make non-negative")?;
        let mut positive = x.map(|entry| entry.max(T::zero()));
        for (mut positive, x) in positive.column_iter_mut().zip(x.column_iter()) {
            if positive.iter().all(|&entry| entry <= T::zero()) {
                positive[x.argmax().0] = T::one();
            }
        }
        UnitColumns.project(&positive)
    }
    fn residual(&self, x: &DMatrix<T>) -> Result<T> {
        Ok(worst(x.iter().map(|&entry| -entry).chain([UnitColumns.residual(x)?])))
    }
}
