//! Riemannian descent on the whole objective.

use super::candidates::{Candidates, Choice};
use super::log::{Found, Log};
use crate::data::Scale;
use crate::descent::{BallLbfgs, Lbfgs, LbfgsMemory, VarianceReduced};
use crate::joint::{Builder, Linear, Method, Progress};
use crate::loss::Predictor;
use crate::scalar::Scalar;
use crate::smooth::{Normalisation, Normalised};
use admm::method::{DescentMethod, Evaluated, stationarity};
use admm::space::Space;
use admm::{ConstraintSet, Error, Flat, Iterate, Result, Status, Target};

/// Descends on all variables at once by L-BFGS: on smooth manifolds, or in the ball.
pub(crate) fn descent<T: Scalar>(prepared: &Linear<T>, log: &mut Log<'_>) -> Result<Found<Predictor<T>>> {
    let Builder { constraint, batch, scale, .. } = prepared.options;
    let model = prepared.close_model(Some(prepared.objective.variance.of.weight));
    let by = Lbfgs { max_steps: 1, ..Lbfgs::from(model) };
    let (of, on, tolerance) = (&prepared.objective, &*prepared.set(), T::of(prepared.tolerance()));
    if let Some(normalisation) = constraint.normalisation().filter(|_| scale == Scale::Standard) {
        return before_use(prepared, log, normalisation);
    }
    match (constraint.geometry().is_smooth(), batch, prepared.spheres()) {
        (false, _, model) => {
            let method = &BallLbfgs::new(1, model);
            descend(prepared, log, Moves { method, of, on, tolerance }, |x| reached(x, BallLbfgs::here(&x.memory)))
        }
        (true, None, Some(model)) => {
            let method = &Lbfgs { max_steps: 1, ..Lbfgs::from(model) };
            descend(prepared, log, Moves { method, of, on, tolerance }, |x| reached(x, evaluated(&x.memory.here)))
        }
        (true, None, None) => {
            let moves = Moves { method: &by, of, on, tolerance };
            descend(prepared, log, moves, |x| reached(x, evaluated(&x.memory.here)))
        }
        (true, Some(batch), _) => {
            let moves = Moves { method: &VarianceReduced { batch, seed: SEED, by }, of, on, tolerance };
            descend(prepared, log, moves, |x| reached(x, evaluated(&x.memory.descent.here)))
        }
    }
}

/// The descent of a free W that is normalised before use, for features of one scale. Elsewhere W is N(W) after each step,
/// which no loss sees, and the models for such W serve. Its gradient shrinks as W grows, so the method has no
/// tolerance of its own: the fit has converged by the gradient at what the losses see. The scale of W is
/// the unit of its steps, so a W whose scale has become small or large begins anew from what the losses see.
fn before_use<T: Scalar>(prepared: &Linear<T>, log: &mut Log<'_>, by: Normalisation) -> Result<Found<Predictor<T>>> {
    let of = &Normalised { of: prepared.objective.clone(), by };
    let method = &Lbfgs { max_steps: 1, ..Lbfgs::default() };
    let seen = |x: &mut Iterate<Predictor<T>, LbfgsMemory<T, Predictor<T>>>| {
        let Some((value, mut gradient)) = evaluated(&x.memory.here) else { return Ok(None) };
        let mut point = x.point.clone();
        gradient.v = by.restored(&point.v, &gradient.v)?;
        point.v = by.of(&point.v)?;
        let scales = point.v.column_iter().zip(x.point.v.column_iter()).map(|(seen, w)| seen.dot(&w));
        if scales.into_iter().any(|scale| scale < T::of(SCALES.0) || scale > T::of(SCALES.1)) {
            *x = Iterate::new(point.clone());
        }
        Ok(Some(Reached { point, value, gradient }))
    };
    descend(prepared, log, Moves { method, of, on: &Flat, tolerance: T::zero() }, seen)
}

/// The scales that a free W may have: ‖wⱼ‖, or the diagonal of R.
const SCALES: (f64, f64) = (0.1, 10.0);

/// The way in which a descent moves.
struct Moves<'a, T, M, F> {
    method: &'a M,
    of: &'a F,
    on: &'a dyn ConstraintSet<T>,
    tolerance: T,
}

/// A point as the losses see it, with value and gradient there.
struct Reached<T: Scalar> {
    point: Predictor<T>,
    value: T,
    gradient: Predictor<T>,
}

/// The present point, if its evaluation is kept.
fn reached<T: Scalar, M>(x: &Iterate<Predictor<T>, M>, here: Option<(T, Predictor<T>)>) -> Result<Option<Reached<T>>> {
    Ok(here.map(|(value, gradient)| Reached { point: x.point.clone(), value, gradient }))
}

/// The seed of the batches.
const SEED: u64 = 0;

/// Value and gradient of an evaluation that a memory keeps.
fn evaluated<T: Scalar>(kept: &Option<Evaluated<T, Predictor<T>>>) -> Option<(T, Predictor<T>)> {
    kept.as_ref().map(|here| (here.value(), here.gradient().clone()))
}

/// The method from the start to its end, a step an iteration, with what its memory says of the present point.
fn descend<T: Scalar, F, M: DescentMethod<T, F, Point = Predictor<T>>>(
    prepared: &Linear<T>,
    log: &mut Log<'_>,
    moves: Moves<'_, T, M, F>,
    here: impl Fn(&mut Iterate<Predictor<T>, M::Memory>) -> Result<Option<Reached<T>>>,
) -> Result<Found<Predictor<T>>> {
    let (options, start, on) = (&prepared.options, &prepared.start.point, prepared.set());
    let origin = start.v.zero_like();
    let tolerance = T::of(prepared.tolerance());
    let free = Target { v: &origin, rho: T::zero(), tolerance: moves.tolerance };
    let fresh = || (Iterate::new(start.clone()), prepared.start.spent.cost, Candidates::default());
    let (mut iterate, mut cost, mut candidates) = log.state()?.unwrap_or_else(fresh);
    Error::check_size("state to continue from", start.sizes(), iterate.point.sizes())?;
    candidates.check(start)?;
    let (mut status, mut last_seen) = (Status::IterationLimit, None);
    for iteration in log.last().iteration + 1..=options.max_iterations {
        let step = moves.method.minimise(moves.of, moves.on, &mut iterate, free)?.cost;
        cost += step;
        let Some(Reached { point, value, gradient }) = here(&mut iterate)? else { break };
        let slope = stationarity(&*on, &point, &gradient)?;
        let objective = Some(value.to_f64());
        candidates.follow(iteration, (objective, None), &point);
        let entry = Progress {
            iteration,
            objective,
            dual_residual: slope.to_f64(),
            passes: cost.passes,
            ..Progress::default()
        };
        let ended =
            if slope <= tolerance { Some(Status::Converged) } else { (step.steps == 0).then_some(Status::Stalled) };
        let ended = prepared.ended(Method::Descent, iteration, ended, &point)?;
        last_seen = Some(point);
        if let Some(ended) = log.add(entry, &(&iterate, cost, &candidates), ended)? {
            status = ended;
            break;
        }
    }
    let mut last = log.last();
    if let (Status::Converged, Some(point)) = (status, last_seen) {
        return Ok(Found { point, status, last, polish: 0, certificate: None });
    }
    let Choice { point, passes } = candidates.choose(prepared, Vec::new())?;
    last.passes += passes;
    Ok(Found { point, status, last, polish: 0, certificate: None })
}
