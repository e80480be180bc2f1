//! When a run has converged.

use crate::parameter::not_negative;
use crate::state::{Quantity, Record, tiny};
use crate::{Parameter, Real};
use std::ops::{BitAnd, BitOr};

/// How small the residuals have to be: ε_abs for an entry, in its units, plus ε_rel of its scale. What the scale is, the
/// [stopping rule](Stop) says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// ε_abs ≥ 0, per entry.
    pub absolute: f64,
    /// The relative tolerance ε_rel ≥ 0.
    pub relative: f64,
}

impl Default for Tolerance {
    /// 10⁻⁴, relative alone: an absolute part has units.
    fn default() -> Self {
        Tolerance { absolute: 0.0, relative: 1e-4 }
    }
}

impl Tolerance {
    pub(crate) fn problems(&self) -> Vec<Parameter> {
        not_negative(&[("tolerance.absolute", self.absolute), ("tolerance.relative", self.relative)])
    }
}

/// A stopping rule. Rules combine: `a | b` is met where either is, `a & b` where both are.
///
/// ```
/// use admm::Stop;
///
/// let stop = Stop::Residuals & Stop::ObjectiveChange(1e-8) | Stop::Normalised { primal: 1e-6, dual: 1e-6 };
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub enum Stop {
    /// Every entry of both residuals is within ε_abs + ε_rel times its own scale: |rᵢ| against max(|Ax|ᵢ, |Bz|ᵢ, |c|ᵢ) and
    /// |sⱼ| against |Aᵀy|ⱼ. No large entry hides a small one, and without ε_abs other units change nothing. An entry may
    /// end as 0. Then its scale is that of a typical entry, the median, or the most that its own was in the run if that
    /// is less. Where all vanish, what is left counts as rounding after 100 iterations. A residual that leaves a large
    /// duality gap counts up to ten times.
    #[default]
    Entries,
    /// The norms of both residuals are within √p ε_abs + ε_rel max(‖Ax‖, ‖Bz‖, ‖c‖) and √n ε_abs + ε_rel ‖Aᵀy‖, where
    /// y = ρu, Boyd et al. (2011, §3.3.1). One large entry can hide the violation of another.
    Residuals,
    /// ‖r‖ / max(‖Ax‖, ‖Bz‖, ‖c‖) and ‖s‖ / ‖Aᵀy‖ are at most these, Wohlberg (2017).
    Normalised {
        /// The bound for r.
        primal: f64,
        /// The bound for s.
        dual: f64,
    },
    /// An iteration changed f(x) + g(z) by at most this, relative to its size. It proves little by itself:
    /// slow progress looks the same. It costs a value of both blocks in every iteration.
    ObjectiveChange(f64),
    /// Either is met.
    Any(Box<Stop>, Box<Stop>),
    /// The rule that is met where both are.
    All(Box<Stop>, Box<Stop>),
}

impl BitOr for Stop {
    type Output = Stop;
    fn bitor(self, other: Stop) -> Stop {
        Stop::Any(Box::new(self), Box::new(other))
    }
}

impl BitAnd for Stop {
    type Output = Stop;
    fn bitand(self, other: Stop) -> Stop {
        Stop::All(Box::new(self), Box::new(other))
    }
}

impl Stop {
    /// Returns true if an iteration meets the rule.
    pub fn met<T: Real>(&self, record: &Record<T>) -> bool {
        record.iteration > 0
            && match self {
                Stop::Entries => record.primal_excess <= T::one() && record.dual_excess <= T::one(),
                Stop::Residuals => record.primal <= record.primal_bound && record.dual <= record.dual_bound,
                Stop::Normalised { primal, dual } => {
                    let (r, s) = record.normalised();
                    r <= T::of(*primal) && s <= T::of(*dual)
                }
                Stop::ObjectiveChange(most) => record.objective_change.is_some_and(|change| change <= T::of(*most)),
                Stop::Any(a, b) => a.met(record) || b.met(record),
                Stop::All(a, b) => a.met(record) && b.met(record),
            }
    }

