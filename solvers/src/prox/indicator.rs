//! Indicators of the sets on which a block can move.

use super::{check, indicator};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{ConstraintSet, Geometry, Prox, Result};
use nalgebra::DMatrix;

/// The indicator of a [`ConstraintSet`]: 0 on the set and ∞ off it. Its proximal operator is the projection, for every
/// ρ.
///
/// ```
/// use admm::Prox;
/// use admm::nalgebra::DMatrix;
/// use admm_solvers::prox::Indicator;
/// use admm_solvers::set::Bounds;
///
/// let non_negative = Indicator(Bounds { lower: 0.0, upper: f64::INFINITY });
/// let v = DMatrix::from_column_slice(2, 1, &[-3.0, 2.0]);
/// assert_eq!(non_negative.value(&v), f64::INFINITY);
/// assert_eq!(non_negative.prox(&v, 1.0)?.as_slice(), [0.0, 2.0]);
/// # Ok::<(), admm::Error>(())
/// ```
///
/// # Errors
/// `prox` reports the errors of [`project`](ConstraintSet::project).
#[doc(alias = "Box")]
#[doc(alias = "NonNegative")]
#[doc(alias = "L2Ball")]
#[doc(alias = "LInfinityBall")]
#[doc(alias = "Sphere")]
#[doc(alias = "Orthonormal")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Indicator<M>(
    /// The set of the indicator.
    pub M,
);

impl<T: Scalar, M: ConstraintSet<T>> Prox<T> for Indicator<M> {
    fn value(&self, x: &DMatrix<T>) -> T {
        indicator(x, self.0.project(x))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        self.0.project(v)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        self.0.support(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        self.0.recession(by)
    }
    fn is_nonconvex(&self) -> bool {
        matches!(self.0.geometry(), Geometry::Manifold | Geometry::General)
    }
}
