//! Points with two values.

use super::{bounded, check, indicator, nowhere};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// The indicator of {x : xᵢ = a or xᵢ = b}. It is not convex.
///
/// The nearest point has the nearer of a and b in the place of each entry, and a for an entry in the middle.
///
/// # Errors
/// `prox` reports [`Error::Parameters`] unless a < b are finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Binary {
    /// The smaller value a.
    pub low: f64,
    /// The larger value b.
    pub high: f64,
}

impl<T: Scalar> Prox<T> for Binary {
    fn value(&self, x: &DMatrix<T>) -> T {
        indicator(x, self.prox(x, T::one()))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        let (low, high) = (T::of(self.low), T::of(self.high));
        if !(low < high && low.is_finite() && high.is_finite()) {
            let problem = format!("must be finite and below high, got {} and {}", self.low, self.high);
            return Err(Error::parameter("low", problem));
        }
        let middle = low * T::of(0.5) + high * T::of(0.5);
        Ok(v.map(|entry| if entry > middle { high } else { low }))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        let (low, high) = (T::of(self.low), T::of(self.high));
        bounded(y.iter().map(|&y| (low * y).max(high * y)).sum())
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        nowhere(by)
    }
    fn is_nonconvex(&self) -> bool {
        true
    }
}
