//! The methods with two blocks: W lowers the PCA loss on its manifold, (V, B, b) the cross-entropy, and W = V.

use super::curved::Curved;
use super::fit::{Found, Log, Settled, settle};
use super::reduction::Reduced;
use super::schedule::{SOLVED, Schedule};
use super::{Prepared, Progress};
use crate::classifier::Classifier;
use crate::kronecker::Kronecker;
use crate::lbfgs::Lbfgs;
use crate::scalar::Scalar;
use admm::method::{DescentMemory, Evaluated};
use admm::{
    Accuracy, Coordinator, Descent, Error, Flat, Iterate, Limits, Minus, Result, Smooth, Space, State, StateOf, Status,
    Subproblem, Target, Tolerance, Work,
};
use nalgebra::DMatrix;
use std::ops::ControlFlow;

type Classify<T> = Descent<Curved<T>, Lbfgs<Option<Kronecker<T>>>, Flat>;
type ClassifyVar<T> = Iterate<Classifier<T>, DescentMemory<T, Classifier<T>>>;
type Admm<T, P> = Coordinator<T, P, Minus<Classify<T>>>;

fn classify<T: Scalar>(prepared: &Prepared<T>, max_steps: u64, answers: u64) -> Classify<T> {
    let leading = prepared.leading * prepared.objective.variance.of.covariance.trace();
    let by = Lbfgs { max_steps, answers, ..Lbfgs::from(prepared.model(None)) };
    Descent { of: Curved { entropy: prepared.objective.entropy.clone(), leading }, by, on: Flat }
}

/// The feasible W with the classifier of the other block.
fn feasible<T: Scalar>(w: &DMatrix<T>, z: &ClassifyVar<T>) -> Classifier<T> {
    Classifier { v: w.clone(), ..z.point.clone() }
}

fn traced<T: Scalar>(prepared: &Prepared<T>, w: &DMatrix<T>, z: &ClassifyVar<T>) -> Result<Option<f64>> {
    prepared.options.trace.then(|| prepared.objective_at(w, &z.point)).transpose()
}

/// The state of the start with the loss g of the classifier evaluated, and the dual that leaves V where it is,
/// u = ∇g(V)/ρ. Where ρ is far below the curvature of g, such a dual would send the first W too far: ‖u‖ is at most
/// [`PULL`].
fn informed<T: Scalar, P>(admm: &Admm<T, P>) -> Result<StateOf<T, P, Minus<Classify<T>>>>
where
    P: Subproblem<T, Image = DMatrix<T>>,
{
    let (Minus(classifier), mut state) = (admm.blocks().1, admm.state().clone());
    let here = Evaluated::at(&classifier.of, &state.z.point, &mut state.record.work)?;
    let slope = &here.gradient().v;
    state.u = slope / state.penalty.max(slope.norm() / T::of(PULL));
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
    let Schedule { steps, answers, penalty, bounds, threshold, accuracy } = Schedule::of(prepared)?;
    let (classifier, z) = (Minus(classify(prepared, steps, answers)), Iterate::new(start.clone()));
    let mut coordinator = Coordinator::new(reduction, classifier, w, z, T::of(penalty))?;
    coordinator.penalty = options.penalty.policy(threshold);
    coordinator.penalty_limits = Limits { bounds, ..Limits::default() };
    coordinator.relaxation = T::of(options.relaxation);
    coordinator.acceleration = options.acceleration.rule();
    let tolerance = (accuracy * prepared.tolerance()).max(64.0 * T::EPSILON.to_f64());
    coordinator.tolerance = Tolerance { absolute: tolerance / (start.v.len() as f64).sqrt(), relative: 0.0 };
    let floor = 0.01 * tolerance;
    coordinator.accuracy = Accuracy::Relative { first: floor.max(1e-2), factor: 0.3, floor };
    coordinator.max_iterations = options.max_iterations;
    coordinator.track_objective = options.trace || prepared.objective.variance.passes() == 0;
    Ok(coordinator)
}

