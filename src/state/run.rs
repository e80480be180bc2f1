//! A run under way: its best state so far, and whether it gets anywhere.

use super::Record;
use crate::certificate::Tally;
use crate::{Real, Status, Stop};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A run under way through states of type `S`. It is part of the state, so that a resumed run ends as the uninterrupted
/// one does.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run<S> {
    /// The iteration that it began after.
    pub since: u64,
    /// The smallest distance to the stopping rule so far, in units of its bounds, and its iteration.
    pub nearest: Option<(f64, u64)>,
    /// The smallest residuals so far in units of the bounds of the tolerance.
    pub lowest: Option<f64>,
    /// The counts for the certificate.
    pub tally: Tally,
    /// The best state so far; none where it is the present one.
    best: Option<Arc<S>>,
}

/// Residuals so many times the smallest ones are a divergence.
const GROWTH: f64 = 1e8;

impl<S> Run<S> {
    pub(crate) fn new(since: u64) -> Self {
        Run { since, nearest: None, lowest: None, tally: Tally::default(), best: None }
    }

    /// Takes an iteration in. `before` is the state that it started from: it is kept when the new one is worse.
    ///
    /// If neither block moved, both residuals are 0. Such a record is skipped: as a reference, every later residual
    /// would look like growth.
    pub(crate) fn follow<T: Real>(&mut self, record: &Record<T>, taken_back: bool, stop: &Stop, before: S) {
        self.tally.follow(record, taken_back);
        if !record.within_bounds() {
            let residuals = record.excess().to_f64();
            self.lowest = Some(self.lowest.map_or(residuals, |lowest| lowest.min(residuals)));
        }
        let excess = stop.excess(record).to_f64();
        if stop.met(record) {
            self.best = None;
        } else if self.nearest.is_none_or(|(nearest, _)| excess < nearest) {
            self.nearest = Some((excess, record.iteration));
            self.best = None;
        } else {
            self.best.get_or_insert_with(|| Arc::new(before));
        }
    }

    /// The end of a run that leads nowhere. The residuals tell of a divergence under every stopping rule: what they are
    /// normalised by grows with them, and a change of the objective may be small by accident.
    pub(crate) fn hopeless<T: Real>(&self, record: &Record<T>, stop: &Stop, patience: u64) -> Option<Status> {
        let grown = |lowest: f64| record.excess().to_f64() > lowest * GROWTH;
        if !record.within_bounds() && self.lowest.is_some_and(grown) {
            return Some(Status::Diverged);
        }
        let (_, at) = self.nearest.filter(|_| !stop.met(record))?;
        (record.iteration - at >= patience.max(1)).then_some(Status::Stalled)
    }

    /// Returns true if the present state is the best one.
    pub(crate) fn is_at_best(&self) -> bool {
        self.best.is_none()
    }

    /// The best state where it is not the present one.
    pub(crate) fn into_best(self) -> Option<S>
    where
        S: Clone,
    {
        self.best.map(Arc::unwrap_or_clone)
    }
}
