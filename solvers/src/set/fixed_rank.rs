//! Matrices of one rank.

use super::check_alike;
use crate::linalg::{ThinSvd, thin_svd, without};
use crate::scalar::{Scalar, norm};
use crate::view::{product, product_transposed};
use admm::{ConstraintSet, Error, Geometry, Result};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// The manifold {X (d×k) : rank X = r}, with the metric of the space around it.
///
/// The set is not closed: X may come near a matrix of lower rank, at which the manifold has an edge. There the tangent
/// space is that of singular vectors which are completed to r, and the projection may have a lower rank.
///
/// - **Projection:** the r largest singular values with their vectors (Eckart and Young, "The approximation of one matrix
///   by another of lower rank", 1936).
/// - **Tangent projection:** G − (I − UUᵀ)G(I − VVᵀ) for X = UΣVᵀ (Vandereycken, "Low-rank matrix completion by
///   Riemannian optimization", 2013, equation 2.5).
/// - **Retraction:** the projection of X + ξ (§2.4 there), exact to second order.
/// - **Residual:** the distance from the matrices of rank r and below, relative to ‖X‖.
///
/// ```
/// use admm::ConstraintSet;
/// use admm::nalgebra::DMatrix;
/// use admm_solvers::set::FixedRank;
///
/// let diagonal = |entries: [f64; 2]| DMatrix::from_row_slice(2, 2, &[entries[0], 0.0, 0.0, entries[1]]);
/// let on = FixedRank { rank: 1 };
/// assert_eq!(on.project(&diagonal([3.0, 4.0]))?, diagonal([0.0, 4.0]));
/// assert!((on.residual(&diagonal([3.0, 4.0]))? - 0.6_f64).abs() < 1e-15);
/// # Ok::<(), admm::Error>(())
/// ```
///
/// # Errors
/// All methods report [`Error::Parameters`] unless 1 ≤ r ≤ min(d, k), and the errors of [`thin_svd`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixedRank {
    /// The rank r of every point.
    pub rank: usize,
}

impl FixedRank {
    fn decomposed<T: Scalar>(self, x: &DMatrix<T>) -> Result<ThinSvd<T>> {
        let most = x.nrows().min(x.ncols());
        if most > 0 && !(1..=most).contains(&self.rank) {
            return Err(Error::parameter("rank", format!("must be between 1 and {most}, got {}", self.rank)));
        }
        thin_svd(x)
    }
    /// The r largest singular values with their vectors.
    fn truncated<T: Scalar>(self, x: &DMatrix<T>) -> Result<ThinSvd<T>> {
        let svd = self.decomposed(x)?;
        Ok(ThinSvd {
            left: svd.left.columns(0, self.rank).into_owned(),
            values: svd.values.rows(0, self.rank).into_owned(),
            right: svd.right.columns(0, self.rank).into_owned(),
        })
    }
}

impl<T: Scalar> ConstraintSet<T> for FixedRank {
    fn geometry(&self) -> Geometry {
        Geometry::Manifold
    }
    fn tangent(&self, x: &DMatrix<T>, g: &DMatrix<T>) -> Result<DMatrix<T>> {
        check_alike(x, g)?;
        let svd = self.truncated(x)?;
        let outside = without(&svd.left, g.clone());
        let within = product_transposed(&product(&outside, &svd.right), &svd.right);
        Ok(g - outside + within)
    }
    fn project(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        let mut svd = self.truncated(x)?;
        for (mut column, value) in svd.left.column_iter_mut().zip(svd.values.iter()) {
            column *= *value;
        }
        Ok(product_transposed(&svd.left, &svd.right))
    }
    fn residual(&self, x: &DMatrix<T>) -> Result<T> {
        let values = self.decomposed(x)?.values;
        let size = norm(values.as_slice());
        Ok(if size > T::zero() { norm(&values.as_slice()[self.rank..]) / size } else { T::zero() })
    }
}
