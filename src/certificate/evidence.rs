//! The evidence that a certificate rests on.

use serde::{Deserialize, Serialize};
use std::fmt::{self, Display};

/// ρ against what it must exceed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Threshold {
    /// The penalty ρ.
    #[serde(rename = "penalty")]
    pub rho: f64,
    /// L, a Lipschitz constant of the smooth block's gradient around the result.
    pub lipschitz: f64,
    /// The bound 2L/(2 − α).
    pub bound: f64,
}

impl Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Threshold { rho, lipschitz, bound } = *self;
        write!(f, "ρ = {}, the bound is {} with L = {}", short(rho), short(bound), short(lipschitz))
    }
}

/// The rises of the augmented Lagrangian by more than rounding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Rises {
    /// Iterations with the ρ of the one before and known values, where those that were taken back are left out.
    pub compared: u64,
    /// Those of them in which it rose.
    pub rises: u64,
    /// By how much at most.
    pub largest: f64,
}

impl Display for Rises {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it rose in {} of {} iterations", self.rises, self.compared)?;
        if self.rises > 0 { write!(f, ", by at most {}", short(self.largest)) } else { Ok(()) }
    }
}

/// The norm of the multiplier, early in the run and in all.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Growth {
    /// The largest ‖Aᵀy‖ in the first iterations: a quarter of them at least, and half at most.
    pub early: f64,
    /// The largest of all.
    pub largest: f64,
}

impl Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the multiplier's norm is at most {}, early on {}", short(self.largest), short(self.early))
    }
}

/// The distance of the result from a stationary point.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Stationarity {
    /// The norm of the gradient that remains: of ADMM that of the Lagrangian and what the blocks reached.
    pub gradient: f64,
    /// The infeasibility of the result: ‖r‖ for ADMM.
    pub infeasibility: f64,
}

impl Display for Stationarity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the gradient is {}, the infeasibility {}", short(self.gradient), short(self.infeasibility))
    }
}

/// Formats a number with three digits.
pub(crate) fn short(value: f64) -> String {
    let digits = 2.0 - value.abs().log10().floor();
    if (-3.0..=5.0).contains(&digits) {
        format!("{value:.*}", digits.max(0.0) as usize)
    } else {
        format!("{value:.1e}")
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn three_digits() {
        let said = [0.0, 0.1, 2.0, 35.96, -0.00123456, 12345.6, 1.25e-7, 3e20, f64::INFINITY].map(short);
        assert_eq!(said, ["0.0e0", "0.100", "2.00", "36.0", "-0.00123", "12346", "1.2e-7", "3.0e20", "inf"]);
    }
}
