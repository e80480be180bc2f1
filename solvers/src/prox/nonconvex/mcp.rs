//! The minimax concave penalty.

use super::best;
use crate::prox::{along, everywhere, positive};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// Σ φ(|xᵢ|) with φ(t) = λt − t²/(2γ) for t ≤ γλ and γλ²/2 beyond (Zhang, "Nearly unbiased variable selection under
/// minimax concave penalty", 2010, equation 2.1). It is not convex.
///
/// With ργ > 1 the operator prox(v, ρ) is firm thresholding: sign(vᵢ)·max(|vᵢ| − λ/ρ, 0)/(1 − 1/(ργ)), and vᵢ where that is beyond γλ.
/// Otherwise it is 0 or vᵢ: the objective is concave up to γλ.
///
/// # Errors
/// `prox` reports [`Error::Parameters`](admm::Error::Parameters) unless λ and γ are numbers above 0.
#[doc(alias = "firm threshold")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mcp {
    /// The slope λ > 0 at 0.
    pub lambda: f64,
    /// The place γ > 0, in units of λ, from which on the penalty is constant.
    pub gamma: f64,
}

impl<T: Scalar> Prox<T> for Mcp {
    fn value(&self, x: &DMatrix<T>) -> T {
        x.iter().map(|entry| penalty(entry.abs(), T::of(self.lambda), T::of(self.gamma))).sum()
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        let (lambda, gamma) = (positive::<T>(self.lambda, "lambda")?, positive::<T>(self.gamma, "gamma")?);
        let (end, firm) = (gamma * lambda, T::one() - T::one() / (rho * gamma));
        best(
            v,
            rho,
            |t| penalty(t, lambda, gamma),
            |v| {
                let shrunk = (v - lambda / rho).max(T::zero()) / firm;
                [if firm > T::zero() { shrunk.min(end) } else { T::zero() }, v.max(end)]
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

fn penalty<T: Scalar>(t: T, lambda: T, gamma: T) -> T {
    let t = t.min(gamma * lambda);
    t * (lambda - t / (gamma + gamma))
}
