//! How the penalty ρ changes from one iteration to the next.

use crate::{Error, Real, Record, Result};

/// A policy for ρ. The coordinator applies the answer: it rescales the dual, retunes the blocks and counts the change.
pub trait Penalty<T: Real>: Send + Sync {
    /// The penalty for the next iteration, given what this one measured.
    fn next(&self, last: &Record<T>) -> T;
    /// All parameters that are out of range, in words.
    fn problems(&self) -> Vec<String> {
        Vec::new()
    }
}

/// ρ stays as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fixed;

impl<T: Real> Penalty<T> for Fixed {
    fn next(&self, last: &Record<T>) -> T {
        last.penalty
    }
}

/// Residual balancing, Boyd et al. (2011, eq. 3.13): ρ grows by τ where the primal residual is μ times the dual one,
/// shrinks by τ in the opposite case, and stays for good after `max_changes`, as convergence theory asks.
#[derive(Debug, Clone, Copy)]
pub struct Balance {
    /// μ > 1.
    pub threshold: f64,
    /// τ > 1.
    pub factor: f64,
    /// How often ρ may change.
    pub max_changes: u32,
    /// ρ never leaves this interval.
    pub bounds: (f64, f64),
}

impl Default for Balance {
    /// μ = 10 and τ = 2 as in the monograph, at most 50 changes within [10⁻⁸, 10⁸].
    fn default() -> Self {
        Balance { threshold: 10.0, factor: 2.0, max_changes: 50, bounds: (1e-8, 1e8) }
    }
}

impl<T: Real> Penalty<T> for Balance {
    fn next(&self, last: &Record<T>) -> T {
        let (threshold, factor) = (T::of(self.threshold), T::of(self.factor));
        let next = if last.penalty_changes >= self.max_changes {
            last.penalty
        } else if last.primal > threshold * last.dual {
            last.penalty * factor
        } else if last.dual > threshold * last.primal {
            last.penalty / factor
        } else {
            last.penalty
        };
        let (lowest, highest) = (T::of(self.bounds.0).min(last.penalty), T::of(self.bounds.1).max(last.penalty));
        next.max(lowest).min(highest)
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (name, value) in [("threshold", self.threshold), ("factor", self.factor)] {
            if value.is_nan() || value <= 1.0 || value.is_infinite() {
                problems.push(format!("the {name} of residual balancing must be above 1, got {value}"));
            }
        }
        let (lowest, highest) = self.bounds;
        if !(lowest >= 0.0 && highest > 0.0 && lowest <= highest) {
            problems.push(format!("the bounds of residual balancing must be an interval, got {lowest} to {highest}"));
        }
        problems
    }
}

/// ρ > 0 and finite, or a sentence that says so.
pub(crate) fn check_penalty<T: Real>(penalty: T) -> Result<()> {
    if penalty > T::zero() && penalty.is_finite() {
        return Ok(());
    }
    Err(Error::parameter(format!("the penalty must be positive and finite, got {penalty}")))
}
