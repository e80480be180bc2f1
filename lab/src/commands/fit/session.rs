//! One method after the other, until all are done or somebody stops them.

use std::ops::ControlFlow;

use admm::Status;
use admm_solvers::Scalar;
use admm_solvers::joint::{Fitted, Method, Moment, Position, Prepared, Report};

use crate::checkpoint::FitCheckpoints;
use crate::failure::Failure;
use crate::flags::{Conditions, FitOptions, ModelOptions};
use crate::interrupt;
use crate::output::Console;
use crate::ranks;

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
    /// Every call takes an iteration at least, so that a run under any time limit comes to its end; of random starts, one
    /// that is stopped is begun anew.
    pub fn run(&mut self, mut from: Option<Position>) -> Result<(), Failure> {
        let starts = self.options.starts;
        let mut under_way = self.found.pop_if(|fitted| lacks_starts(fitted, starts));
        for method in self.options.methods().into_iter().skip(self.found.len()) {
            let fitted = under_way.take().map_or_else(|| self.fit(method, from.take()), Ok)?;
            if fitted.report.status == Status::Stopped {
                self.found.push(fitted);
                return Err(Failure::Interrupted);
            }
            let fitted = self.prepared.other_starts(fitted, &interrupt::requested);
            let mut fitted = fitted.map_err(Failure::library(method.to_string()))?;
            let stopped = lacks_starts(&fitted, starts);
            if !stopped && self.options.certificate == Conditions::SecondOrder {
                let certificate = self.prepared.second_order(&fitted.model);
                fitted.report.second_order = Some(certificate.map_err(Failure::library(method.to_string()))?);
            }
            self.advise(&fitted.report);
            self.found.push(fitted);
            if let Some(checkpoints) = &mut self.checkpoints {
                checkpoints.save(&self.found);
            }
            if stopped {
                return Err(Failure::Interrupted);
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
            let stops = ranks::any(interrupt::requested());
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
        fitted.map_err(Failure::library(method.to_string()))
    }

    /// Warns of a fit that has not converged, and of hidden layers that collapse, with advice.
    fn advise(&self, report: &Report) {
        if let Some(collapse) = report.collapse() {
            self.console.warn(&format!("{}: {collapse}", report.method));
        }
        if report.status != Status::Converged {
            let advice = match report.status {
                Status::Unattained => unattained(&self.options.model),
                status => status.advice(),
            };
            self.console.warn(&format!("{}: {}. {advice}", report.method, report.status));
        }
    }
}

/// Returns true if random starts are still to be tried.
fn lacks_starts<T: Scalar>(fitted: &Fitted<T>, starts: usize) -> bool {
    let Report { method, status, starts: ends, .. } = &fitted.report;
    starts > 0 && *method != Method::TwoStage && *status != Status::Stopped && ends.len() <= starts
}

/// The advice for a problem without a minimiser, where more iterations do not help.
fn unattained(model: &ModelOptions) -> &'static str {
    match (model.ridge == 0.0, model.shrinkage == 0.0) {
        (false, _) => "A longer W with a shorter B evades the ridge: set --shrinkage, or a --constraint.",
        (true, false) => "A shorter W with a longer B evades the shrinkage: set --ridge.",
        (true, true) => "Nothing bounds B: set --ridge.",
    }
}
