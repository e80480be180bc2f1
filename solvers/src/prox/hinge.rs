//! The loss of support vector machines.

use super::{along, entrywise, everywhere, negative_part};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// Σ max(1 − xᵢ, 0) of margins x. `Margins` makes margins of scores and labels ±1.
///
/// prox(v, ρ) has the entries max(vᵢ, min(1, vᵢ + 1/ρ)): stationary where ρ(vᵢ − x) ∈ ∂max(1 − x, 0) (Combettes and
/// Pesquet, "Proximal splitting methods in signal processing", 2011, table 2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hinge;

impl<T: Scalar> Prox<T> for Hinge {
    fn value(&self, x: &DMatrix<T>) -> T {
        x.iter().map(|&margin| (T::one() - margin).max(T::zero())).sum()
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        entrywise(v, rho, |v| v.max(T::one().min(v + T::one() / rho)))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        along(by, -negative_part(by).sum())
    }
}
