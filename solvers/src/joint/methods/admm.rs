//! ADMM: manifold block first, smooth block last.

use super::blocks::{Classify, ClassifyVar, FirstBlock, classify, feasible, traced};
use super::candidates::{Candidates, Choice};
use super::log::{Found, Log};
use super::schedule::Schedule;
use crate::joint::{Prepared, Progress};
use crate::scalar::Scalar;
use admm::method::Evaluated;
use admm::penalty::Limits;
use admm::state::{State, StateOf};
use admm::{Accuracy, Coordinator, Iterate, Negated, Result, Smooth, Status, Stop, Subproblem, Tolerance};
use nalgebra::DMatrix;
use serde::Serialize;
use std::ops::ControlFlow;

type Admm<T, P> = Coordinator<T, P, Negated<Classify<T>>>;

/// The state of the start with the loss g of the classifier evaluated, and the dual that leaves V where it is,
/// u = ∇g(V)/ρ. Where ρ is far below the curvature of g, such a dual would send the first W too far: ‖u‖ is at most
/// [`PULL`].
fn informed<T: Scalar, P>(admm: &Admm<T, P>) -> Result<StateOf<T, P, Negated<Classify<T>>>>
where
    P: Subproblem<T, Image = DMatrix<T>>,
{
    let (Negated(classifier), mut state) = (admm.blocks().1, admm.state().clone());
    let here = Evaluated::at(&classifier.of, &state.z.point, &mut state.record.cost)?;
    let slope = &here.gradient().v;
    state.u = slope / state.rho.max(slope.norm() / T::of(PULL));
    state.z.memory.here = Some(here);
    Ok(state)
}

/// The most by which the first dual pulls W, whose columns have norm 1.
const PULL: f64 = 0.1;

/// Both blocks with their coordinator as the options and the schedule have it.
fn coordinator<T: Scalar, P>(prepared: &Prepared<T>, reduction: P, w: P::Var) -> Result<Admm<T, P>>
where
    P: Subproblem<T, Image = DMatrix<T>>,
{
    let (options, start) = (&prepared.options, &prepared.start.point);
    let Schedule { steps, answers, rho, bounds, threshold, accuracy } = Schedule::of(prepared)?;
    let (classifier, z) = (Negated(classify(prepared, steps, answers)), Iterate::new(start.clone()));
    let mut coordinator = Coordinator::new(reduction, classifier, w, z, T::of(rho))?;
    coordinator.penalty_policy = options.penalty.policy(threshold);
    coordinator.penalty_limits = Limits { bounds, ..Limits::default() };
    coordinator.relaxation = T::of(options.relaxation);
    coordinator.acceleration = options.acceleration.rule();
    let tolerance = (accuracy * prepared.tolerance()).max(64.0 * T::EPSILON.to_f64());
    set_tolerance(&mut coordinator, tolerance);
    coordinator.max_iterations = options.max_iterations;
    coordinator.track_objective = options.trace || prepared.objective.variance.passes() == 0;
    Ok(coordinator)
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

/// The entry of an iteration in the history, and its point among the candidates. Returns how the observer ends the run,
/// if it does.
fn observe<T: Scalar, X: Serialize>(
    prepared: &Prepared<T>,
    log: &mut Log<'_>,
    candidates: &mut Candidates<T>,
    w: fn(&X) -> &DMatrix<T>,
    state: &State<T, X, ClassifyVar<T>, DMatrix<T>>,
) -> Result<Option<Status>> {
    let (record, w) = (&state.record, w(&state.x));
    let objective = log.aside(|| traced(prepared, w, &state.z))?;
    let augmented_lagrangian = record.augmented_lagrangian.map(|value| value.to_f64());
    candidates.follow(record.iteration, (objective, augmented_lagrangian), w, &state.z.point);
    let entry = Progress {
        iteration: record.iteration,
        objective,
        augmented_lagrangian,
        primal_residual: record.primal.to_f64(),
        dual_residual: record.dual.to_f64(),
        rho: record.rho.to_f64(),
        passes: prepared.start.spent.cost.passes + record.cost.passes,
        seconds: 0.0,
    };
    log.add(entry, &(state, &*candidates), None)
}

/// ADMM: manifold block first, smooth block last.
pub(crate) fn admm<T: Scalar, P>(prepared: &Prepared<T>, log: &mut Log<'_>, first: FirstBlock<T, P>) -> Result<Found<T>>
where
    P: Subproblem<T, Image = DMatrix<T>>,
{
    let w = first.w;
    let coordinator = coordinator(prepared, first.block, first.start)?;
    let fresh = || Ok((informed(&coordinator)?, Candidates::default()));
    let (state, mut candidates) = log.state()?.map_or_else(fresh, Ok)?;
    candidates.check(&prepared.start.point)?;
    let mut coordinator = coordinator.resume(state)?;
    let mut failure = None;
    let outcome = coordinator.run(|state: &State<T, P::Var, ClassifyVar<T>, DMatrix<T>>| {
        match observe(prepared, log, &mut candidates, w, state) {
            Ok(None) => ControlFlow::Continue(()),
            ended => {
                failure = ended.err();
                ControlFlow::Break(())
            }
        }
    })?;
    if let Some(error) = failure {
        return Err(error);
    }
    let (status, mut last) = (outcome.status, log.last());
    let mut point = feasible(w(&outcome.best.x), &outcome.best.z);
    if status != Status::Converged {
        // Where the objective is traced, all iterates are known.
        let end = coordinator.state();
        let ends = if prepared.options.trace { Vec::new() } else { vec![point, feasible(w(&end.x), &end.z)] };
        let Choice { point: best, passes } = candidates.choose(prepared, ends)?;
        point = best;
        last.passes += passes;
    }
    Ok(Found { point, status, last, certificate: Some(outcome.certificate) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::joint::JointModel;
    use crate::linalg::scattered;
    use crate::pca::Majorize;

    /// With ρ so large that the dual is short it is ∇g/ρ, else it has the length of the bound; and one evaluation is
    /// all that it takes.
    #[test]
    fn the_first_dual_leaves_the_classifier_where_it_is() {
        let labels: Vec<usize> = (0..60).map(|sample| sample % 3).collect();
        let x = DMatrix::from_fn(5, 60, |i, j| scattered::<f64>(5, 60, 1)[(i, j)] + labels[j] as f64 * i as f64);
        let prepared = JointModel::builder().weight(0.1).build().unwrap().prepare(&x, &labels, 3, None).unwrap();
        let admm = || {
            let (loss, w) = (prepared.objective.variance.of.clone(), prepared.start.point.v.clone());
            coordinator(&prepared, Majorize { loss, max_steps: 1 }, w).unwrap()
        };
        let slope = prepared.objective.entropy.value_and_gradient(&prepared.start.point).unwrap().1.v;
        for (rho, expected) in [(1e3, &slope / 1e3), (1e-6, &slope * (PULL / slope.norm()))] {
            let start = State { rho, ..admm().state().clone() };
            let state = informed(&admm().resume(start).unwrap()).unwrap();
            assert!((state.u - &expected).norm() <= 1e-12 * expected.norm(), "ρ = {rho}");
            assert_eq!(state.record.cost.passes, 1);
        }
    }
}
