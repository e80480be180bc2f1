//! A smooth function with the same minimisers.

use super::{check, everywhere, positive};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result, Smooth};
use nalgebra::DMatrix;

/// The Moreau envelope M(x) = min f(y) + μ/2 ‖y − x‖² over all y, for a convex f. It is differentiable, lies below f,
/// and has the same minimisers.
///
/// The gradient ∇M(x) = μ(x − prox_f(x, μ)) has the Lipschitz constant μ (Parikh and Boyd, "Proximal Algorithms", 2014,
/// §3.1). The proximal operator is prox(v, ρ) = v + μ/(ρ + μ)·(prox_f(v, ρμ/(ρ + μ)) − v) (Beck, "First-Order Methods
/// in Optimization", 2017, theorem 6.63).
///
/// # Errors
/// `value_and_gradient`, `prox` and `retune` report [`Error::Parameters`](admm::Error::Parameters) for a μ that is not
/// a number above 0, and the errors of f. `value` is then NaN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MoreauEnvelope<P> {
    /// The function f.
    pub of: P,
    /// The parameter μ > 0.
    pub mu: f64,
}

impl<P> MoreauEnvelope<P> {
    /// Returns μ/(ρ + μ).
    fn share<T: Scalar>(&self, rho: T) -> Result<T> {
        let mu: T = positive(self.mu, "mu")?;
        Ok(T::one() / (rho / mu + T::one()))
    }
}

impl<T: Scalar, P: Prox<T>> Smooth<T> for MoreauEnvelope<P> {
    type Point = DMatrix<T>;

    fn value_and_gradient(&self, x: &DMatrix<T>) -> Result<(T, DMatrix<T>)> {
        let mu: T = positive(self.mu, "mu")?;
        let y = self.of.prox(x, mu)?;
        let gap = x - &y;
        Ok((self.of.value(&y) + mu / T::of(2.0) * gap.norm_squared(), gap * mu))
    }
    fn lipschitz(&self, _x: &DMatrix<T>) -> Option<T> {
        positive(self.mu, "mu").ok()
    }
}

impl<T: Scalar, P: Prox<T>> Prox<T> for MoreauEnvelope<P> {
    fn value(&self, x: &DMatrix<T>) -> T {
        self.value_and_gradient(x).map_or(T::of(f64::NAN), |(value, _)| value)
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        let share = self.share(rho)?;
        Ok(v + (self.of.prox(v, rho * share)? - v) * share)
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        self.of.retune(rho * self.share(rho)?)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        self.of.recession(by)
    }
}
