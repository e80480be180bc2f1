//! One method after the other, until all are done or somebody stops them.

use std::ops::ControlFlow;

use admm::Status;
use admm_solvers::Scalar;
use admm_solvers::joint::{Fitted, Method, Moment, Position, Prepared};

use crate::checkpoint::FitCheckpoints;
use crate::failure::Failure;
use crate::flags::{FitOptions, ModelOptions};
use crate::interrupt;
use crate::output::Console;

/// A fit by several methods from the same start.
pub struct Session<'a, T: Scalar> {
    /// The prepared problem.
    pub prepared: &'a Prepared<T>,
    /// The flags of the fit.
    pub options: &'a FitOptions,
    /// The console for progress and warnings.
    pub console: Console,
    /// The checkpoints of the fit, if it is kept.
    pub checkpoints: Option<FitCheckpoints>,
    /// The fits that are finished.
    pub found: Vec<Fitted<T>>,
}

impl<T: Scalar> Session<'_, T> {
    /// Fits by the methods that are missing, the first one from a position. What was found stays, whatever happens.
    /// Every call takes an iteration at least, so that a run under any time limit comes to its end.
    pub fn run(&mut self, mut from: Option<Position>) -> Result<(), Failure> {
        for method in self.options.method.list().into_iter().skip(self.found.len()) {
            let fitted = self.fit(method, from.take())?;
            let stopped = fitted.report.status == Status::Stopped;
            self.found.push(fitted);
            if stopped {
                return Err(Failure::Interrupted);
            }
            if let Some(checkpoints) = &mut self.checkpoints {
                checkpoints.save(&self.found);
            }
        }
        Ok(())
    }

    fn fit(&mut self, method: Method, from: Option<Position>) -> Result<Fitted<T>, Failure> {
        let model = &self.options.model;
        let mut follower = self.console.follow(method, model.tolerance, model.max_iterations);
        let (checkpoints, found) = (&mut self.checkpoints, &self.found);
        let mut observer = |moment: &Moment<'_>| {
            follower.show(moment);
            let stops = interrupt::requested();
            if let Some(checkpoints) = checkpoints.as_mut() {
                checkpoints.watch(moment, found, stops);
            }
            if stops { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let fitted = match from {
            Some(position) => self.prepared.resume(position, &mut observer),
            None => self.prepared.fit(method, &mut observer),
        };
        drop(follower);
        let fitted = fitted.map_err(Failure::library(method.to_string()))?;
        let report = &fitted.report;
        if !matches!(report.status, Status::Converged | Status::Stopped) {
            let advice = match report.status {
                Status::Unattained => unattained(model),
                status => status.advice(),
            };
            self.console.warn(&format!("{method}: {}. {advice}", report.status));
        }
        Ok(fitted)
    }
}

/// The advice for a problem without a minimiser, where more iterations do not help.
fn unattained(model: &ModelOptions) -> &'static str {
    match (model.ridge == 0.0, model.shrinkage == 0.0) {
        (false, _) => "A longer W with a shorter B evades the ridge: set --shrinkage, or a --constraint.",
        (true, false) => "A shorter W with a longer B evades the shrinkage: set --ridge.",
        (true, true) => "Nothing bounds B: set --ridge.",
    }
}
