//! From a prepared problem and a method to a fitted model.

use super::certify::{SLACK, certify};
use super::options::{Builder, Method};
use super::prepare::{Objective, descent_method};
use super::reduction::TwoBlocks;
use super::start::{SECOND_STAGE, Start, second_stage};
use super::{Constraint, Fitted, JointObjective, Model, Moment, Position, Prepared, Progress, Report};
use crate::classifier::Classifier;
use crate::factor::symmetric_eigen;
use crate::lbfgs::Lbfgs;
use crate::scalar::Scalar;
use crate::variance_reduced::VarianceReduced;
use crate::view::{product, transposed_product};
use admm::checkpoint::{from_bytes, to_bytes};
use admm::method::{Evaluated, stationarity};
use admm::{Certificate, Error, Iterate, Result, Smooth, Space, Stationarity, Status, Target, Work};
use nalgebra::DMatrix;
use serde::{Serialize, de::DeserializeOwned};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// What a method ends with: a feasible point and the last entry of its history.
pub(super) struct Found<T: Scalar> {
    pub point: Classifier<T>,
    pub status: Status,
    pub last: Progress,
    /// Of methods with a dual.
    pub certificate: Option<Certificate>,
}

/// Records each outer iteration and shows it to the observer. The clock stands still meanwhile.
pub(super) struct Log<'a> {
    observer: &'a mut dyn FnMut(&Moment<'_>) -> ControlFlow<()>,
    method: Method,
    state: Option<Vec<u8>>,
    pub history: Vec<Progress>,
    earlier: f64,
    started: Instant,
    paused: Duration,
}

impl<'a> Log<'a> {
    fn new(from: Position, earlier: f64, observer: &'a mut dyn FnMut(&Moment<'_>) -> ControlFlow<()>) -> Self {
        let Position { method, history, state } = from;
        let earlier = history.last().map_or(earlier, |last| last.seconds);
        let state = Some(state).filter(|_| !history.is_empty());
        Log { observer, method, state, history, earlier, started: Instant::now(), paused: Duration::ZERO }
    }
    fn seconds(&self) -> f64 {
        self.earlier + (self.started.elapsed() - self.paused).as_secs_f64()
    }
    /// What an earlier fit had come to, if this one continues it.
    pub fn state<S: DeserializeOwned>(&mut self) -> Result<Option<S>> {
        self.state.take().map(|bytes| from_bytes(&bytes)).transpose()
    }
    /// Adds an entry that `entry` makes, with the seconds filled in, and tells how the fit has ended: as given, or
    /// because the observer stops it. From `state` it could be continued.
    pub fn add(
        &mut self,
        entry: impl FnOnce() -> Result<Progress>,
        state: &impl Serialize,
        ended: Option<Status>,
    ) -> Result<Option<Status>> {
        let (seconds, entered) = (self.seconds(), Instant::now());
        let progress = Progress { seconds, ..entry()? };
        self.history.push(progress);
        let state = || to_bytes(state);
        let state = ended.is_none().then_some(&state as &dyn Fn() -> Result<Vec<u8>>);
        let answer = (self.observer)(&Moment { method: self.method, history: &self.history, progress, state });
        self.paused += entered.elapsed();
        Ok(ended.or(answer.is_break().then_some(Status::Stopped)))
    }
    /// The last entry, or that of the start.
    pub fn last(&self) -> Progress {
        self.history.last().copied().unwrap_or(Progress::START)
    }
}

