//! A bounded penalty with a kink.

use super::between;
use crate::prox::{along, everywhere, positive};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// Σ |xᵢ|/(γ + |xᵢ|) (Geman and Reynolds, "Constrained restoration and the recovery of discontinuities", 1992). It is not
/// convex.
///
/// Its slope is convex from 0 on, so that prox(v, ρ) has 0 or the last stationary point in each place.
///
/// # Errors
/// `prox` reports [`Error::Parameters`](admm::Error::Parameters) unless γ is a number above 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GemanReynolds {
    /// The scale γ > 0 of the entries.
    pub gamma: f64,
}

impl<T: Scalar> Prox<T> for GemanReynolds {
    fn value(&self, x: &DMatrix<T>) -> T {
        let gamma = T::of(self.gamma);
        x.iter().map(|entry| penalty(entry.abs() / gamma)).sum()
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        let gamma = positive::<T>(self.gamma, "gamma")?;
        between(
            v,
            rho,
            T::zero(),
            |t| penalty(t / gamma),
            |t| {
                let share = T::one() / (T::one() + t / gamma);
                let slope = share * share / gamma;
                (slope, -T::of(2.0) * slope * share / gamma)
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

fn penalty<T: Scalar>(t: T) -> T {
    t / (T::one() + t)
}
