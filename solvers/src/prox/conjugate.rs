//! The convex conjugate.

use super::check;
use crate::scalar::Scalar;
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// f*(y) = sup ⟨x, y⟩ − f(x) over all x, for a convex f.
///
/// prox(v, ρ) = v − prox_f(ρv, 1/ρ)/ρ: Moreau's identity (Parikh and Boyd, "Proximal Algorithms", 2014, §2.5).
///
/// The value is ⟨x, y⟩ − f(x) at the best x when a little is charged for its length, x = prox_f(y/μ, μ) with μ = √ε. So
/// it is f*(y) from below, to about μ‖x‖²; and off the domain of f* it is large, of the order of the square of the
/// distance by μ, and not ∞.
///
/// # Errors
/// `retune` and `prox` report those of f.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Conjugate<P>(
    /// The function f.
    pub P,
);

impl<T: Scalar, P: Prox<T>> Prox<T> for Conjugate<P> {
    fn value(&self, y: &DMatrix<T>) -> T {
        let charge = T::EPSILON.sqrt();
        self.0.prox(&(y / charge), charge).map_or(T::of(f64::NAN), |x| x.dot(y) - self.0.value(&x))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        Ok(v - self.0.prox(&(v * rho), T::one() / rho)? / rho)
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        self.0.retune(T::one() / rho)
    }
}
