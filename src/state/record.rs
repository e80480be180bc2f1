//! The record of an iteration: its measurements and its cost.

use crate::{Cost, Real};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The measurements of one iteration.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Record<T> {
    /// Counted from 1; 0 before the first.
    pub iteration: u64,
    /// ‖r‖ = ‖Ax + Bz − c‖.
    pub primal: T,
    /// ‖s‖ = ρ‖AᵀBΔz‖.
    pub dual: T,
    /// A bound on the gradient of the Lagrangian where both subproblems are solved: ρ‖Aᵀ((2 − α)BΔz − (1 − α)r)‖, which
    /// is ‖s‖ for α = 1.
    pub gradient: T,
    /// The norm of the gradients that both subproblems have at the answers of the blocks, what they
    /// [reached](crate::Solved): unknown where a block does not measure it.
    pub inner_residual: Option<T>,
    /// Boyd's bound on ‖r‖.
    pub primal_bound: T,
    /// Boyd's bound on ‖s‖.
    pub dual_bound: T,
    /// The largest entry of r in units of its own bound, see [`Stop::Entries`](crate::Stop::Entries). One that is within
    /// it counts up to ten times where it leaves a large duality gap.
    pub primal_excess: T,
    /// The largest entry of s in units of its own bound. It counts up to ten times likewise.
    pub dual_excess: T,
    /// The norms of r and s, the larger one, in units of the bound that the scales of their entries give.
    pub norm_excess: T,
    /// The bound on [`inner_residual`](Self::inner_residual).
    pub inner_bound: T,
    /// True if the absolute part of the tolerance was decisive: the stopping rule is met, and would not be by the relative
    /// part alone.
    #[serde(default)]
    pub by_absolute: bool,
    /// max(‖Ax‖, ‖Bz‖, ‖c‖), which ‖r‖ is small against.
    pub primal_scale: T,
    /// ‖Aᵀy‖, which ‖s‖ is small against.
    pub dual_scale: T,
    /// ‖r‖ relative to its scale, and ρ‖BΔz‖ relative to ‖y‖: both in the coupling space, since Aᵀy may vanish with s. Of
    /// the largest scales in the run a thousandth counts.
    pub relative: [T; 2],
    /// f(x) + g(z), where it is asked for and finite.
    pub objective: Option<T>,
    /// The change of the objective by this iteration, relative to its scale in the run.
    pub objective_change: Option<T>,
    /// f(x) + g(z) + ⟨y, r⟩ + ρ/2 ‖r‖² with y = ρu, where the objective is known.
    pub augmented_lagrangian: Option<T>,
    /// ρ, as used in this iteration.
    pub rho: T,
    /// The number of changes of ρ so far, a change after this iteration included.
    pub penalty_changes: u32,
    /// The number of times so far that a policy wanted ρ beyond its limits.
    pub penalty_clamped: u32,
    /// Extrapolated starts that proved good so far.
    pub accepted: u64,
    /// Extrapolated starts that were taken back so far.
    pub rejected: u64,
    /// The accuracy asked of the blocks in this iteration.
    pub inner_tolerance: T,
    /// The cost so far.
    pub cost: Cost,
}

impl<T: Real> Record<T> {
    /// Makes the record before the first iteration.
    pub fn new(rho: T) -> Self {
        let zero = T::zero();
        Record {
            iteration: 0,
            primal: zero,
            dual: zero,
            gradient: zero,
            inner_residual: Some(zero),
            primal_bound: zero,
            dual_bound: zero,
            primal_excess: zero,
            dual_excess: zero,
            norm_excess: zero,
            inner_bound: zero,
            by_absolute: false,
            primal_scale: zero,
            dual_scale: zero,
            relative: [zero; 2],
            objective: None,
            objective_change: None,
            augmented_lagrangian: None,
            rho,
            penalty_changes: 0,
            penalty_clamped: 0,
            accepted: 0,
            rejected: 0,
            inner_tolerance: zero,
            cost: Cost::default(),
        }
    }
    /// Both residuals in units of Boyd's bounds, the larger one: at most 1 within the bounds.
    pub fn excess(&self) -> T {
        let tiny = tiny();
        (self.primal / self.primal_bound.max(tiny)).max(self.dual / self.dual_bound.max(tiny))
    }
    /// ‖r‖ / max(‖Ax‖, ‖Bz‖, ‖c‖) and ‖s‖ / ‖Aᵀy‖, Wohlberg (2017).
    pub fn normalised(&self) -> (T, T) {
        (self.primal / self.primal_scale.max(tiny()), self.dual / self.dual_scale.max(tiny()))
    }
}

/// The share of a number below which another one is rounding beside it.
pub(crate) fn rounding<T: Real>() -> T {
    T::of(64.0) * T::EPSILON
}

/// Below this nothing is divided by.
pub(crate) fn tiny<T: Real>() -> T {
    T::min_value().unwrap_or(T::one()).abs().recip().sqrt()
}

/// The quantity that a stopping rule judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantity {
    Primal,
    Dual,
    Objective,
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Quantity::Primal => "the primal residual",
            Quantity::Dual => "the dual residual",
            Quantity::Objective => "the change of the objective",
        })
    }
}
