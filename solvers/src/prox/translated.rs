//! A function with another origin.

use super::{check, sized, value_near};
use crate::scalar::{Scalar, norm};
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// The function f(x − b).
///
/// prox(v, ρ) = b + prox_f(v − b, ρ) (Parikh and Boyd, "Proximal Algorithms", 2014, §2.2).
///
/// # Errors
/// `prox` reports [`Error::Size`] for a v that is not of the size of b, and the errors of f.
#[derive(Debug, Clone, PartialEq)]
pub struct Translated<T: Scalar, P> {
    /// The function f.
    pub of: P,
    /// The translation b.
    pub by: DMatrix<T>,
}

impl<T: Scalar, P: Prox<T>> Prox<T> for Translated<T, P> {
    fn value(&self, x: &DMatrix<T>) -> T {
        sized(x, self.by.shape(), || {
            value_near(&self.of, &(x - &self.by), norm(x.as_slice()) + norm(self.by.as_slice()))
        })
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        Error::check_size("the target of a translated function", self.by.shape(), v.shape())?;
        Ok(&self.by + self.of.prox(&(v - &self.by), rho)?)
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        self.of.retune(rho)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        let support = self.of.support(y)?;
        Some(Support { value: support.value + self.by.dot(y), ..support })
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        self.of.recession(by)
    }
    fn is_nonconvex(&self) -> bool {
        self.of.is_nonconvex()
    }
}
