//! A function and a pull towards a point.

use super::{check, nowhere, positive, sized};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// f(x) + μ/2 ‖x − a‖².
///
/// prox(v, ρ) = prox_f((ρv + μa)/(ρ + μ), ρ + μ) (Beck, "First-Order Methods in Optimization", 2017, theorem 6.13).
///
/// # Errors
/// `retune` and `prox` report [`Error::Parameters`] for a μ that is not a number above 0, and the errors of f. `prox`
/// reports [`Error::Size`] for a v that is not of the size of a.
///
/// ```
/// use admm::Prox;
/// use admm::nalgebra::DMatrix;
/// use admm_solvers::prox::{L1, Regularised};
///
/// let column = |entries: [f64; 2]| DMatrix::from_column_slice(2, 1, &entries);
/// let f = Regularised { of: L1, mu: 1.0, towards: column([4.0, 0.0]) };
/// assert_eq!(f.prox(&column([2.0, 0.5]), 1.0)?, column([2.5, 0.0]));
/// # Ok::<(), admm::Error>(())
/// ```
#[doc(alias = "Regularize")]
#[derive(Debug, Clone, PartialEq)]
pub struct Regularised<T: Scalar, P> {
    /// The function f.
    pub of: P,
    /// The weight μ > 0.
    pub mu: f64,
    /// The point a, of the size of x.
    pub towards: DMatrix<T>,
}

impl<T: Scalar, P: Prox<T>> Prox<T> for Regularised<T, P> {
    fn value(&self, x: &DMatrix<T>) -> T {
        sized(x, self.towards.shape(), || self.of.value(x) + T::of(0.5 * self.mu) * (x - &self.towards).norm_squared())
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        Error::check_size("the target of a regularised function", self.towards.shape(), v.shape())?;
        let mu: T = positive(self.mu, "mu")?;
        let share = T::one() / (rho / mu + T::one());
        self.of.prox(&(v * (T::one() - share) + &self.towards * share), rho + mu)
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        let mu: T = positive(self.mu, "mu")?;
        self.of.retune(rho + mu)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        self.of.support(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        nowhere(by)
    }
    fn is_nonconvex(&self) -> bool {
        self.of.is_nonconvex()
    }
}
