//! A penalty policy that is a Python callable.

use super::observer::Record;
use super::stash::Stash;
use admm::penalty::Penalty;
use admm::state::{Memory, Step};
use pyo3::prelude::*;

/// A callable that takes the record of an iteration, and returns ρ for the next one.
pub struct PythonPolicy {
    pub rule: Py<PyAny>,
    pub stash: Stash,
}

impl<S> Penalty<f64, S> for PythonPolicy {
    fn next(&self, step: &Step<'_, f64, S>, _memory: &mut Memory<f64, S>) -> f64 {
        let asked = Python::attach(|py| self.rule.bind(py).call1((Record(*step.record),))?.extract());
        // NaN is refused by the coordinator, and ends the run.
        asked.unwrap_or_else(|error| {
            self.stash.keep(error);
            f64::NAN
        })
    }
}
