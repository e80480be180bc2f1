//! The negative entropy.

use super::{entrywise, negative_part, nowhere, poisson};
use crate::scalar::{Scalar, norm};
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// Σ xᵢ log xᵢ, with 0 log 0 = 0, and ∞ off x ≥ 0: the negative of Shannon's entropy.
///
/// prox(v, ρ) solves log x + 1 + ρ(x − vᵢ) = 0, entry by entry: it is W(ρ exp(ρvᵢ − 1))/ρ with Lambert's function W
/// (Combettes and Pesquet, "Proximal splitting methods in signal processing", 2011, table 2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Entropy;

impl<T: Scalar> Prox<T> for Entropy {
    fn value(&self, x: &DMatrix<T>) -> T {
        let of = |x: T| if x > T::zero() { x * x.ln() } else { x };
        let outside = x.iter().any(|&x| x < T::zero());
        if outside { T::of(f64::INFINITY) } else { x.iter().map(|&entry| of(entry)).sum() }
    }
    /// u = log x solves u + ρeᵘ = ρv − 1, the equation of the operator of [`Poisson`](super::Poisson). A step of Newton's
    /// method for x removes what the exponential adds to rounding.
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        entrywise(v, rho, |v| {
            let x = poisson::root(rho * v - T::one(), T::one() / rho).exp();
            let step = (x.ln() + T::one() + rho * (x - v)) / (T::one() / x + rho);
            if x > T::zero() { x - step } else { x }
        })
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        Some(Support { value: T::zero(), violation: norm(negative_part(&-y).as_slice()) })
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        nowhere(by)
    }
}
