//! Riemannian descent on the whole objective.

use super::candidates::{Candidates, Choice};
use super::log::{Found, Log};
use crate::descent::{BallLbfgs, Lbfgs, VarianceReduced};
use crate::joint::prepared::Objective;
use crate::joint::{Builder, Method, Prepared, Progress};
use crate::loss::Classifier;
use crate::scalar::Scalar;
use admm::method::{DescentMethod, Evaluated, stationarity};
use admm::space::Space;
use admm::{Error, Iterate, Result, Status, Target};

/// Descends on all variables at once by L-BFGS: on smooth manifolds, or in the ball.
pub(crate) fn descent<T: Scalar>(prepared: &Prepared<T>, log: &mut Log<'_>) -> Result<Found<T>> {
    let Builder { constraint, batch, .. } = prepared.options;
    let model = prepared.close_model(Some(prepared.objective.variance.of.weight));
    let by = Lbfgs { max_steps: 1, ..Lbfgs::from(model) };
    match (constraint.geometry().is_smooth(), batch) {
        (false, _) => descend(prepared, log, &BallLbfgs { max_steps: 1 }, BallLbfgs::here),
        (true, None) => descend(prepared, log, &by, |memory| evaluated(&memory.here)),
        (true, Some(batch)) => {
            let method = VarianceReduced { batch, seed: SEED, by };
            descend(prepared, log, &method, |memory| evaluated(&memory.descent.here))
        }
    }
}

/// The seed of the batches.
const SEED: u64 = 0;

/// Value and gradient of an evaluation that a memory keeps.
fn evaluated<T: Scalar>(kept: &Option<Evaluated<T, Classifier<T>>>) -> Option<(T, Classifier<T>)> {
    kept.as_ref().map(|here| (here.value(), here.gradient().clone()))
}

/// The method from the start to its end, a step an iteration, with what its memory says of the present point.
fn descend<T: Scalar, M: DescentMethod<T, Objective<T>, Point = Classifier<T>>>(
    prepared: &Prepared<T>,
    log: &mut Log<'_>,
    method: &M,
    here: impl Fn(&M::Memory) -> Option<(T, Classifier<T>)>,
) -> Result<Found<T>> {
    let (options, start, on) = (&prepared.options, &prepared.start.point, prepared.set());
    let origin = start.v.zero_like();
    let tolerance = T::of(prepared.tolerance());
    let free = Target { v: &origin, rho: T::zero(), tolerance };
    let fresh = || (Iterate::new(start.clone()), prepared.start.spent.cost, Candidates::default());
    let (mut iterate, mut cost, mut candidates) = log.state()?.unwrap_or_else(fresh);
    Error::check_size("state to continue from", start.sizes(), iterate.point.sizes())?;
    candidates.check(start)?;
    let mut status = Status::IterationLimit;
    for iteration in log.last().iteration + 1..=options.max_iterations {
        let step = method.minimise(&prepared.objective, &*on, &mut iterate, free)?.cost;
        cost += step;
        let Some((value, gradient)) = here(&iterate.memory) else { break };
        let slope = stationarity(&*on, &iterate.point, &gradient)?;
        let objective = Some(value.to_f64());
        candidates.follow(iteration, (objective, None), &iterate.point);
        let entry = Progress {
            iteration,
            objective,
            dual_residual: slope.to_f64(),
            passes: cost.passes,
            ..Progress::default()
        };
        let ended =
            if slope <= tolerance { Some(Status::Converged) } else { (step.steps == 0).then_some(Status::Stalled) };
        let ended = prepared.ended(Method::Descent, iteration, ended, &iterate.point)?;
        if let Some(ended) = log.add(entry, &(&iterate, cost, &candidates), ended)? {
            status = ended;
            break;
        }
    }
    let mut last = log.last();
    if status == Status::Converged {
        return Ok(Found { point: iterate.point, status, last, polish: 0, certificate: None });
    }
    let Choice { point, passes } = candidates.choose(prepared, Vec::new())?;
    last.passes += passes;
    Ok(Found { point, status, last, polish: 0, certificate: None })
}
