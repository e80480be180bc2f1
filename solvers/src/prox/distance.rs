//! The distance from a set.

use super::{check, everywhere};
use crate::scalar::{Scalar, norm};
use admm::infeasibility::Support;
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// The distance d(x) = min ‖x − y‖ over the points y of a convex set, which is given by its indicator.
///
/// prox(v, ρ) = v + t(P(v) − v) with t = min(1, 1/(ρ d(v))) and the projection P (Beck, "First-Order Methods in
/// Optimization", 2017, lemma 6.43). Half the squared distance, times μ, is
/// [`MoreauEnvelope { of, mu }`](super::MoreauEnvelope) of the same indicator.
///
/// # Errors
/// `prox` reports the errors of the indicator. `value` is then NaN.
///
/// ```
/// use admm::Prox;
/// use admm::nalgebra::DMatrix;
/// use admm_solvers::prox::{Distance, Simplex};
///
/// let f = Distance(Simplex { total: 1.0 });
/// let x = DMatrix::from_column_slice(2, 1, &[4.0, 4.0]);
/// assert_eq!(f.value(&x), 3.5 * 2.0_f64.sqrt());
/// assert_eq!(f.prox(&x, 0.1)?.as_slice(), [0.5, 0.5]);
/// # Ok::<(), admm::Error>(())
/// ```
#[doc(alias = "DistL2")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Distance<P>(
    /// The indicator of the set, whose proximal operator is the projection.
    pub P,
);

impl<T: Scalar, P: Prox<T>> Prox<T> for Distance<P> {
    fn value(&self, x: &DMatrix<T>) -> T {
        self.0.prox(x, T::one()).map_or(T::of(f64::NAN), |nearest| norm((nearest - x).as_slice()))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        let nearest = self.0.prox(v, T::one())?;
        let gap = &nearest - v;
        let distance = norm(gap.as_slice());
        if distance <= T::one() / rho { Ok(nearest) } else { Ok(v + gap / distance / rho) }
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    fn is_nonconvex(&self) -> bool {
        self.0.is_nonconvex()
    }
}
