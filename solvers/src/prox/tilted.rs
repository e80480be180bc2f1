//! A function and a linear one.

use super::{check, sized};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// f(x) + ⟨q, x⟩.
///
/// prox(v, ρ) = prox_f(v − q/ρ, ρ) (Parikh and Boyd, "Proximal Algorithms", 2014, §2.2).
///
/// # Errors
/// `prox` reports [`Error::Size`] for a v that is not of the size of q, and the errors of f.
#[derive(Debug, Clone, PartialEq)]
pub struct Tilted<T: Scalar, P> {
    /// The function f.
    pub of: P,
    /// The coefficients q of the linear term.
    pub by: DMatrix<T>,
}

impl<T: Scalar, P: Prox<T>> Prox<T> for Tilted<T, P> {
    fn value(&self, x: &DMatrix<T>) -> T {
        sized(x, self.by.shape(), || self.of.value(x) + self.by.dot(x))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        Error::check_size("the target of a tilted function", self.by.shape(), v.shape())?;
        self.of.prox(&(v - &self.by / rho), rho)
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        self.of.retune(rho)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        self.of.support(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        let recession = self.of.recession(by)?;
        Some(Recession { value: recession.value + self.by.dot(by), ..recession })
    }
    fn is_nonconvex(&self) -> bool {
        self.of.is_nonconvex()
    }
}
