//! A run under way: its best state so far, and whether it gets anywhere.

use super::Record;
use crate::certificate::Tally;
use crate::infeasibility::Signs;
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
    /// The changes of ρ so far.
    pub changes: u32,
    /// The size of the images in the first iteration under this ρ in which they were not 0.
    pub early: f64,
    /// The smallest residuals under this ρ, as numbers, that are not 0.
    pub lowest: f64,
    /// The counts for the certificate.
    pub tally: Tally,
    /// The signs that the problem has no solution.
    pub signs: Signs,
    /// The iteration from which on it runs as plain ADMM with a constant ρ, for signs that it leads nowhere since there is
    /// no solution.
    #[serde(default)]
    pub trial: Option<u64>,
    /// The best state so far; none where it is the present one.
    best: Option<Arc<S>>,
}

/// Images and residuals so many times what they were are a divergence, if the run comes no nearer to its end.
const GROWTH: f64 = 1e8;
/// The iterations in which a run that diverges comes no nearer to its end.
const IDLE: u64 = 8;
/// The iterations of a trial.
const TRIAL: u64 = 300;

impl<S> Run<S> {
    pub(crate) fn new(since: u64) -> Self {
        let signs = Signs::default();
        let (tally, lowest) = (Tally::default(), f64::INFINITY);
        Run { since, nearest: None, changes: 0, early: 0.0, lowest, tally, signs, trial: None, best: None }
    }

    /// Takes an iteration in. `before` is the state that it started from: it is kept when the new one is worse.
    pub(crate) fn follow<T: Real>(&mut self, record: &Record<T>, taken_back: bool, stop: &Stop, before: S) {
        self.tally.follow(record, taken_back);
        let (size, residual) = (record.primal_scale.to_f64(), residual(record));
        if self.changes != record.penalty_changes {
            (self.changes, self.early, self.lowest) = (record.penalty_changes, 0.0, f64::INFINITY);
        }
        if self.early == 0.0 {
            self.early = size;
        }
        if residual > 0.0 {
            self.lowest = self.lowest.min(residual);
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

    /// The end of a run that leads nowhere: images and residuals have grown out of all proportion, or the last half of
    /// the run, and `patience` iterations at least, came no nearer to the stopping rule.
    pub(crate) fn hopeless<T: Real>(&self, record: &Record<T>, stop: &Stop, patience: u64) -> Option<Status> {
        self.nearest.filter(|_| !stop.met(record))?;
        let (length, idle) = (record.iteration - self.since, self.idle(record));
        let residuals = residual(record) > GROWTH * self.lowest;
        if residuals && self.has_grown(record, GROWTH) && idle >= IDLE {
            return Some(Status::Diverged);
        }
        (idle >= patience.max(1) && 2 * idle >= length).then_some(Status::Stalled)
    }

    /// True if the images are more than so many times what they were.
    fn has_grown<T: Real>(&self, record: &Record<T>, times: f64) -> bool {
        self.early > 0.0 && record.primal_scale.to_f64() > times * self.early
    }

    /// Returns the number of the last iterations that came no nearer to the stopping rule.
    pub(crate) fn idle<T: Real>(&self, record: &Record<T>) -> u64 {
        self.nearest.map_or(0, |(_, at)| record.iteration - at)
    }

    /// Returns true if it goes on as a trial, which begins now or began not long ago. A trial ends where the images have
    /// grown once more: those of a problem without a solution grow slowly, and others would overflow.
    pub(crate) fn is_on_trial<T: Real>(&mut self, record: &Record<T>) -> bool {
        let iteration = record.iteration;
        if self.trial.is_none() {
            self.signs = Signs::default();
        }
        iteration - *self.trial.get_or_insert(iteration) < TRIAL && !self.has_grown(record, GROWTH * GROWTH)
    }

    /// Returns true if it goes on as plain ADMM with a constant ρ, under which the iterates of a problem without a
    /// solution show it best: there are signs of that, or it is on trial.
    pub(crate) fn is_plain(&self) -> bool {
        self.trial.is_some() || self.signs.any()
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

/// Both residuals as numbers, the larger one. Those relative to their bounds stay small where all grows alike.
fn residual<T: Real>(record: &Record<T>) -> f64 {
    record.primal.max(record.dual).to_f64()
}
