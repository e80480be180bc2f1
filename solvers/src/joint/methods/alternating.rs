//! Alternation: the two blocks in turn, without a dual.

use super::blocks::{FirstBlock, PredictVar, feasible, predict, traced};
use super::candidates::{Candidates, Choice};
use super::log::{Found, Log};
use super::schedule::{RHO, SOLVED};
use super::two_stage::{Settled, settle};
use crate::descent::Lbfgs;
use crate::joint::{Linear, Method, Progress};
use crate::loss::Predictor;
use crate::scalar::Scalar;
use admm::space::Space;
use admm::{Cost, Error, Iterate, Result, Smooth, Status, Subproblem, Target};
use nalgebra::DMatrix;

/// W, the variable of the predictor's block, what they have cost, and the points to choose from.
type Under<T, W> = (W, PredictVar<T>, Cost, Candidates<T>);

/// The same two blocks in turn, each pulled towards the other with a fixed ρ and no dual: what is left of ADMM with
/// u = 0, with a last second stage for its W. Its fixed point minimises both losses plus ρ/2 ‖W − V‖², and so is no
/// stationary point of the joint objective.
pub(crate) fn alternating<T: Scalar, P>(
    prepared: &Linear<T>,
    log: &mut Log<'_>,
    first: FirstBlock<T, P>,
) -> Result<Found<Predictor<T>>>
where
    P: Subproblem<T, Image = DMatrix<T>>,
{
    let FirstBlock { block, start: w, w: of } = first;
    let by = Lbfgs { max_steps: SOLVED, ..Lbfgs::from(prepared.close_model(None)) };
    let predictor = predict(prepared, by);
    let start = &prepared.start.point;
    let (tolerance, rho) = (T::of(prepared.tolerance()), T::of(RHO));
    let fresh = || (w, Iterate::new(start.clone()), prepared.start.spent.cost, Candidates::default());
    let (mut w, mut z, mut cost, mut candidates): Under<T, P::Var> = log.state()?.unwrap_or_else(fresh);
    Error::check_size("state to continue from", start.sizes(), z.point.sizes())?;
    Error::check_size("state to continue from", start.v.shape(), of(&w).shape())?;
    candidates.check(start)?;
    let mut status = Status::IterationLimit;
    for iteration in log.last().iteration + 1..=prepared.options.max_iterations {
        let (before, v) = (of(&w).clone(), z.point.v.clone());
        let accuracy = tolerance * T::of(0.1);
        let first = block.argmin(&mut w, Target { v: &v, rho, tolerance: accuracy })?;
        let both = first.and(predictor.argmin(&mut z, Target { v: of(&w), rho, tolerance: accuracy })?);
        cost += both.cost;
        let change = rho * (&z.point.v - &v).norm().max((of(&w) - &before).norm());
        let gap = (of(&w) - &z.point.v).euclidean_norm();
        let point = feasible(of(&w), &z);
        let objective = log.aside(|| traced(prepared, &point))?;
        let score = score(prepared, of(&w), predictor.value(&z)?, rho * gap * gap)?;
        candidates.follow(iteration, (objective, score), &point);
        let [primal_residual, dual_residual, rho] = [gap, change, rho].map(|size| size.to_f64());
        let passes = cost.passes;
        let entry =
            Progress { iteration, objective, primal_residual, dual_residual, rho, passes, ..Progress::default() };
        let solved = both.residual.is_some_and(|reached| reached <= tolerance);
        let reached = (change <= tolerance && solved).then_some(Status::Converged);
        let ended = prepared.ended(Method::Alternating, iteration, reached, &z.point)?;
        if let Some(ended) = log.add(entry, &(&w, &z, cost, &candidates), ended)? {
            status = ended;
            break;
        }
    }
    with_second_stage(prepared, &feasible(of(&w), &z), status, &candidates, log)
}

/// Both losses plus ρ/2 ‖W − V‖², which alternation lowers, where that takes no pass.
fn score<T: Scalar>(prepared: &Linear<T>, w: &DMatrix<T>, prediction: T, pull: T) -> Result<Option<f64>> {
    let variance = &prepared.objective.variance;
    let value = || Ok((variance.value_and_gradient(w)?.0 + prediction + pull * T::of(0.5)).to_f64());
    (variance.passes() == 0).then(value).transpose()
}

/// Alternation leaves W ≠ V and a predictor that fits V: W gets the predictor that fits it best. Both searches must
/// have converged; else the best point of the run is returned.
fn with_second_stage<T: Scalar>(
    prepared: &Linear<T>,
    at: &Predictor<T>,
    ended: Status,
    candidates: &Candidates<T>,
    log: &Log<'_>,
) -> Result<Found<Predictor<T>>> {
    let Settled { mut point, status, cost } = settle(prepared, &at.v)?;
    let status = if ended == Status::Converged { status } else { ended };
    let mut last = log.last();
    last.passes += cost.passes;
    if status != Status::Converged {
        let Choice { point: best, passes } = candidates.choose(prepared, vec![point, at.clone()])?;
        point = best;
        last.passes += passes;
    }
    Ok(Found { point, status, last, polish: 0, certificate: None })
}
