//! A penalty that saturates exponentially.

use super::between;
use crate::prox::{along, everywhere, positive};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// Σ 1 − exp(−γ|xᵢ|) (Bradley and Mangasarian, "Feature selection via concave minimization and support vector machines",
/// 1998). It is not convex.
///
/// Its slope is convex from 0 on, so that prox(v, ρ) has 0 or the last stationary point in each place.
///
/// # Errors
/// `prox` reports [`Error::Parameters`](admm::Error::Parameters) unless γ is a number above 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExponentialPenalty {
    /// The slope γ > 0 at 0.
    pub gamma: f64,
}

impl<T: Scalar> Prox<T> for ExponentialPenalty {
    fn value(&self, x: &DMatrix<T>) -> T {
        let gamma = T::of(self.gamma);
        x.iter().map(|entry| -(-gamma * entry.abs()).exp_m1()).sum()
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        let gamma = positive::<T>(self.gamma, "gamma")?;
        between(
            v,
            rho,
            T::zero(),
            |t| -(-gamma * t).exp_m1(),
            |t| {
                let slope = gamma * (-gamma * t).exp();
                (slope, -gamma * slope)
            },
        )
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    /// It is bounded.
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        along(by, T::zero())
    }
    fn is_nonconvex(&self) -> bool {
        true
    }
}
