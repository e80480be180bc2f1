//! The convex conjugate.

use super::check;
use crate::scalar::{Scalar, norm};
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// The convex conjugate f*(y) = sup ⟨x, y⟩ − f(x) over all x, for a convex f.
///
/// prox(v, ρ) = v − prox_f(ρv, 1/ρ)/ρ: Moreau's identity (Parikh and Boyd, "Proximal Algorithms", 2014, §2.5).
///
/// The value is approximate. It is ⟨x, y⟩ − f(x) at x = prox_f(y/μ, μ) with μ = √ε, the maximiser of
/// ⟨x, y⟩ − f(x) − μ/2 ‖x‖². So it is below f*(y), by about μ‖x‖². Off the domain of f* it is not ∞, but large: of the
/// order of the squared distance over μ.
///
/// # Errors
/// `retune` and `prox` report the errors of f.
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
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        let recession = self.0.recession(y)?;
        Some(Support { value: recession.value, violation: recession.violation })
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        let support = self.0.support(by)?;
        Some(Recession { value: support.value, violation: support.violation, length: norm(by.as_slice()) })
    }
}