    /// Returns the distance of an iteration from meeting the rule, in units of its bounds. Of two rules, the nearer one
    /// counts where either will do.
    pub(crate) fn excess<T: Real>(&self, record: &Record<T>) -> T {
        match self {
            // The largest entry, in units of its own size, tells nothing of the progress before it settles.
            Stop::Entries if !self.met(record) => T::one() + record.norm_excess,
            Stop::Any(a, b) => a.excess(record).min(b.excess(record)),
            Stop::All(a, b) => a.excess(record).max(b.excess(record)),
            _ => self.decisive(record).1,
        }
    }

    /// Returns the quantity that is furthest above its bound, in units of the bound. Of two rules, that of the nearer one
    /// counts where either will do.
    pub(crate) fn decisive<T: Real>(&self, record: &Record<T>) -> (Quantity, T) {
        let larger = |primal: T, dual: T| {
            if primal >= dual { (Quantity::Primal, primal) } else { (Quantity::Dual, dual) }
        };
        let in_units = |value: T, most: T| value / most.max(tiny());
        match self {
            Stop::Entries => larger(record.primal_excess, record.dual_excess),
            Stop::Residuals => {
                larger(in_units(record.primal, record.primal_bound), in_units(record.dual, record.dual_bound))
            }
            Stop::Normalised { primal, dual } => {
                let (r, s) = record.normalised();
                larger(in_units(r, T::of(*primal)), in_units(s, T::of(*dual)))
            }
            Stop::ObjectiveChange(most) => {
                let units = |change| in_units(change, T::of(*most));
                (Quantity::Objective, record.objective_change.map_or(T::of(f64::INFINITY), units))
            }
            Stop::Any(a, b) | Stop::All(a, b) => {
                let (a, b) = (a.decisive(record), b.decisive(record));
                if (a.1 >= b.1) == matches!(self, Stop::All(..)) { a } else { b }
            }
        }
    }

    pub(crate) fn wants_objective(&self) -> bool {
        match self {
            Stop::Entries | Stop::Residuals | Stop::Normalised { .. } => false,
            Stop::ObjectiveChange(_) => true,
            Stop::Any(a, b) | Stop::All(a, b) => a.wants_objective() || b.wants_objective(),
        }
    }

    pub(crate) fn problems(&self) -> Vec<Parameter> {
        match self {
            Stop::Entries | Stop::Residuals => Vec::new(),
            Stop::Normalised { primal, dual } => not_negative(&[("stop.primal", *primal), ("stop.dual", *dual)]),
            Stop::ObjectiveChange(most) => not_negative(&[("stop.objective_change", *most)]),
            Stop::Any(a, b) | Stop::All(a, b) => [a.problems(), b.problems()].concat(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In units of its bounds a rule is met up to 1; of `|` the nearer one counts, of `&` the further one.
    #[test]
    fn a_rule_is_met_where_nothing_exceeds_it() {
        let bounds = Record { iteration: 7, primal_bound: 1e-2, dual_bound: 1e-1, ..Record::new(1.0) };
        let scales = Record { primal_scale: 10.0, dual_scale: 100.0, ..bounds };
        let (residuals, normalised) = (Stop::Residuals, Stop::Normalised { primal: 1e-2, dual: 1e-4 });
        let (change, zero) = (Stop::ObjectiveChange(1e-3), Stop::ObjectiveChange(0.0));
        let either = residuals.clone() | normalised.clone() & change.clone();
        let both = (residuals.clone() | change.clone()) & normalised.clone();
        for primal in [0.0, 5e-3, 0.05, 0.5] {
            for dual in [0.0, 5e-3, 0.05, 0.5] {
                for objective_change in [None, Some(0.0), Some(5e-4), Some(5e-3)] {
                    let record = Record { primal, dual, objective_change, ..scales };
                    for stop in [&residuals, &normalised, &change, &zero, &either, &both] {
                        assert_eq!(stop.met(&record), stop.excess(&record) <= 1.0, "{stop:?} {record:?}");
                    }
                }
            }
        }
        let record: Record<f64> = Record { primal: 0.05, dual: 0.03, objective_change: Some(4e-3), ..scales };
        assert_eq!([residuals, normalised, change].map(|stop| stop.excess(&record).round()), [5.0, 3.0, 4.0]);
        assert_eq!([either, both].map(|stop| stop.excess(&record).round()), [4.0, 4.0]);
    }
}
