//! The choices for the solution of a quadratic program.

use admm::Tolerance;
use nalgebra::DVector;

/// The choices for the solution of a [`Program`](super::Program).
#[derive(Debug, Clone)]
pub struct Options {
    /// The bounds of the [`Residuals`](super::Residuals), by default 10⁻⁶ relative. The absolute part is in units of
    /// the median bound and of the scaled objective, and by default 10⁻¹⁴: rounding alone.
    pub tolerance: Tolerance,
    /// The most iterations: 50,000 by default.
    pub max_iterations: u64,
    /// The first penalty ρ of the scaled program: 0.1 by default.
    pub rho: f64,
    /// Over-relaxation α in (0, 2): 1.6 by default.
    pub relaxation: f64,
    /// True if the rows that the iterates hold at their bounds are tried as equations, which costs a factorisation for
    /// each digit that is gained. Where they are the right ones, the run ends there, with residuals near rounding.
    pub polish: bool,
    /// The point to start from, 0 by default.
    pub start: Option<Start>,
}

impl Default for Options {
    fn default() -> Self {
        let tolerance = Tolerance { absolute: 1e-14, relative: 1e-6 };
        Options { tolerance, max_iterations: 50_000, rho: 0.1, relaxation: 1.6, polish: true, start: None }
    }
}

/// A point to start from, such as the solution of a similar program.
#[derive(Debug, Clone)]
pub struct Start {
    /// The variable x, n entries.
    pub x: DVector<f64>,
    /// The multipliers y, m entries.
    pub y: DVector<f64>,
    /// The penalty ρ of the scaled program, which [`Options::rho`] gives otherwise.
    pub rho: Option<f64>,
}
