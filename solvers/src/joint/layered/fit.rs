//! The fit of a model with hidden layers: its figures and its model.

use super::methods::{admm, alternating, descent, two_stage};
use super::{Layered, LayeredPoint};
use crate::joint::methods::{Found, Log};
use crate::joint::prepared::Output;
use crate::joint::result::{canonical, certify_layered};
use crate::joint::{Constraint, Fitted, Method, Model, Moment, Position, Report};
use crate::network::{Architecture, Trained};
use crate::scalar::Scalar;
use crate::set::Stiefel;
use admm::certificate::Stationarity;
use admm::{ConstraintSet, Result};
use std::ops::ControlFlow;

/// Fits a model with hidden layers by one method, from its start or from where another fit stood.
pub(crate) fn fit_layered<T: Scalar>(
    prepared: &Layered<T>,
    from: Position,
    observer: &mut dyn FnMut(&Moment<'_>) -> ControlFlow<()>,
) -> Result<Fitted<T>> {
    let method = from.method;
    prepared.options.check_layered_method(method)?;
    let mut log = Log::new(from, prepared.spent.seconds, &*prepared.options.ranks, observer)?;
    let found = match method {
        Method::Admm => admm(prepared, &mut log)?,
        Method::Alternating => alternating(prepared, &mut log)?,
        Method::Descent => descent(prepared, &mut log)?,
        Method::TwoStage => two_stage(prepared, &mut log)?,
    };
    let seconds = log.seconds();
    let report = Report { seconds, ..report(prepared, method, &found)? };
    let model = model(prepared, found.point)?;
    Ok(Fitted { model, report, history: log.history })
}

fn model<T: Scalar>(prepared: &Layered<T>, LayeredPoint { layers, head }: LayeredPoint<T>) -> Result<Model<T>> {
    let covariance = prepared.objective.predictor.hidden(&layers)?.covariance;
    let weights = canonical(&covariance, Constraint::Orthonormal, |w| Ok(w.clone()), head)?;
    let Output { loss, scaler: targets } = prepared.output.clone();
    let scaler = prepared.scaler.clone();
    let options = &prepared.options;
    let architecture = match &options.network {
        Some(own) => Architecture::Own(own.of()),
        None => Architecture::Layers(options.activation),
    };
    let network = Some(Trained { architecture, parameters: layers });
    Ok(Model { scaler, network, weights, loss, targets })
}

/// The figures of a feasible point.
fn report<T: Scalar>(prepared: &Layered<T>, method: Method, found: &Found<LayeredPoint<T>>) -> Result<Report> {
    let (point, last) = (&found.point, &found.last);
    let (objective, field) = prepared.objective.value_and_field(point)?;
    let hidden = prepared.objective.predictor.hidden(&point.layers)?;
    let reduced = prepared.objective.predictor.reduced(&point.layers)?;
    let figures = Stationarity {
        gradient: prepared.norm(point, &field)?.to_f64(),
        infeasibility: Stiefel::default().residual(&point.head.v)?.to_f64(),
    };
    Ok(Report {
        method,
        status: found.status,
        objective: objective.to_f64(),
        variance_explained: hidden.covariance.explained(&point.head.v)?.to_f64(),
        prediction_loss: reduced.mean_loss(&point.head)?.to_f64(),
        training_error: reduced.error(&point.head)?,
        iterations: last.iteration,
        passes: last.passes,
        polish: found.polish,
        seconds: 0.0,
        stationarity: figures.gradient,
        feasibility: figures.infeasibility,
        primal_residual: last.primal_residual,
        dual_residual: last.dual_residual,
        rho: last.rho,
        certificate: certify_layered(prepared.tolerance(), method, found.status, figures),
        second_order: None,
        n: reduced.samples.total(),
        d: prepared.scaler.mean.len(),
        k: point.head.v.ncols(),
        outputs: point.head.bias.len(),
        starts: Vec::new(),
        participation: Some(hidden.participation),
    })
}
