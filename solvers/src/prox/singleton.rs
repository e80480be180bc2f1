//! A set of one point.

use super::{bounded, check, indicator, nowhere};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// The indicator of {b}, a set of one point. prox(v, ρ) = b, and the conjugate is the linear function ⟨b, y⟩.
///
/// # Errors
/// `prox` reports [`Error::Size`] for a v that is not of the size of b.
#[derive(Debug, Clone, PartialEq)]
pub struct Singleton<T: Scalar>(
    /// The only point b.
    pub DMatrix<T>,
);

impl<T: Scalar> Prox<T> for Singleton<T> {
    fn value(&self, x: &DMatrix<T>) -> T {
        indicator(x, self.prox(x, T::one()))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        Error::check_size("the target of a single point", self.0.shape(), v.shape())?;
        Ok(self.0.clone())
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        bounded(self.0.dot(y))
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        nowhere(by)
    }
}
