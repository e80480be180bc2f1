//! How a run goes: its best state so far, and whether it gets anywhere.

use crate::{Certificate, Real, Record, State, Status, Tally};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a run returns.
#[derive(Debug, Clone)]
pub struct Outcome<S> {
    /// How it ended.
    pub status: Status,
    /// The final state when converged, else the one with the smallest residuals.
    pub best: S,
    /// What the run shows of the conditions for convergence. That the augmented Lagrangian falls is known where
    /// [`track_objective`](crate::Coordinator::track_objective) asks for the values.
    pub certificate: Certificate,
}

/// A run under way. It is part of the state, so that a resumed run ends as the uninterrupted one does.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run<T, X, Z, S> {
    /// The iteration that it began after.
    pub since: u64,
    /// The smallest residuals so far in units of their bounds, and their iteration.
    pub lowest: Option<(f64, u64)>,
    /// For the certificate.
    pub tally: Tally,
    /// The best state so far; none where it is the present one.
    best: Option<Arc<State<T, X, Z, S>>>,
}

/// Residuals so many times the smallest ones are a divergence.
const GROWTH: f64 = 1e8;

impl<T: Real, X, Z, S> Run<T, X, Z, S> {
    pub(crate) fn new(since: u64) -> Self {
        Run { since, lowest: None, tally: Tally::default(), best: None }
    }

    /// Takes an iteration in. `before` is the state that it started from: it is kept when the new one is worse.
    pub(crate) fn follow(&mut self, record: &Record<T>, before: State<T, X, Z, S>) {
        self.tally.follow(record, &before.record);
        let excess = record.excess().to_f64();
        if record.within_bounds() {
            self.best = None; // blocks that stood still leave residuals of 0, which later ones are not measured by
        } else if self.lowest.is_none_or(|(lowest, _)| excess < lowest) {
            self.lowest = Some((excess, record.iteration));
            self.best = None;
        } else {
            self.best.get_or_insert_with(|| Arc::new(State { run: None, ..before }));
        }
    }

    /// The end of a run that leads nowhere.
    pub(crate) fn hopeless(&self, record: &Record<T>, patience: u64) -> Option<Status> {
        let (lowest, at) = self.lowest.filter(|_| !record.within_bounds())?;
        if record.excess().to_f64() > lowest * GROWTH {
            return Some(Status::Diverged);
        }
        (record.iteration - at >= patience.max(1)).then_some(Status::Stalled)
    }

    /// The best state where it is not the present one.
    pub(crate) fn into_best(self) -> Option<State<T, X, Z, S>>
    where
        State<T, X, Z, S>: Clone,
    {
        self.best.map(Arc::unwrap_or_clone)
    }
}
