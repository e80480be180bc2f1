//! The fit of a model without layers.

use super::methods::{Found, Log, TwoBlocks, descent, two_stage};
use super::result::{canonical, certify};
use super::{Fitted, Linear, Method, Model, Moment, Position, Report};
use crate::loss::Predictor;
use crate::scalar::Scalar;
use admm::certificate::Stationarity;
use admm::method::stationarity;
use admm::{Result, Smooth, Status};
use std::ops::ControlFlow;

/// Fits a model without layers by one method, from its start or from where another fit stood.
pub(crate) fn fit_linear<T: Scalar>(
    prepared: &Linear<T>,
    from: Position,
    observer: &mut dyn FnMut(&Moment<'_>) -> ControlFlow<()>,
) -> Result<Fitted<T>> {
    let method = from.method;
    let spent = if method == Method::TwoStage { prepared.start.principal_spent } else { prepared.start.spent };
    let mut log = Log::new(from, spent.seconds, &*prepared.options.ranks, observer)?;
    let found = match method {
        Method::Admm | Method::Alternating => TwoBlocks { prepared, method, log: &mut log }.fit()?,
        Method::Descent => descent(prepared, &mut log)?,
        Method::TwoStage => two_stage(prepared, &mut log)?,
    };
    let found = Found { status: status(prepared, method, &found)?, ..found };
    let seconds = log.seconds();
    let report = Report { seconds, ..report(prepared, method, &found)? };
    let model = Model {
        scaler: prepared.scaler.clone(),
        network: None,
        weights: weights(prepared, found.point)?,
        loss: prepared.output.loss,
        targets: prepared.output.scaler.clone(),
    };
    Ok(Fitted { model, report, history: log.history })
}

/// W in the space of the features with B and b, in the one form of a model.
fn weights<T: Scalar>(prepared: &Linear<T>, point: Predictor<T>) -> Result<Predictor<T>> {
    let covariance = &prepared.objective.variance.of.covariance;
    canonical(covariance, prepared.options.constraint, |w| prepared.lift(w), point)
}

/// The status of a method, the same for all where there is no minimiser. A small gradient says nothing there: it vanishes
/// towards infinity.
fn status<T: Scalar>(prepared: &Linear<T>, method: Method, found: &Found<Predictor<T>>) -> Result<Status> {
    let unattained = found.status != Status::Stopped && prepared.is_unattained(method, &found.point)?;
    Ok(if unattained { Status::Unattained } else { found.status })
}

/// The figures of a feasible point, in the space where the method ran.
fn report<T: Scalar>(prepared: &Linear<T>, method: Method, found: &Found<Predictor<T>>) -> Result<Report> {
    let (point, last) = (&found.point, &found.last);
    let on = prepared.set();
    let (objective, gradient) = prepared.objective.value_and_gradient(point)?;
    let prediction_loss = prepared.objective.prediction.mean_loss(point)?;
    let figures = Stationarity {
        gradient: stationarity(&*on, point, &gradient)?.to_f64(),
        infeasibility: on.residual(&point.v)?.to_f64(),
    };
    Ok(Report {
        method,
        status: found.status,
        objective: objective.to_f64(),
        variance_explained: prepared.objective.variance.of.covariance.explained(&point.v)?.to_f64(),
        prediction_loss: prediction_loss.to_f64(),
        training_error: prepared.objective.prediction.error(point)?,
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
        second_order: None,
        n: prepared.objective.prediction.samples.total(),
        d: prepared.scaler.mean.len(),
        k: point.v.ncols(),
        outputs: point.bias.len(),
        starts: Vec::new(),
        participation: None,
    })
}
