//! Alternation: the two blocks in turn, without a dual.

use super::blocks::{ClassifyVar, FirstBlock, classify, traced};
use super::log::{Found, Log};
use super::schedule::SOLVED;
use super::two_stage::{Settled, settle};
use crate::joint::{Prepared, Progress};
use crate::scalar::Scalar;
use admm::space::Space;
use admm::{Cost, Error, Iterate, Result, Status, Subproblem, Target};
use nalgebra::DMatrix;

/// The same two blocks in turn, each pulled towards the other with a fixed ρ and no dual: what is left of ADMM with
/// u = 0, with a last second stage for its W. Its fixed point minimises both losses plus ρ/2 ‖W − V‖², and so is no
/// stationary point of the joint objective.
pub(crate) fn alternating<T: Scalar, P>(
    prepared: &Prepared<T>,
    log: &mut Log<'_>,
    first: FirstBlock<T, P>,
) -> Result<Found<T>>
where
    P: Subproblem<T, Image = DMatrix<T>>,
{
    let FirstBlock { block, start: w, w: of } = first;
    let classifier = classify(prepared, SOLVED.steps, SOLVED.answers);
    let start = &prepared.start.point;
    let tolerance = T::of(prepared.tolerance());
    let rho = T::of(SOLVED.rho);
    let fresh = || (w, Iterate::new(start.clone()), prepared.start.spent.cost);
    let (mut w, mut z, mut cost): (P::Var, ClassifyVar<T>, Cost) = log.state()?.unwrap_or_else(fresh);
    Error::check_size("state to continue from", start.sizes(), z.point.sizes())?;
    Error::check_size("state to continue from", start.v.shape(), of(&w).shape())?;
    for iteration in log.last().iteration + 1..=prepared.options.max_iterations {
        let (before, v) = (of(&w).clone(), z.point.v.clone());
        let accuracy = tolerance * T::of(0.1);
        let first = block.argmin(&mut w, Target { v: &v, rho, tolerance: accuracy })?;
        let both = first.and(classifier.argmin(&mut z, Target { v: of(&w), rho, tolerance: accuracy })?);
        cost += both.cost;
        let change = rho * (&z.point.v - &v).norm().max((of(&w) - &before).norm());
        let entry = || {
            Ok(Progress {
                iteration,
                objective: traced(prepared, of(&w), &z)?,
                augmented_lagrangian: None,
                primal_residual: (of(&w) - &z.point.v).euclidean_norm().to_f64(),
                dual_residual: change.to_f64(),
                rho: rho.to_f64(),
                passes: cost.passes,
                seconds: 0.0,
            })
        };
        let solved = both.residual.is_some_and(|reached| reached <= tolerance);
        let ended = (change <= tolerance && solved).then_some(Status::Converged);
        if let Some(status) = log.add(entry, &(&w, &z, cost), ended)? {
            return with_second_stage(prepared, of(&w), status, log);
        }
    }
    with_second_stage(prepared, of(&w), Status::IterationLimit, log)
}

/// Alternation leaves W ≠ V and a classifier that fits V: W gets the classifier that fits it best. Both searches must
/// have converged.
fn with_second_stage<T: Scalar>(
    prepared: &Prepared<T>,
    w: &DMatrix<T>,
    ended: Status,
    log: &Log<'_>,
) -> Result<Found<T>> {
    let Settled { point, status, cost } = settle(prepared, w)?;
    let status = if ended == Status::Converged { status } else { ended };
    let mut last = log.last();
    last.passes += cost.passes;
    Ok(Found { point, status, last, certificate: None })
}
