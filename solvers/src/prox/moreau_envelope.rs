//! A smooth function with the same minimisers.

use super::{check, positive};
use crate::scalar::Scalar;
use admm::{Prox, Result, Smooth};
use nalgebra::DMatrix;

/// M(x) = min f(y) + μ/2 ‖y − x‖² over all y, for a convex f: differentiable, below f, and with the same minimisers.
///
/// ∇M(x) = μ(x − prox_f(x, μ)), of which μ is a Lipschitz constant (Parikh and Boyd, "Proximal Algorithms", 2014,
/// §3.1), and prox(v, ρ) = v + μ/(ρ + μ)·(prox_f(v, ρμ/(ρ + μ)) − v) (Beck, "First-Order Methods in Optimization",
/// 2017, theorem 6.63).
///
/// # Errors
/// All but the value as a [`Prox`], which is then NaN, report [`Error::Parameters`](admm::Error::Parameters) for a μ
/// that is not a number above 0, and those of f.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MoreauEnvelope<P> {
    /// f.
    pub of: P,
    /// μ > 0.
    pub penalty: f64,
}

impl<P> MoreauEnvelope<P> {
    /// μ/(ρ + μ).
    fn share<T: Scalar>(&self, penalty: T) -> Result<T> {
        let own: T = positive(self.penalty, "penalty")?;
        Ok(T::one() / (penalty / own + T::one()))
    }
}

impl<T: Scalar, P: Prox<T>> Smooth<T> for MoreauEnvelope<P> {
    type Point = DMatrix<T>;

    fn value_and_gradient(&self, x: &DMatrix<T>) -> Result<(T, DMatrix<T>)> {
        let penalty: T = positive(self.penalty, "penalty")?;
        let y = self.of.prox(x, penalty)?;
        let gap = x - &y;
        Ok((self.of.value(&y) + penalty / T::of(2.0) * gap.norm_squared(), gap * penalty))
    }
    fn lipschitz(&self, _x: &DMatrix<T>) -> Option<T> {
        positive(self.penalty, "penalty").ok()
    }
}

impl<T: Scalar, P: Prox<T>> Prox<T> for MoreauEnvelope<P> {
    fn value(&self, x: &DMatrix<T>) -> T {
        self.value_and_gradient(x).map_or(T::of(f64::NAN), |(value, _)| value)
    }
    fn prox(&self, v: &DMatrix<T>, penalty: T) -> Result<DMatrix<T>> {
        check(v, penalty)?;
        let share = self.share(penalty)?;
        Ok(v + (self.of.prox(v, penalty * share)? - v) * share)
    }
    fn retune(&mut self, penalty: T) -> Result<()> {
        self.of.retune(penalty * self.share(penalty)?)
    }
}
