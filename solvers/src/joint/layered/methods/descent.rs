//! Riemannian descent on the whole objective, where its field is its gradient.

use crate::descent::{Lbfgs, LbfgsMemory};
use crate::joint::Progress;
use crate::joint::layered::objective::ThroughObjective;
use crate::joint::layered::{Layered, LayeredPoint};
use crate::joint::methods::{Found, Log};
use crate::scalar::Scalar;
use crate::set::Stiefel;
use admm::method::DescentMethod;
use admm::space::Space;
use admm::{Cost, Error, Iterate, Result, Status, Target};

/// A point with the memory of L-BFGS.
type Moving<T> = Iterate<LayeredPoint<T>, LbfgsMemory<T, LayeredPoint<T>>>;

/// Descends on all variables at once by L-BFGS, W on orthonormal matrices.
pub(crate) fn descent<T: Scalar>(prepared: &Layered<T>, log: &mut Log<'_>) -> Result<Found<LayeredPoint<T>>> {
    let Descended { point, status, .. } = descend(prepared, &ThroughObjective(prepared.objective.clone()), true, log)?;
    Ok(Found { point, status, last: log.last(), polish: 0, certificate: None })
}

/// The end of a descent.
pub(super) struct Descended<T: Scalar> {
    pub point: LayeredPoint<T>,
    pub status: Status,
}

/// The descent from the start of a problem on one function, a step an iteration. Its line search lets no step raise the
/// function by more than rounding, so that the last point is the lowest. The history shows the values of the function
/// where they are those of the joint objective.
pub(super) fn descend<T: Scalar>(
    prepared: &Layered<T>,
    of: &ThroughObjective<T>,
    is_joint: bool,
    log: &mut Log<'_>,
) -> Result<Descended<T>> {
    let (start, by) = (&prepared.start, Lbfgs { max_steps: 1, ..Lbfgs::default() });
    let (origin, tolerance) = (start.head.v.zero_like(), T::of(prepared.tolerance()));
    let free = Target { v: &origin, rho: T::zero(), tolerance };
    let fresh = || (Iterate::new(start.clone()), prepared.spent.cost);
    let (mut iterate, mut cost): (Moving<T>, Cost) = log.state()?.unwrap_or_else(fresh);
    Error::check_size("state to continue from", start.sizes(), iterate.point.sizes())?;
    for iteration in log.last().iteration + 1..=prepared.options.max_iterations {
        let solved = by.minimise(of, &Stiefel::default(), &mut iterate, free)?;
        cost += solved.cost;
        let left = solved.residual.unwrap_or_else(T::zero);
        let hidden = of.0.predictor.hidden(&iterate.point.layers)?;
        let value = iterate.memory.here.as_ref().map(|here| here.value().to_f64());
        let entry = Progress {
            iteration,
            objective: value.filter(|_| is_joint),
            dual_residual: left.to_f64(),
            passes: cost.passes,
            participation: Some(hidden.participation),
            ..Progress::default()
        };
        let idle = (solved.cost.steps == 0).then_some(Status::Stalled);
        let ended = if left <= tolerance { Some(Status::Converged) } else { idle };
        if let Some(status) = log.add(entry, &(&iterate, cost), ended)? {
            return Ok(Descended { point: iterate.point, status });
        }
    }
    Ok(Descended { point: iterate.point, status: Status::IterationLimit })
}
