//! What is watched in a run of ADMM: its history, its best points, and whether it has ended.

use super::blocks::{PredictVar, feasible, traced};
use super::candidates::Candidates;
use super::ending::Ending;
use super::log::Log;
use crate::joint::{Linear, Method, Progress};
use crate::scalar::Scalar;
use admm::state::{Record, State};
use admm::{Result, Status};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// What a run of ADMM keeps beside its state.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Scalar", deserialize = "T: Scalar"))]
pub(super) struct Beside<T: Scalar> {
    pub candidates: Candidates<T>,
    /// The number of times that the run has begun anew.
    pub begun_anew: usize,
    /// True if the rest is for the polish.
    pub lingers: bool,
    ending: Ending,
}

impl<T: Scalar> Beside<T> {
    /// The run begins anew: its blocks do not agree yet.
    pub fn begin_anew(&mut self) {
        self.begun_anew += 1;
        self.ending.begin_anew();
    }
}

impl<T: Scalar> Default for Beside<T> {
    fn default() -> Self {
        Beside { candidates: Candidates::default(), begun_anew: 0, lingers: false, ending: Ending::default() }
    }
}

/// The observer of a run.
pub(super) struct Watch<'a, 'o, T: Scalar, X> {
    pub prepared: &'a Linear<T>,
    pub log: &'a mut Log<'o>,
    /// W of the variable of the first block.
    pub w: fn(&X) -> &DMatrix<T>,
    /// The passes after which the run begins anew.
    pub anew: &'static [u64],
}

impl<T: Scalar, X: Serialize> Watch<'_, '_, T, X> {
    /// Returns true if the run is to begin anew: neither the polish nor the limit of iterations ends it.
    pub fn is_over(&self, beside: &Beside<T>, record: &Record<T>) -> bool {
        let goes_on = !beside.lingers && record.iteration < self.prepared.options.max_iterations;
        goes_on && self.anew.get(beside.begun_anew).is_some_and(|&passes| record.cost.passes >= passes)
    }

    /// The entry of an iteration in the history, and its point among the candidates. Returns how the run ends, if it
    /// does: because the gradient is within the tolerance, or because the observer of the fit ends it.
    pub fn observe(
        &mut self,
        beside: &mut Beside<T>,
        state: &State<T, X, PredictVar<T>, DMatrix<T>>,
    ) -> Result<Option<Status>> {
        let (prepared, record, w) = (self.prepared, &state.record, (self.w)(&state.x));
        let point = feasible(w, &state.z);
        let objective = self.log.aside(|| traced(prepared, &point))?;
        let augmented_lagrangian = record.augmented_lagrangian.map(|value| value.to_f64());
        let Beside { candidates, lingers, ending, .. } = beside;
        candidates.follow(record.iteration, (objective, augmented_lagrangian), &point);
        let ended = ending.reached(prepared, &point, (&state.z, record))?;
        *lingers = !ended && ending.lingers(prepared.tolerance(), record);
        let entry = Progress {
            iteration: record.iteration,
            objective,
            augmented_lagrangian,
            primal_residual: record.primal.to_f64(),
            dual_residual: record.dual.to_f64(),
            rho: record.rho.to_f64(),
            passes: prepared.start.spent.cost.passes + record.cost.passes + ending.passes,
            seconds: 0.0,
            participation: None,
        };
        let reached = ended.then_some(Status::Converged);
        let ended = prepared.ended(Method::Admm, record.iteration, reached, &point)?;
        self.log.add(entry, &(state, &*beside), ended)
    }
}