/// ADMM: manifold block first, smooth block last.
pub(super) fn admm<T: Scalar, P>(prepared: &Prepared<T>, log: &mut Log<'_>, reduction: P, w: P::Var) -> Result<Found<T>>
where
    P: Subproblem<T, Image = DMatrix<T>, Var: Reduced<T>>,
{
    let coordinator = coordinator(prepared, reduction, w)?;
    let state = log.state()?.map_or_else(|| informed(&coordinator), Ok)?;
    let mut coordinator = coordinator.resume(state)?;
    let mut failure = None;
    let outcome = coordinator.run(|state: &State<T, P::Var, ClassifyVar<T>, DMatrix<T>>| {
        let record = &state.record;
        let entry = || {
            Ok(Progress {
                iteration: record.iteration,
                objective: traced(prepared, state.x.w(), &state.z)?,
                augmented_lagrangian: record.augmented_lagrangian.map(|value| value.to_f64()),
                primal_residual: record.primal.to_f64(),
                dual_residual: record.dual.to_f64(),
                rho: record.penalty.to_f64(),
                passes: prepared.start.cost.work.passes + record.work.passes,
                seconds: 0.0,
            })
        };
        match log.add(entry, state, None) {
            Ok(None) => ControlFlow::Continue(()),
            ended => {
                failure = ended.err();
                ControlFlow::Break(())
            }
        }
    })?;
    match failure {
        Some(error) => Err(error),
        None => {
            let point = feasible(outcome.best.x.w(), &outcome.best.z);
            Ok(Found { point, status: outcome.status, last: log.last(), certificate: Some(outcome.certificate) })
        }
    }
}

/// The same two blocks in turn, each pulled towards the other with a fixed ρ and no dual: what is left of ADMM with
/// u = 0, with a last second stage for its W. Its fixed point minimises both losses plus ρ/2 ‖W − V‖², and so is no
/// stationary point of the joint objective.
pub(super) fn alternating<T: Scalar, P>(
    prepared: &Prepared<T>,
    log: &mut Log<'_>,
    reduction: &P,
    w: P::Var,
) -> Result<Found<T>>
where
    P: Subproblem<T, Image = DMatrix<T>, Var: Reduced<T>>,
{
    let classifier = classify(prepared, SOLVED.steps, SOLVED.answers);
    let start = &prepared.start.point;
    let tolerance = T::of(prepared.tolerance());
    let penalty = T::of(SOLVED.penalty);
    let fresh = || (w, Iterate::new(start.clone()), prepared.start.cost.work);
    let (mut w, mut z, mut work): (P::Var, ClassifyVar<T>, Work) = log.state()?.unwrap_or_else(fresh);
    Error::check_size("state to continue from", start.shape(), z.point.shape())?;
    Error::check_size("state to continue from", Space::shape(&start.v), Space::shape(w.w()))?;
    for iteration in log.last().iteration + 1..=prepared.options.max_iterations {
        let (before, v) = (w.w().clone(), z.point.v.clone());
        let accuracy = tolerance * T::of(0.1);
        work += reduction.argmin(&mut w, Target { v: &v, penalty, tolerance: accuracy })?;
        work += classifier.argmin(&mut z, Target { v: w.w(), penalty, tolerance: accuracy })?;
        let change = penalty * (&z.point.v - &v).norm().max((w.w() - &before).norm());
        let entry = || {
            Ok(Progress {
                iteration,
                objective: traced(prepared, w.w(), &z)?,
                augmented_lagrangian: None,
                primal_residual: Space::norm(&(w.w() - &z.point.v)).to_f64(),
                dual_residual: change.to_f64(),
                rho: penalty.to_f64(),
                passes: work.passes,
                seconds: 0.0,
            })
        };
        let ended = (change <= tolerance).then_some(Status::Converged);
        if let Some(status) = log.add(entry, &(&w, &z, work), ended)? {
            return with_second_stage(prepared, w.w(), status, log);
        }
    }
    with_second_stage(prepared, w.w(), Status::IterationLimit, log)
}

/// Alternation leaves W ≠ V and a classifier that fits V: W gets the classifier that fits it best. Both searches must
/// have converged.
fn with_second_stage<T: Scalar>(
    prepared: &Prepared<T>,
    w: &DMatrix<T>,
    ended: Status,
    log: &Log<'_>,
) -> Result<Found<T>> {
    let Settled { point, status, work } = settle(prepared, w)?;
    let status = if ended == Status::Converged { status } else { ended };
    let mut last = log.last();
    last.passes += work.passes;
    Ok(Found { point, status, last, certificate: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::factor::scattered;
    use crate::joint::JointModel;
    use crate::pca::Majorize;

    /// With ρ so large that the dual is short it is ∇g/ρ, else it has the length of the bound; and one evaluation is all
    /// that it takes.
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
        for (penalty, expected) in [(1e3, &slope / 1e3), (1e-6, &slope * (PULL / slope.norm()))] {
            let start = State { penalty, ..admm().state().clone() };
            let state = informed(&admm().resume(start).unwrap()).unwrap();
            assert!((state.u - &expected).norm() <= 1e-12 * expected.norm(), "ρ = {penalty}");
            assert_eq!(state.record.work.passes, 1);
        }
    }
}