pub(super) fn fit<T: Scalar>(
    prepared: &Prepared<T>,
    method: Method,
    from: Option<Position>,
    observer: &mut dyn FnMut(&Moment<'_>) -> ControlFlow<()>,
) -> Result<Fitted<T>> {
    let cost = if method == Method::TwoStage { prepared.start.principal_cost } else { prepared.start.cost };
    let from = from.unwrap_or(Position { method, history: Vec::new(), state: Vec::new() });
    let mut log = Log::new(from, cost.seconds, observer);
    let found = match method {
        Method::Admm | Method::Alternating => TwoBlocks { prepared, method, log: &mut log }.fit()?,
        Method::Joint => joint(prepared, &mut log)?,
        Method::TwoStage => two_stage(prepared, &mut log)?,
    };
    let seconds = log.seconds();
    let report = Report { seconds, ..report(prepared, method, &found)? };
    Ok(Fitted { model: model(prepared, found.point)?, report, history: log.history })
}

/// Riemannian descent on all variables at once.
fn joint<T: Scalar>(prepared: &Prepared<T>, log: &mut Log<'_>) -> Result<Found<T>> {
    let Builder { constraint, batch, .. } = prepared.options;
    let model = prepared.model(Some(prepared.objective.variance.of.weight));
    match batch {
        None => descend(prepared, log, &*descent_method(constraint, 1, model), |memory| memory.here.as_ref()),
        Some(batch) => {
            let by = Lbfgs { max_steps: 1, ..Lbfgs::from(model) };
            let method = VarianceReduced { batch, seed: SEED, by };
            descend(prepared, log, &method, |memory| memory.descent.here.as_ref())
        }
    }
}

/// Of the batches.
const SEED: u64 = 0;

/// The method from the start to its end, a step an iteration, with what its memory says of the present point.
fn descend<T: Scalar, M: admm::Method<T, Objective<T>, Point = Classifier<T>> + ?Sized>(
    prepared: &Prepared<T>,
    log: &mut Log<'_>,
    method: &M,
    here: impl Fn(&M::Memory) -> Option<&Evaluated<T, Classifier<T>>>,
) -> Result<Found<T>> {
    let (options, start, on) = (&prepared.options, &prepared.start.point, prepared.manifold());
    let origin = Space::zero(&start.v);
    let tolerance = T::of(prepared.tolerance());
    let free = Target { v: &origin, penalty: T::zero(), tolerance };
    let fresh = || (Iterate::new(start.clone()), prepared.start.cost.work);
    let (mut iterate, mut work) = log.state()?.unwrap_or_else(fresh);
    Error::check_size("state to continue from", start.shape(), iterate.point.shape())?;
    for iteration in log.last().iteration + 1..=options.max_iterations {
        let step = method.minimise(&prepared.objective, &*on, &mut iterate, free)?;
        work += step;
        let Some(here) = here(&iterate.memory) else { break };
        let slope = stationarity(&*on, &iterate.point, here.gradient())?;
        let entry = Progress {
            iteration,
            objective: Some(here.value().to_f64()),
            dual_residual: slope.to_f64(),
            passes: work.passes,
            ..Progress::START
        };
        let ended = match () {
            () if slope <= tolerance => Some(Status::Converged),
            () if step.steps == 0 => Some(Status::Stalled),
            () => None,
        };
        if let Some(status) = log.add(|| Ok(entry), &(&iterate, work), ended)? {
            return Ok(Found { point: iterate.point, status, last: log.last(), certificate: None });
        }
    }
    Ok(Found { point: iterate.point, status: Status::IterationLimit, last: log.last(), certificate: None })
}

/// PCA, then the classifier on its components.
fn two_stage<T: Scalar>(prepared: &Prepared<T>, log: &mut Log<'_>) -> Result<Found<T>> {
    let Start { principal, principal_cost, .. } = &prepared.start;
    let Settled { point, status, mut work } = settle(prepared, principal)?;
    work += principal_cost.work;
    let objective = prepared.objective_at(&point.v, &point)?;
    let entry = Progress { iteration: work.steps, objective: Some(objective), passes: work.passes, ..log.last() };
    log.add(|| Ok(entry), &(), Some(status))?;
    Ok(Found { point, status, last: entry, certificate: None })
}

/// A W with the classifier that fits it best.
pub(super) struct Settled<T: Scalar> {
    pub point: Classifier<T>,
    /// How the search for the classifier ended.
    pub status: Status,
    pub work: Work,
}

/// The second stage for a W. It runs on the components WᵀX; it has converged where the gradient by B and b on all
/// features, which rounds differently, is at most [`SLACK`] times the tolerance.
pub(super) fn settle<T: Scalar>(prepared: &Prepared<T>, w: &DMatrix<T>) -> Result<Settled<T>> {
    let JointObjective { variance, entropy } = &prepared.objective;
    let (alone, tolerance) = (entropy.alone(), prepared.tolerance());
    let (point, _, work) = second_stage(&alone, &variance.of.covariance, w, tolerance)?;
    let gradient = alone.value_and_gradient(&point)?.1;
    let slope = Classifier { v: Space::zero(&gradient.v), ..gradient }.norm().to_f64();
    let status = match () {
        () if slope <= SLACK * tolerance => Status::Converged,
        () if work.steps >= SECOND_STAGE => Status::IterationLimit,
        () => Status::Stalled,
    };
    Ok(Settled { point, status, work })
}

/// The figures of a feasible point, in the space where the method ran.
fn report<T: Scalar>(prepared: &Prepared<T>, method: Method, found: &Found<T>) -> Result<Report> {
    let (point, last) = (&found.point, &found.last);
    let on = prepared.manifold();
    let (objective, gradient) = prepared.objective.value_and_gradient(point)?;
    let cross_entropy = prepared.objective.entropy.cross_entropy(point)?;
    let figures = Stationarity {
        gradient: stationarity(&*on, point, &gradient)?.to_f64(),
        infeasibility: on.residual(&point.v).to_f64(),
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
        seconds: 0.0,
        stationarity: figures.gradient,
        feasibility: figures.infeasibility,
        primal_residual: last.primal_residual,
        dual_residual: last.dual_residual,
        rho: last.rho,
        certificate: certify(method, found, prepared.tolerance(), figures),
        n: prepared.objective.entropy.samples.x.ncols(),
        d: prepared.scaler.mean.len(),
        k: point.v.ncols(),
        classes: point.bias.len(),
    })
}

/// The model in the space of the features, its signs and order fixed as [`Model`] says.
fn model<T: Scalar>(prepared: &Prepared<T>, point: Classifier<T>) -> Result<Model<T>> {
    let covariance = &prepared.objective.variance.of.covariance;
    let inner = transposed_product(&point.v, &covariance.times(&point.v));
    let rotation = match prepared.options.constraint {
        Constraint::Orthonormal => symmetric_eigen(&inner)?.1,
        _ => sorting(&inner),
    };
    let b = transposed_product(&rotation, &point.b);
    let v = product(&point.v, &rotation);
    let v = match &prepared.basis {
        Some(space) => space.lift(&v)?,
        None => v,
    };
    let mut weights = Classifier { v, b, bias: point.bias };
    for j in 0..weights.v.ncols() {
        if weights.v[(weights.v.column(j).iamax(), j)] < T::zero() {
            weights.v.column_mut(j).neg_mut();
            weights.b.row_mut(j).neg_mut();
        }
    }
    Ok(Model { scaler: prepared.scaler.clone(), weights })
}

/// The permutation that sorts the columns by the diagonal, descending.
fn sorting<T: Scalar>(inner: &DMatrix<T>) -> DMatrix<T> {
    let k = inner.nrows();
    let mut order: Vec<usize> = (0..k).collect();
    order.sort_by(|&i, &j| inner[(j, j)].partial_cmp(&inner[(i, i)]).unwrap_or(std::cmp::Ordering::Equal));
    DMatrix::from_fn(k, k, |row, column| if order[column] == row { T::one() } else { T::zero() })
}
