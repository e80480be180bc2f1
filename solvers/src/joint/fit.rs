//! The fit: it makes a fitted model of data and choices.

use super::methods::{Found, Log, TwoBlocks, descent, two_stage};
use super::result::{canonical, certify};
use super::{Fitted, JointModel, Method, Model, Moment, Position, Prepared, Report};
use crate::data::Features;
use crate::scalar::Scalar;
use admm::certificate::Stationarity;
use admm::method::stationarity;
use admm::{Result, Smooth, Status};
use std::ops::ControlFlow;

impl JointModel {
    /// Fits by the chosen method. X is d×n, a sample is a column; labels are class numbers 0 … c−1.
    ///
    /// X is whatever becomes [`Features`]: a matrix that is handed over is scaled in place, a borrowed one is copied,
    /// one in an `Arc`, a mapped file and a sparse one are left as they are.
    ///
    /// # Errors
    /// Those of [`prepare`](Self::prepare), and of a block that fails.
    pub fn fit<T: Scalar>(&self, x: impl Into<Features<T>>, labels: &[usize]) -> Result<Fitted<T>> {
        let classes = labels.iter().max().map_or(0, |last| last.saturating_add(1));
        let prepared = self.prepare(x, labels, classes, None)?;
        prepared.other_starts(prepared.fit(self.options.method, &mut |_| ControlFlow::Continue(()))?, &|| false)
    }

    /// Checks and scales the data, forms the covariance and finds the start: what all methods share.
    ///
    /// # Errors
    /// Empty, constant or non-finite data; lengths that differ; fewer than two classes, or one without samples; more
    /// components than min(n, d); weights that are negative, not finite, or all zero. Class weights of another number than
    /// the classes. Samples of weight 0 are left out.
    /// [`Error::Unbounded`](admm::Error::Unbounded) without a constraint, for a shrinkage that does not bound the
    /// objective.
    pub fn prepare<T: Scalar>(
        &self,
        x: impl Into<Features<T>>,
        labels: &[usize],
        classes: usize,
        weights: Option<&[T]>,
    ) -> Result<Prepared<T>> {
        Prepared::new(&self.options, x.into(), labels, classes, weights)
    }
}

impl<T: Scalar> Prepared<T> {
    /// Fits by one method, from the same start as every other. The observer sees each outer iteration, and may stop it.
    ///
    /// A fit that does not converge returns the point with the lowest joint objective that it knows of. No objective in
    /// its history is lower, nor is that of its start.
    ///
    /// # Errors
    /// A block that fails, with its iteration.
    pub fn fit(&self, method: Method, observer: &mut dyn FnMut(&Moment<'_>) -> ControlFlow<()>) -> Result<Fitted<T>> {
        fit(self, method, None, observer)
    }

    /// Continues a fit from where another, of the same data with the same choices, stood.
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit), and a position of another kind of fit.
    pub fn resume(
        &self,
        position: Position,
        observer: &mut dyn FnMut(&Moment<'_>) -> ControlFlow<()>,
    ) -> Result<Fitted<T>> {
        fit(self, position.method, Some(position), observer)
    }
}

fn fit<T: Scalar>(
    prepared: &Prepared<T>,
    method: Method,
    from: Option<Position>,
    observer: &mut dyn FnMut(&Moment<'_>) -> ControlFlow<()>,
) -> Result<Fitted<T>> {
    let spent = if method == Method::TwoStage { prepared.start.principal_spent } else { prepared.start.spent };
    let from = from.unwrap_or(Position { method, history: Vec::new(), state: Vec::new() });
    let mut log = Log::new(from, spent.seconds, observer)?;
    let found = match method {
        Method::Admm | Method::Alternating => TwoBlocks { prepared, method, log: &mut log }.fit()?,
        Method::Descent => descent(prepared, &mut log)?,
        Method::TwoStage => two_stage(prepared, &mut log)?,
    };
    let found = Found { status: status(prepared, method, &found)?, ..found };
    let seconds = log.seconds();
    let report = Report { seconds, ..report(prepared, method, &found)? };
    let model = Model { scaler: prepared.scaler.clone(), weights: canonical(prepared, found.point)? };
    Ok(Fitted { model, report, history: log.history })
}

/// The status of a method, the same for all where there is no minimiser. A small gradient says nothing there: it vanishes
/// towards infinity.
fn status<T: Scalar>(prepared: &Prepared<T>, method: Method, found: &Found<T>) -> Result<Status> {
    let unattained = found.status != Status::Stopped && prepared.is_unattained(method, &found.point)?;
    Ok(if unattained { Status::Unattained } else { found.status })
}

/// The figures of a feasible point, in the space where the method ran.
fn report<T: Scalar>(prepared: &Prepared<T>, method: Method, found: &Found<T>) -> Result<Report> {
    let (point, last) = (&found.point, &found.last);
    let on = prepared.set();
    let (objective, gradient) = prepared.objective.value_and_gradient(point)?;
    let cross_entropy = prepared.objective.entropy.cross_entropy(point)?;
    let figures = Stationarity {
        gradient: stationarity(&*on, point, &gradient)?.to_f64(),
        infeasibility: on.residual(&point.v)?.to_f64(),
    };
    Ok(Report {
        method,
        status: found.status,
        objective: objective.to_f64(),
        variance_explained: prepared.objective.variance.of.covariance.explained(&point.v)?.to_f64(),
        cross_entropy: cross_entropy.to_f64(),
        training_error: prepared.objective.entropy.error(point)?,
        iterations: last.iteration,
        passes: last.passes,
        polish: found.polish,
        seconds: 0.0,
        stationarity: figures.gradient,
        feasibility: figures.infeasibility,
        primal_residual: last.primal_residual,
        dual_residual: last.dual_residual,
        rho: last.rho,
        certificate: certify(prepared, method, found, figures),
        n: prepared.objective.entropy.samples.x.ncols(),
        d: prepared.scaler.mean.len(),
        k: point.v.ncols(),
        classes: point.bias.len(),
        starts: Vec::new(),
    })
}
