//! Alternation: the two blocks in turn, without a dual.

use super::blocks::{PredictVar, Reduce, feasible, predict, reduce};
use super::two_stage::{Settled, settle};
use crate::joint::Progress;
use crate::joint::layered::{Layered, LayeredPoint};
use crate::joint::methods::{Found, Log, RHO, SOLVED};
use crate::scalar::Scalar;
use admm::space::Space;
use admm::{Cost, Error, Iterate, Result, Status, Subproblem, Target};
use nalgebra::DMatrix;

/// The same two blocks as those of ADMM in turn, each pulled towards the other with a fixed ρ and no dual. W aims at the
/// covariance of the present layers. At the end the predictor is fitted to W and to the layers as they are.
pub(crate) fn alternating<T: Scalar>(prepared: &Layered<T>, log: &mut Log<'_>) -> Result<Found<LayeredPoint<T>>> {
    let (start, second) = (&prepared.start, predict(prepared, SOLVED));
    let (tolerance, rho) = (T::of(prepared.tolerance()), T::of(RHO));
    let accuracy = tolerance * T::of(0.1);
    let fresh = || (start.head.v.clone(), Iterate::new(start.clone()), prepared.spent.cost);
    let (mut w, mut z, mut cost): (DMatrix<T>, PredictVar<T>, Cost) = log.state()?.unwrap_or_else(fresh);
    Error::check_size("state to continue from", start.sizes(), z.point.sizes())?;
    Error::check_size("state to continue from", start.head.v.shape(), w.shape())?;
    let mut status = Status::IterationLimit;
    for iteration in log.last().iteration + 1..=prepared.options.max_iterations {
        let first: Reduce<T> = reduce(prepared, &z.point.layers)?;
        let (before, from) = (w.clone(), z.point.clone());
        let moved = first.argmin(&mut w, Target { v: &from.head.v, rho, tolerance: accuracy })?;
        let both = moved.and(second.argmin(&mut z, Target { v: &w, rho, tolerance: accuracy })?);
        cost += both.cost;
        let hidden = prepared.objective.predictor.hidden(&z.point.layers)?;
        let change = rho * (&w - &before).norm().max(z.point.plus(-T::one(), &from).euclidean_norm());
        let objective = log.aside(|| prepared.traced(&feasible(&w, &z.point)))?;
        let entry = Progress {
            iteration,
            objective,
            primal_residual: (&w - &z.point.head.v).norm().to_f64(),
            dual_residual: change.to_f64(),
            rho: rho.to_f64(),
            passes: cost.passes,
            participation: Some(hidden.participation),
            ..Progress::default()
        };
        let solved = both.residual.is_some_and(|reached| reached <= tolerance);
        let reached = (change <= tolerance && solved).then_some(Status::Converged);
        if let Some(ended) = log.add(entry, &(&w, &z, cost), reached)? {
            status = ended;
            break;
        }
    }
    let LayeredPoint { layers, head } = feasible(&w, &z.point);
    let Settled { point, status: settled, cost } = settle(prepared, layers, &head.v)?;
    let status = if status == Status::Converged { settled } else { status };
    let mut last = log.last();
    last.passes += cost.passes;
    Ok(Found { point, status, last, polish: 0, certificate: None })
}
