//! The result of a quadratic program.

use super::options::Start;
use super::proof::Certificate;
use super::residuals::Residuals;
use admm::Status;
use nalgebra::DVector;

/// The result of a quadratic program: the best point that was found, and what is known of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Solution {
    /// The status with which the run ended.
    pub status: Status,
    /// The variable x, n entries.
    pub x: DVector<f64>,
    /// The multipliers of the rows, m entries: Px + q + Aᵀy = 0. A positive one holds a row at its upper bound, a
    /// negative one at its lower bound.
    pub y: DVector<f64>,
    /// ½⟨x, Px⟩ + ⟨q, x⟩.
    pub objective: f64,
    /// The residuals of x and y.
    pub residuals: Residuals,
    /// The number of iterations.
    pub iterations: u64,
    /// The number of sparse factors that were computed, those of the [polish](super::Options::polish) included.
    pub factorisations: u64,
    /// The penalty ρ of the scaled program at the end.
    pub rho: f64,
    /// The vector that proves that there is no solution, and how well it does, for a status that says so.
    pub certificate: Option<Certificate>,
}

impl Solution {
    /// Returns the point to start a similar program from.
    pub fn start(&self) -> Start {
        Start { x: self.x.clone(), y: self.y.clone(), rho: Some(self.rho) }
    }
}
