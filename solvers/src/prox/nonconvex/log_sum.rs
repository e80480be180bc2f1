//! The sum of logarithms.

use super::best;
use crate::prox::{along, everywhere, positive};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// Σ log(1 + |xᵢ|/ε), the penalty behind reweighted 1-norms (Candès, Wakin and Boyd, "Enhancing sparsity by reweighted ℓ₁
/// minimization", 2008, equation 9). It is not convex.
///
/// prox(v, ρ) is 0 or has the larger root t of (t − |vᵢ|)(t + ε) + 1/ρ, ½(|vᵢ| − ε + √((|vᵢ| + ε)² − 4/ρ)), as the
/// magnitude: the smaller root is a maximum.
///
/// # Errors
/// `prox` reports [`Error::Parameters`](admm::Error::Parameters) unless ε is a number above 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogSum {
    /// The scale ε > 0 of the entries.
    pub epsilon: f64,
}

impl<T: Scalar> Prox<T> for LogSum {
    fn value(&self, x: &DMatrix<T>) -> T {
        x.iter().map(|entry| (entry.abs() / T::of(self.epsilon)).ln_1p()).sum()
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        let epsilon = positive::<T>(self.epsilon, "epsilon")?;
        let (half, least) = (T::of(0.5), T::of(2.0) / rho.sqrt());
        best(
            v,
            rho,
            |t| (t / epsilon).ln_1p(),
            |v| {
                let sum = v + epsilon;
                let root = (sum - least).max(T::zero()).sqrt() * (sum + least).sqrt();
                [T::zero(), (half * ((v - epsilon) + root)).max(T::zero())]
            },
        )
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    /// It grows more slowly than any linear function.
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        along(by, T::zero())
    }
    fn is_nonconvex(&self) -> bool {
        true
    }
}
