//! The smoothly clipped absolute deviation.

use super::best;
use crate::prox::{along, everywhere, positive};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// Σ φ(|xᵢ|) with φ(t) = λt for t ≤ λ, (2aλt − t² − λ²)/(2(a − 1)) up to aλ and λ²(a + 1)/2 beyond. It is not convex.
///
/// The slope is that of Fan and Li, "Variable selection via nonconcave penalized likelihood and its oracle properties",
/// 2001, equation 2.7.
///
/// On each of the three pieces the objective of prox(v, ρ) is a quadratic function. Its minimiser on a piece is the
/// stationary point, brought into the piece, or one of the ends.
///
/// # Errors
/// `prox` reports [`Error::Parameters`] unless λ > 0 and a > 1 are finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scad {
    /// The slope λ at 0.
    pub lambda: f64,
    /// The place a, in units of λ, from which on the penalty is constant: 3.7 by Fan and Li.
    pub a: f64,
}

impl<T: Scalar> Prox<T> for Scad {
    fn value(&self, x: &DMatrix<T>) -> T {
        x.iter().map(|entry| penalty(entry.abs(), T::of(self.lambda), T::of(self.a))).sum()
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        let (lambda, a) = (positive::<T>(self.lambda, "lambda")?, positive::<T>(self.a, "a")?);
        if self.a <= 1.0 {
            return Err(Error::parameter("a", format!("must be above 1, got {}", self.a)));
        }
        let bend = T::one() / (a - T::one());
        best(
            v,
            rho,
            |t| penalty(t, lambda, a),
            |v| {
                let first = (v - lambda / rho).max(T::zero()).min(lambda);
                let stationary = (rho * v - a * lambda * bend) / (rho - bend);
                let second = if rho > bend { stationary.max(lambda).min(a * lambda) } else { lambda };
                [first, second, v.max(a * lambda)]
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

fn penalty<T: Scalar>(t: T, lambda: T, a: T) -> T {
    let (one, two) = (T::one(), T::of(2.0));
    if t <= lambda {
        lambda * t
    } else if t <= a * lambda {
        (two * a * lambda * t - t * t - lambda * lambda) / (two * (a - one))
    } else {
        lambda * lambda * (a + one) / two
    }
}
