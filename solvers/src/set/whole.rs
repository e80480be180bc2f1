//! A condition on columns, put on the matrix as a whole.

use super::check_alike;
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{ConstraintSet, Geometry, Result};
use nalgebra::{DMatrix, Dyn};
use serde::{Deserialize, Serialize};

/// The set of all X (d×k) whose entries, stacked into one column (dk×1), lie in a set of columns.
///
/// | Set | Matrices |
/// |---|---|
/// | `Whole(UnitColumns)` | the sphere ‖X‖ = 1 in the Frobenius norm |
/// | `Whole(GreatCircles)` | the same sphere, with the exponential for its retraction |
/// | `Whole(Ball { radius })` | the ball ‖X‖ ≤ r |
///
/// All else is as for one column.
///
/// ```
/// use admm::ConstraintSet;
/// use admm::nalgebra::DMatrix;
/// use admm_solvers::set::{Ball, Whole};
///
/// let inside = Whole(Ball { radius: 1.0 }).project(&DMatrix::from_element(2, 2, 3.0))?;
/// assert_eq!(inside, DMatrix::from_element(2, 2, 0.5));
/// # Ok::<(), admm::Error>(())
/// ```
#[doc(alias = "Sphere")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whole<M>(
    /// The set that contains the stacked column.
    pub M,
);

fn stacked<T: Scalar>(x: &DMatrix<T>) -> DMatrix<T> {
    shaped(x.clone(), x.len(), 1)
}

fn shaped<T: Scalar>(x: DMatrix<T>, rows: usize, columns: usize) -> DMatrix<T> {
    x.reshape_generic(Dyn(rows), Dyn(columns))
}

impl<T: Scalar, M: ConstraintSet<T>> ConstraintSet<T> for Whole<M> {
    fn geometry(&self) -> Geometry {
        self.0.geometry()
    }
    fn tangent(&self, x: &DMatrix<T>, g: &DMatrix<T>) -> Result<DMatrix<T>> {
        check_alike(x, g)?;
        Ok(shaped(self.0.tangent(&stacked(x), &stacked(g))?, x.nrows(), x.ncols()))
    }
    fn retract(&self, x: &DMatrix<T>, step: &DMatrix<T>) -> Result<DMatrix<T>> {
        check_alike(x, step)?;
        Ok(shaped(self.0.retract(&stacked(x), &stacked(step))?, x.nrows(), x.ncols()))
    }
    fn project(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        Ok(shaped(self.0.project(&stacked(x))?, x.nrows(), x.ncols()))
    }
    fn residual(&self, x: &DMatrix<T>) -> Result<T> {
        self.0.residual(&stacked(x))
    }
    fn stationarity(&self, x: &DMatrix<T>, g: &DMatrix<T>) -> Result<T> {
        check_alike(x, g)?;
        self.0.stationarity(&stacked(x), &stacked(g))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        self.0.support(&stacked(y))
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        self.0.recession(&stacked(by))
    }
}
