//! How accurately the blocks solve their problems.

use crate::{Real, Record};

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
