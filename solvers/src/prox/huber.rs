//! Squares near 0, magnitudes beyond.

use super::{along, entrywise, everywhere, positive, shrunk};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// Σ hᵢ with hᵢ = ½xᵢ² where |xᵢ| ≤ δ, and δ|xᵢ| − δ²/2 elsewhere (Huber, "Robust estimation of a location parameter",
/// 1964).
///
/// It is the Moreau envelope of δ‖x‖₁ with penalty 1 (Beck, "First-Order Methods in Optimization", 2017, example 6.66).
/// So prox(v, ρ) has the entries (ρvᵢ + s)/(ρ + 1) with s = sign(vᵢ)·max(|vᵢ| − δ(1 + 1/ρ), 0).
///
/// # Errors
/// `prox` reports [`Error::Parameters`](admm::Error::Parameters) for a δ that is not a number above 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Huber {
    /// The bound δ > 0 of the slope.
    pub delta: f64,
}

impl<T: Scalar> Prox<T> for Huber {
    fn value(&self, x: &DMatrix<T>) -> T {
        let (delta, half) = (T::of(self.delta), T::of(0.5));
        let of = |x: T| if x <= delta { half * x * x } else { delta * (x - half * delta) };
        x.iter().map(|entry| of(entry.abs())).sum()
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        let (delta, step) = (positive::<T>(self.delta, "delta")?, T::one() / rho);
        entrywise(v, rho, |v| (v + step * shrunk(v, delta + delta * step)) / (T::one() + step))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        along(by, T::of(self.delta) * by.lp_norm(1))
    }
}
