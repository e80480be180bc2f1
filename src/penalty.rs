//! Penalty policies: rules that change the penalty ρ from one iteration to the next.
//!
//! | Policy | ρ |
//! |---|---|
//! | [`Balance`] | is doubled or halved where one residual is more than ten times the other |
//! | [`RelativeBalance`] | does the same by normalised residuals |
//! | [`Damped`] | follows another policy, whose swings die out; of `RelativeBalance` it is the default |
//! | [`SquareRoot`] | changes seldom and far, by the square root of the ratio of the residuals |
//! | [`Spectral`] | goes to the curvatures of both functions that the duals show |
//! | [`Fixed`] | stays |
//!
//! [`Limits`] holds under every policy: ρ stays in an interval, and changes finitely often. A policy of your own
//! implements [`Penalty`].

mod balance;
mod damped;
mod fixed;
mod relative_balance;
mod spectral;
mod square_root;

pub use balance::Balance;
pub use damped::Damped;
pub use fixed::Fixed;
pub use relative_balance::RelativeBalance;
pub use spectral::Spectral;
pub use square_root::SquareRoot;

use crate::state::{Memory, Record, Step};
use crate::{Error, Parameter, Real, Result};

/// A policy for ρ. The coordinator applies the answer: it keeps ρ within its [`Limits`], rescales the dual, retunes the
/// blocks and counts the change.
///
/// ```
/// use admm::penalty::Penalty;
/// use admm::state::{Memory, Step};
///
/// struct Double; // in every iteration, as long as the limits allow
/// impl<S> Penalty<f64, S> for Double {
///     fn next(&self, step: &Step<'_, f64, S>, _memory: &mut Memory<f64, S>) -> f64 {
///         2.0 * step.record.rho
///     }
/// }
/// ```
pub trait Penalty<T: Real, S>: Send + Sync {
    /// The penalty for the next iteration, given this one and what the policy wrote down in earlier ones.
    fn next(&self, step: &Step<'_, T, S>, memory: &mut Memory<T, S>) -> T;
    /// All parameters that are out of range.
    fn problems(&self) -> Vec<Parameter> {
        Vec::new()
    }
}

/// The limits that convergence theory asks of every policy: ρ stays in an interval and changes finitely often.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The interval that ρ never leaves.
    pub bounds: (f64, f64),
    /// The largest number of changes of ρ.
    pub max_changes: u32,
    /// ρ is multiplied or divided by at most this at once: a residual may vanish by accident.
    pub max_factor: f64,
}

impl Default for Limits {
    /// At most 50 changes of any size, each by at most 10: bounds would have units.
    fn default() -> Self {
        Limits { bounds: (0.0, f64::INFINITY), max_changes: 50, max_factor: 10.0 }
    }
}

impl Limits {
    /// As much of the change as the limits allow. A ρ that began outside the interval may come in, and goes no further
    /// out.
    pub(crate) fn allow<T: Real>(&self, wanted: T, record: &mut Record<T>) -> Result<T> {
        let rho = record.rho;
        if record.penalty_changes >= self.max_changes || wanted == rho {
            return Ok(rho);
        }
        if wanted.to_f64().is_nan() {
            return Err(Error::not_finite("the penalty that the policy wants"));
        }
        let (lowest, highest) = (T::of(self.bounds.0).min(rho), T::of(self.bounds.1).max(rho));
        let (down, up) = (rho / T::of(self.max_factor), rho * T::of(self.max_factor));
        let allowed = wanted.max(lowest.max(down)).min(highest.min(up));
        check_rho(allowed)?;
        record.penalty_clamped += u32::from(allowed != wanted);
        record.penalty_changes += u32::from(allowed != rho);
        Ok(allowed)
    }

    pub(crate) fn problems(&self) -> Vec<Parameter> {
        let (lowest, highest) = self.bounds;
        let mut problems = Vec::new();
        if !(lowest >= 0.0 && highest > 0.0 && lowest <= highest) {
            problems.push(Parameter::new(
                "penalty_limits.bounds",
                format!("must be an interval, got {lowest} to {highest}"),
            ));
        }
        if self.max_factor.is_nan() || self.max_factor <= 1.0 {
            problems
                .push(Parameter::new("penalty_limits.max_factor", format!("must be above 1, got {}", self.max_factor)));
        }
        problems
    }
}

/// Checks that ρ is positive and finite.
pub(crate) fn check_rho<T: Real>(rho: T) -> Result<()> {
    if rho > T::zero() && rho.is_finite() {
        return Ok(());
    }
    Err(Error::parameter("rho", format!("must be positive and finite, got {rho}")))
}
