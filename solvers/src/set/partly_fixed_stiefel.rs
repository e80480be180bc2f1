//! Orthonormal columns of which the first are given.

use super::{Retraction, Stiefel, check_alike};
use crate::linalg::{beside, check_tall, orthonormal, thin_qr};
use crate::scalar::Scalar;
use crate::view::{product, transposed_product};
use admm::{ConstraintSet, Error, Geometry, Result};
use nalgebra::DMatrix;

/// The manifold {[C Y] (d×k) : YᵀY = I, CᵀY = 0} for given orthonormal columns C (d×c), c < k ≤ d.
///
/// It continues an orthonormal basis that is partly known, such as components after those of another fit. With an
/// orthonormal basis N of the complement of C, which is computed once, Y = NU for a U on the [`Stiefel`] manifold.
///
/// - **Projection:** [C NU] with the polar factor U of NᵀY, as N keeps distances.
/// - **Tangent projection:** 0 for C, and N times that of U for Y.
/// - **Retraction:** those of [`Stiefel`] for U.
/// - **Residual:** ‖XᵀX − I‖ and the distance of the first columns from C.
///
/// ```
/// use admm::ConstraintSet;
/// use admm::nalgebra::DMatrix;
/// use admm_solvers::set::{PartlyFixedStiefel, Retraction};
///
/// let given = DMatrix::from_column_slice(3, 1, &[0.0, 1.0, 0.0]);
/// let on = PartlyFixedStiefel::new(given, Retraction::Polar)?;
/// let x = on.project(&DMatrix::from_column_slice(3, 2, &[1.0, 0.0, 0.0, 3.0, 7.0, 4.0]))?;
/// let expected = DMatrix::from_column_slice(3, 2, &[0.0, 1.0, 0.0, 0.6, 0.0, 0.8]);
/// assert!((x - expected).norm() < 1e-15);
/// # Ok::<(), admm::Error>(())
/// ```
///
/// # Errors
/// All methods report [`Error::Size`] for an x that has not d rows, or not more than c and at most d columns. `retract`
/// and `project` report the errors of [`Stiefel`].
#[derive(Debug, Clone, PartialEq)]
pub struct PartlyFixedStiefel<T: Scalar> {
    /// The given columns C.
    given: DMatrix<T>,
    /// The basis N (d×(d−c)) of their complement.
    complement: DMatrix<T>,
    free: Stiefel,
}

impl<T: Scalar> PartlyFixedStiefel<T> {
    /// Takes the given columns C (d×c) and the retraction of the others.
    ///
    /// # Errors
    /// [`Error::Parameters`] unless C has orthonormal columns, fewer than rows, and the errors of [`thin_qr`].
    pub fn new(given: DMatrix<T>, retraction: Retraction) -> Result<Self> {
        let (rows, columns) = given.shape();
        if columns >= rows || !orthonormal(&given) {
            let problem = format!("must have orthonormal columns, fewer than rows, got a matrix of {rows}×{columns}");
            return Err(Error::parameter("given", problem));
        }
        let basis = thin_qr(&beside(given.clone(), &DMatrix::identity(rows, rows)))?.0;
        let complement = basis.columns(columns, rows - columns).into_owned();
        Ok(PartlyFixedStiefel { given, complement, free: Stiefel { retraction } })
    }

    /// The coordinates NᵀY of the columns that are free.
    fn coordinates(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        let (rows, fixed) = self.given.shape();
        let place = "a partly fixed point of the Stiefel manifold";
        Error::check_size(place, (rows, x.ncols().max(fixed + 1)), x.shape())?;
        check_tall(x, place)?;
        Ok(transposed_product(&self.complement, &x.columns(fixed, x.ncols() - fixed).into_owned()))
    }

    /// Puts NU beside the first columns.
    fn completed(&self, first: DMatrix<T>, coordinates: &DMatrix<T>) -> DMatrix<T> {
        beside(first, &product(&self.complement, coordinates))
    }
}

impl<T: Scalar> ConstraintSet<T> for PartlyFixedStiefel<T> {
    fn geometry(&self) -> Geometry {
        Geometry::Manifold
    }
    fn tangent(&self, x: &DMatrix<T>, g: &DMatrix<T>) -> Result<DMatrix<T>> {
        let at = self.coordinates(x)?;
        check_alike(x, g)?;
        let tangent = self.free.tangent(&at, &self.coordinates(g)?)?;
        Ok(self.completed(&self.given * T::zero(), &tangent))
    }
    fn retract(&self, x: &DMatrix<T>, step: &DMatrix<T>) -> Result<DMatrix<T>> {
        let at = self.coordinates(x)?;
        check_alike(x, step)?;
        Ok(self.completed(self.given.clone(), &self.free.retract(&at, &self.coordinates(step)?)?))
    }
    fn project(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        Ok(self.completed(self.given.clone(), &self.free.project(&self.coordinates(x)?)?))
    }
    fn residual(&self, x: &DMatrix<T>) -> Result<T> {
        self.coordinates(x)?;
        let moved = (x.columns(0, self.given.ncols()) - &self.given).norm();
        Ok(self.free.residual(x)?.hypot(moved))
    }
}
