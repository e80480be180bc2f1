//! The mean and the standard deviation of some values.

use serde::Serialize;

/// A mean, and how far the values are from it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// The mean of the values.
    pub mean: f64,
    /// The standard deviation, with n − 1; 0 of a single value.
    pub sd: f64,
}

impl Spread {
    /// Computes mean and deviation of at least one value.
    pub fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Spread { mean, sd: (squares / (n - 1.0).max(1.0)).sqrt() }
    }
}
