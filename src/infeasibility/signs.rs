//! The signs that a run leads nowhere because its problem has no solution.

use serde::{Deserialize, Serialize};

/// Checks that must agree before a run is judged by them.
const CHECKS: u32 = 3;
/// They must span this share of the iterations before them.
const SPAN: f64 = 0.1;
/// A move that shrinks to less than this share in the meantime is one of a run that converges.
const FADED: f64 = 0.5;

/// The certificates that the last checks of a run found, of either kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Signs {
    /// Certificates that the constraint cannot be met.
    pub primal: Option<Streak>,
    /// Certificates that the objective has no lower bound.
    pub dual: Option<Streak>,
}

impl Signs {
    /// Returns true if the last check found a certificate.
    pub(crate) fn any(&self) -> bool {
        self.primal.is_some() || self.dual.is_some()
    }
}

/// Checks one after the other that found a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Streak {
    /// The iteration of the first.
    pub since: u64,
    /// The number of checks.
    pub checks: u32,
    /// The size of the move in the first: that of the multiplier over ρ, or that of the variables times ρ.
    pub first: f64,
}

impl Streak {
    /// Takes the check of an iteration in, counted from the start of the run. Returns the streak that goes on, and true
    /// if it is long enough.
    pub(crate) fn follow(last: Option<Streak>, iteration: u64, found: Option<f64>) -> (Option<Streak>, bool) {
        let Some(size) = found else { return (None, false) };
        let fresh = Streak { since: iteration, checks: 1, first: size };
        let Some(last) = last.filter(|last| size >= FADED * last.first) else { return (Some(fresh), false) };
        let streak = Streak { checks: last.checks + 1, ..last };
        let span = iteration.saturating_sub(streak.since) as f64;
        (Some(streak), streak.checks >= CHECKS && span >= SPAN * streak.since as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of checks until a run is judged.
    fn judged(every: u64, sizes: impl Iterator<Item = Option<f64>>) -> Option<usize> {
        let mut streak = None;
        sizes.enumerate().find_map(|(i, size)| {
            let (next, over) = Streak::follow(streak, every * (i as u64 + 1), size);
            streak = next;
            over.then_some(i + 1)
        })
    }

    #[test]
    fn a_run_is_judged_by_moves_that_stay() {
        assert_eq!(judged(10, (0..9).map(|_| Some(2.0))), Some(3));
        assert_eq!(judged(10, (0..9).map(|i| (i != 1).then_some(2.0))), Some(5));
        assert_eq!(judged(10, (0..99).map(|i| Some(0.7_f64.powi(i)))), None);
        assert_eq!(judged(10, (0..200).map(|i| (i >= 100).then_some(2.0))), Some(112));
    }
}
