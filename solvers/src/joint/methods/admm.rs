//! ADMM: manifold block first, smooth block last.

use super::blocks::{FirstBlock, Predict, PredictVar, Seen, feasible, predict};
use super::candidates::Choice;
use super::log::{Found, Log};
use super::polish::{Left, polish, resumed};
use super::schedule::{Schedule, seen, turned};
use super::watch::{Beside, Watch};
use crate::descent::LbfgsMemory;
use crate::joint::Linear;
use crate::loss::Predictor;
use crate::scalar::Scalar;
use admm::method::Evaluated;
use admm::state::{State, StateOf};
use admm::{
    Accuracy, Coordinator, Descent, Flat, Iterate, Negated, Outcome, Point, Result, Smooth, Status, Stop, Subproblem,
    Tolerance,
};
use nalgebra::DMatrix;
use std::ops::ControlFlow;

type Admm<T, P> = Coordinator<T, Seen<P>, Negated<Predict<T>>>;

/// A second block that descends.
type Second<F, D> = Negated<Descent<F, D, Flat>>;

/// The state of the start with the loss g of the second block evaluated, and the dual that leaves V where it is,
/// u = ∇ᵥg/ρ. Where ρ is far below the curvature of g, such a dual would send the first W too far: ‖u‖ is at most
/// [`PULL`].
pub(crate) fn informed<T: Scalar, P, F, D, X>(
    admm: &Coordinator<T, P, Second<F, D>>,
) -> Result<StateOf<T, P, Second<F, D>>>
where
    P: Subproblem<T, Image = DMatrix<T>>,
    F: Smooth<T, Point = X>,
    X: Point<T>,
    Descent<F, D, Flat>: Subproblem<T, Var = Iterate<X, LbfgsMemory<T, X>>, Image = DMatrix<T>>,
{
    let (Negated(second), mut state) = (admm.blocks().1, admm.state().clone());
    let here = Evaluated::at(&second.of, &state.z.point, &mut state.record.cost)?;
    let slope = here.gradient().coupled();
    state.u = slope / state.rho.max(slope.norm() / T::of(PULL));
    state.z.memory.here = Some(here);
    Ok(state)
}

/// The most by which the first dual pulls W, whose columns have norm 1.
const PULL: f64 = 0.1;

