//! The accuracy to which the blocks solve their subproblems.

use crate::parameter::{above_one, fraction, not_negative};
use crate::state::Record;
use crate::{Parameter, Real};

/// The accuracy to which the subproblems are solved.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Accuracy {
    /// The same tolerance in every iteration, in the units of the gradient.
    Fixed(f64),
    /// This share of the [bound](crate::state::Record::inner_bound) on what the blocks reach: the same in all units. In
    /// the first iteration, which has no bound yet, the blocks go as far as they can.
    Share(f64),
    /// A fraction of the smaller of the residuals ρ‖r‖ and ‖s‖, never rising, between `first` and `floor`: early
    /// iterations are cheap. The errors stay summable where the residuals are, as Eckstein and Bertsekas (1992,
    /// theorem 8) ask. A residual of 0 means that a block stood still within its tolerance: then that tolerance
    /// takes the place of the residual.
    Relative {
        /// The tolerance of the first iteration.
        first: f64,
        /// The fraction, in (0, 1).
        factor: f64,
        /// No tolerance is smaller; at most `first`.
        floor: f64,
    },
    /// `first` / kᵖ in the k-th iteration, whose sum is finite.
    Summable {
        /// The tolerance of the first iteration.
        first: f64,
        /// The power p > 1.
        power: f64,
    },
}

impl Default for Accuracy {
    /// A hundredth of the bound.
    fn default() -> Self {
        Accuracy::Share(0.01)
    }
}

impl Accuracy {
    pub(crate) fn first(&self) -> f64 {
        match *self {
            Accuracy::Fixed(tolerance) => tolerance,
            Accuracy::Share(_) => 0.0,
            Accuracy::Relative { first, .. } | Accuracy::Summable { first, .. } => first,
        }
    }

    pub(crate) fn next<T: Real>(&self, last: &Record<T>) -> T {
        match *self {
            Accuracy::Fixed(tolerance) => T::of(tolerance),
            Accuracy::Share(share) => T::of(share) * last.inner_bound,
            Accuracy::Relative { factor, floor, .. } => {
                let moved = |residual: T| if residual > T::zero() { residual } else { last.inner_tolerance };
                let residual = moved(last.rho * last.primal).min(moved(last.dual));
                (T::of(factor) * residual).min(last.inner_tolerance).max(T::of(floor))
            }
            Accuracy::Summable { first, power } => T::of(first / ((last.iteration + 1) as f64).powf(power)),
        }
    }

    pub(crate) fn problems(&self) -> Vec<Parameter> {
        match *self {
            Accuracy::Fixed(tolerance) => not_negative(&[("accuracy", tolerance)]),
            Accuracy::Share(share) => fraction(&[("accuracy.share", share)]),
            Accuracy::Relative { first, factor, floor } => {
                let ends = not_negative(&[("accuracy.first", first), ("accuracy.floor", floor)]);
                let apart = format!("must be at most {first}, the first tolerance, got {floor}");
                let crossed = (ends.is_empty() && floor > first).then(|| Parameter::new("accuracy.floor", apart));
                let factor = fraction(&[("accuracy.factor", factor)]);
                ends.into_iter().chain(crossed).chain(factor).collect()
            }
            Accuracy::Summable { first, power } => {
                let first = not_negative(&[("accuracy.first", first)]);
                [first, above_one(&[("accuracy.power", power)])].concat()
            }
        }
    }
}
