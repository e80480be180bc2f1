//! When a run ends, and how it ended.

use crate::{Real, Record};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Boyd et al. (2011, §3.3.1): stop when the primal residual is at most √p ε_abs + ε_rel max(‖Ax‖, ‖Bz‖, ‖c‖) and the
/// dual residual at most √n ε_abs + ε_rel ‖Aᵀy‖, where y = ρu.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// ε_abs ≥ 0, per entry.
    pub absolute: f64,
    /// ε_rel ≥ 0.
    pub relative: f64,
}

impl Default for Tolerance {
    /// 10⁻⁶ absolute and 10⁻⁴ relative.
    fn default() -> Self {
        Tolerance { absolute: 1e-6, relative: 1e-4 }
    }
}

impl Tolerance {
    pub(crate) fn problems(&self) -> Vec<String> {
        [("absolute", self.absolute), ("relative", self.relative)]
            .into_iter()
            .filter(|(_, value)| !(value.is_finite() && *value >= 0.0))
            .map(|(name, value)| format!("the {name} tolerance must be finite and not negative, got {value}"))
            .collect()
    }
}

/// How accurately the inner problems are solved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Accuracy {
    /// The same tolerance in every iteration.
    Fixed(f64),
    /// A fraction of the smaller of the residuals ρ‖r‖ and ‖s‖, never rising, between `first` and `floor`: early
    /// iterations are cheap. The errors stay summable where the residuals are, as Eckstein and Bertsekas (1992,
    /// theorem 8) ask.
    Relative {
        /// The tolerance of the first iteration.
        first: f64,
        /// The fraction, in (0, 1).
        factor: f64,
        /// No tolerance is smaller.
        floor: f64,
    },
}

impl Accuracy {
    pub(crate) fn first(&self) -> f64 {
        match *self {
            Accuracy::Fixed(tolerance) => tolerance,
            Accuracy::Relative { first, .. } => first,
        }
    }

    pub(crate) fn next<T: Real>(&self, last: &Record<T>) -> T {
        match *self {
            Accuracy::Fixed(tolerance) => T::of(tolerance),
            Accuracy::Relative { factor, floor, .. } => {
                let residual = (last.penalty * last.primal).min(last.dual);
                (T::of(factor) * residual).min(last.inner_tolerance).max(T::of(floor))
            }
        }
    }

    pub(crate) fn problems(&self) -> Vec<String> {
        let values = match *self {
            Accuracy::Fixed(tolerance) => vec![tolerance],
            Accuracy::Relative { first, factor, floor } => vec![first, factor, floor],
        };
        let bad = values.into_iter().filter(|value| !(value.is_finite() && *value >= 0.0));
        bad.map(|value| format!("an inner tolerance must be finite and not negative, got {value}")).collect()
    }
}

/// How a run ended. Only failures are errors; each of these comes with the best iterate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The stopping rule is met.
    Converged,
    /// The iterations ran out.
    IterationLimit,
    /// The residuals have not improved for a long time.
    Stalled,
    /// The residuals grew without bound.
    Diverged,
    /// An observer ended the run.
    Stopped,
}

impl Status {
    /// What to do about it, in a sentence.
    pub fn advice(self) -> &'static str {
        match self {
            Status::Converged => "The stopping rule is met.",
            Status::IterationLimit => "Allow more iterations, or ask for less accuracy.",
            Status::Stalled => {
                "No progress: solve the inner problems more accurately, change the penalty or loosen the tolerance."
            }
            Status::Diverged => {
                "The residuals grow: raise the penalty, put the smooth block last, or check that the problem is bounded."
            }
            Status::Stopped => "Stopped on request; the best iterate so far is kept.",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Status::Converged => "converged",
            Status::IterationLimit => "iteration-limit",
            Status::Stalled => "stalled",
            Status::Diverged => "diverged",
            Status::Stopped => "stopped",
        })
    }
}