/// Both blocks with their coordinator as the options and the schedule have it, and after which passes the run begins anew.
fn coordinator<T: Scalar, P>(
    prepared: &Linear<T>,
    reduction: P,
    w: P::Var,
    start: Predictor<T>,
) -> Result<(Admm<T, P>, &'static [u64])>
where
    P: Subproblem<T, Image = DMatrix<T>>,
{
    let options = &prepared.options;
    let Schedule { by, rho, policy, limits, anew } = Schedule::of(prepared, &start)?;
    let Predictor { v, b, bias } = start;
    let columns = seen(prepared);
    let z = Iterate::new(Predictor { v: v.columns(0, columns).into_owned(), b: b.rows(0, columns).into_owned(), bias });
    let predictor = Negated(predict(prepared, by));
    let mut coordinator = Coordinator::new(Seen { of: reduction, columns }, predictor, w, z, T::of(rho))?;
    coordinator.penalty_policy = policy;
    coordinator.penalty_limits = limits;
    coordinator.relaxation = T::of(options.relaxation);
    coordinator.acceleration = options.acceleration.rule();
    // The run ends by the gradient of the joint objective, see `Ending`; these bounds are for what is left to rounding.
    set_tolerance(&mut coordinator, (TIGHT * prepared.tolerance()).max(T::EPSILON.to_f64()));
    coordinator.max_iterations = options.max_iterations;
    coordinator.patience = PATIENCE;
    coordinator.track_objective = options.trace || prepared.objective.variance.passes() == 0;
    Ok((coordinator, anew))
}

/// Sets the tolerance of a coordinator that couples two copies of W.
///
/// ADMM stops where ‖W − V‖ and ρ‖ΔV‖ are within the tolerance. Its blocks are solved to a hundredth of it at the end,
/// and less accurately before.
pub fn set_tolerance<T: Scalar, P, Q>(coordinator: &mut Coordinator<T, P, Q>, tolerance: f64)
where
    P: Subproblem<T, Image = DMatrix<T>>,
    Q: Subproblem<T, Image = DMatrix<T>>,
{
    let entries = coordinator.state().u.len() as f64;
    coordinator.stop = Stop::Residuals;
    coordinator.tolerance = Tolerance { absolute: tolerance / entries.sqrt(), relative: 0.0 };
    let floor = 0.01 * tolerance;
    coordinator.accuracy = Accuracy::Relative { first: floor.max(1e-2), factor: 0.3, floor };
}

/// Iterations without progress, most of which take no pass.
const PATIENCE: u64 = 3_000;

/// The residuals of a run whose gradient is not within the tolerance may be so small, in units of it.
const TIGHT: f64 = 1e-3;

/// ADMM: manifold block first, smooth block last.
pub(crate) fn admm<T: Scalar, P>(
    prepared: &Linear<T>,
    log: &mut Log<'_>,
    first: FirstBlock<T, P>,
) -> Result<Found<Predictor<T>>>
where
    P: Subproblem<T, Image = DMatrix<T>>,
{
    if let Some(found) = resumed(prepared, log)? {
        return Ok(found);
    }
    let w = first.w;
    let (coordinator, anew) = coordinator(prepared, first.block, first.start, turned(prepared)?)?;
    let mut watch = Watch { prepared, log, w, anew };
    let (coordinator, beside, outcome, ended) = run(coordinator, &mut watch)?;
    let (end, mut last) = (coordinator.state(), log.last());
    let mut point = feasible(w(&end.x), &end.z);
    if ended.is_none() && (beside.lingers || outcome.status == Status::Converged) {
        let (candidates, certificate) = (beside.candidates, outcome.certificate);
        return polish(prepared, log, Left { point, candidates, certificate, passes: last.passes });
    }
    let status = ended.unwrap_or(outcome.status);
    if status != Status::Converged {
        // Where the objective is traced, all iterates are known.
        let best = feasible(w(&outcome.best.x), &outcome.best.z);
        let ends = if prepared.options.trace { Vec::new() } else { vec![best, point] };
        let Choice { point: best, passes } = beside.candidates.choose(prepared, ends)?;
        point = best;
        last.passes += passes;
    }
    Ok(Found { point, status, last, polish: 0, certificate: Some(outcome.certificate) })
}

/// The coordinator at its end, what is kept beside it, the outcome, and how the run has ended if not by the coordinator.
type Ended<T, P> = (Admm<T, P>, Beside<T>, Outcome<Reached<T, P>>, Option<Status>);
/// A state of the coordinator.
type Reached<T, P> = StateOf<T, Seen<P>, Negated<Predict<T>>>;

/// A run from its start, or from where it was left.
fn run<T: Scalar, P>(admm: Admm<T, P>, watch: &mut Watch<'_, '_, T, P::Var>) -> Result<Ended<T, P>>
where
    P: Subproblem<T, Image = DMatrix<T>>,
{
    let start = admm.state().clone();
    let fresh = || Ok((informed(&admm)?, Beside::default()));
    let (state, mut beside) = watch.log.state()?.map_or_else(fresh, Ok)?;
    beside.candidates.check(&watch.prepared.start.point)?;
    let mut admm = admm.resume(state)?;
    raise(&mut admm, beside.begun_anew);
    loop {
        if watch.is_over(&beside, &admm.state().record) {
            beside.begin_anew();
            admm = begun_anew(admm, &start, beside.begun_anew)?;
        }
        let State { run, record, .. } = admm.state();
        let since = run.as_ref().map_or(record.iteration, |run| run.since);
        // A run that is left for the polish has no further iteration.
        let limit = if beside.lingers { 1 } else { watch.prepared.options.max_iterations.saturating_sub(since) };
        admm.max_iterations = limit.max(1);
        let mut ended = Ok(None);
        let outcome = admm.run(|state: &State<T, P::Var, PredictVar<T>, DMatrix<T>>| {
            ended = watch.observe(&mut beside, state);
            let goes_on = matches!(ended, Ok(None)) && !beside.lingers && !watch.is_over(&beside, &state.record);
            if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        let ended = ended?;
        let breaks_off = outcome.status == Status::Stopped && ended.is_none() && !beside.lingers;
        if !breaks_off {
            return Ok((admm, beside, outcome, ended));
        }
    }
}

/// The coordinator at its start, with a penalty 10ⁿ times as large.
fn begun_anew<T: Scalar, P>(admm: Admm<T, P>, start: &Reached<T, P>, n: usize) -> Result<Admm<T, P>>
where
    P: Subproblem<T, Image = DMatrix<T>>,
{
    let mut state = start.clone();
    state.rho *= T::of(10_f64.powi(n as i32));
    (state.record.iteration, state.record.cost) = (admm.state().record.iteration, admm.state().record.cost);
    let mut admm = admm.resume(state)?;
    raise(&mut admm, 1);
    let informed = informed(&admm)?;
    admm.resume(informed)
}

/// The interval of ρ times 10ⁿ.
fn raise<T: Scalar, P, Q>(admm: &mut Coordinator<T, P, Q>, n: usize)
where
    P: Subproblem<T, Image = DMatrix<T>>,
    Q: Subproblem<T, Image = DMatrix<T>>,
{
    let ((lowest, highest), factor) = (admm.penalty_limits.bounds, 10_f64.powi(n as i32));
    admm.penalty_limits.bounds = (lowest * factor, highest * factor);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Targets;
    use crate::joint::JointModel;
    use crate::joint::prepared::Task;
    use crate::linalg::scattered;
    use crate::pca::Majorize;
    use crate::set::Stiefel;

    /// With ρ so large that the dual is short it is ∇g/ρ, else it has the length of the bound; and one evaluation is
    /// all that it takes.
    #[test]
    fn the_first_dual_leaves_the_classifier_where_it_is() {
        let labels: Vec<usize> = (0..60).map(|sample| sample % 3).collect();
        let x = DMatrix::from_fn(5, 60, |i, j| scattered::<f64>(5, 60, 1)[(i, j)] + labels[j] as f64 * i as f64);
        let model = JointModel::builder().weight(0.1).build().unwrap();
        let task = Task::new(&model.options, Targets::classes(&labels, 3).unwrap());
        let prepared = Linear::new(&model.options, x.into(), task, None).unwrap();
        let admm = || {
            let (loss, start) = (prepared.objective.variance.of.clone(), turned(&prepared).unwrap());
            coordinator(&prepared, Majorize { loss, on: Stiefel::default(), max_steps: 1 }, start.v.clone(), start)
                .unwrap()
                .0
        };
        let slope = prepared.objective.prediction.value_and_gradient(&prepared.start.point).unwrap().1.v;
        for (rho, expected) in [(1e3, &slope / 1e3), (1e-6, &slope * (PULL / slope.norm()))] {
            let start = State { rho, ..admm().state().clone() };
            let state = informed(&admm().resume(start).unwrap()).unwrap();
            assert!((state.u - &expected).norm() <= 1e-12 * expected.norm(), "ρ = {rho}");
            assert_eq!(state.record.cost.passes, 1);
        }
    }
}
