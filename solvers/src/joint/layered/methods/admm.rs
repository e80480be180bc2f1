//! ADMM: W first, the network last, and a PCA loss that moves with the layers.

use super::blocks::{Predict, Reduce, feasible, predict, reduce};
use crate::joint::Progress;
use crate::joint::layered::{Hidden, Layered, LayeredPoint};
use crate::joint::methods::{Found, Log, informed, set_tolerance};
use crate::scalar::Scalar;
use admm::accelerate::Plain;
use admm::penalty::Limits;
use admm::space::Space;
use admm::state::{Record, StateOf};
use admm::{Coordinator, Error, Iterate, Negated, Result, Status};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

type Admm<T> = Coordinator<T, Reduce<T>, Negated<Predict<T>>>;

/// The steps of L-BFGS in an iteration.
const STEPS: u64 = 10;
/// The shares of 1 − λ and of λ that ρ is at the start. Below the curvature of either loss the blocks run apart: on digits
/// with λ = 0.1 and ρ = 0.1 they never agree, and with ρ = 0.4 they do within 110 iterations.
const SHARES: (f64, f64) = (0.4, 0.3);
/// The bounds of ρ, in units of its start.
const BOUNDS: (f64, f64) = (0.5, 1e4);

/// The memory of a run beside the state of the coordinator.
#[derive(Clone, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Scalar", deserialize = "T: Scalar"))]
struct Beside<T: Scalar> {
    /// The point with the smallest field so far, by its estimate, and the iteration that found it.
    best: Option<(f64, u64, LayeredPoint<T>)>,
    /// The field in units of its estimate, where it was last evaluated.
    exceeds: f64,
    /// Passes that the evaluations took.
    passes: u64,
}

/// Where a run stands.
type Stood<T> = (StateOf<T, Reduce<T>, Negated<Predict<T>>>, Beside<T>);

/// ADMM with W first and the network last. After each iteration the block of W gets the covariance of the present
/// layers, and forgets the old one. The run has converged where the whole field is within the tolerance.
pub(crate) fn admm<T: Scalar>(prepared: &Layered<T>, log: &mut Log<'_>) -> Result<Found<LayeredPoint<T>>> {
    let fresh = coordinator(prepared, &prepared.start.layers)?;
    let begun = || Ok((informed(&fresh)?, Beside { best: None, exceeds: 1.0, passes: 0 }));
    let (state, mut beside): Stood<T> = log.state()?.map_or_else(begun, Ok)?;
    Error::check_size("state to continue from", prepared.start.sizes(), state.z.point.sizes())?;
    let mut admm = coordinator(prepared, &state.z.point.layers)?.resume(state)?;
    let mut status = Status::IterationLimit;
    for _ in log.last().iteration + 1..=prepared.options.max_iterations {
        let record = admm.step()?;
        let hidden = match prepared.objective.predictor.hidden(&admm.state().z.point.layers) {
            // The outputs are the same for all samples by now: nothing is left to reduce.
            Err(Error::Numerical { .. }) if beside.best.is_some() => {
                status = Status::Stalled;
                break;
            }
            hidden => hidden?,
        };
        let reached = beside.follow(prepared, &admm, &hidden)?;
        let ended = if reached { Some(Status::Converged) } else { beside.stalled(record.iteration) };
        admm.first_mut().loss = prepared.objective.variance(&hidden);
        let (state, passes) = (admm.state(), beside.passes);
        let objective = log.aside(|| prepared.traced(&feasible(&state.x, &state.z.point)))?;
        let entry = Progress { objective, ..entry(prepared, &record, &hidden, passes) };
        if let Some(ended) = log.add(entry, &(state, &beside), ended)? {
            status = ended;
            break;
        }
    }
    let end = admm.state();
    let last = feasible(&end.x, &end.z.point);
    let point = match beside.best {
        Some((_, _, best)) if status != Status::Converged => best,
        _ => last,
    };
    Ok(Found { point, status, last: log.last(), polish: 0, certificate: None })
}

/// Both blocks with their coordinator, W for the covariance of the given layers.
fn coordinator<T: Scalar>(prepared: &Layered<T>, layers: &[DMatrix<T>]) -> Result<Admm<T>> {
    let (options, start) = (&prepared.options, &prepared.start);
    let blocks = (reduce(prepared, layers)?, Negated(predict(prepared, STEPS)));
    let rho = (SHARES.0 * (1.0 - options.weight)).max(SHARES.1 * options.weight);
    let z = Iterate::new(start.clone());
    let mut coordinator = Coordinator::new(blocks.0, blocks.1, start.head.v.clone(), z, T::of(rho))?;
    coordinator.penalty_policy = options.penalty.policy(10.0);
    coordinator.penalty_limits = Limits { bounds: (BOUNDS.0 * rho, BOUNDS.1 * rho), ..Limits::default() };
    coordinator.relaxation = T::of(options.relaxation);
    coordinator.acceleration = Box::new(Plain);
    set_tolerance(&mut coordinator, prepared.tolerance());
    Ok(coordinator)
}

/// A run has stalled after so many iterations that come no nearer to rest.
const PATIENCE: u64 = 500;

impl<T: Scalar> Beside<T> {
    /// The status of a run that has come no nearer to rest for long.
    fn stalled(&self, iteration: u64) -> Option<Status> {
        let since = self.best.as_ref().map_or(0, |(_, since, _)| *since);
        (iteration >= since + PATIENCE).then_some(Status::Stalled)
    }

    /// Takes in an iteration. Returns true if the whole field at W, with the layers and the predictor of the other block,
    /// is within the tolerance. It is evaluated only where an estimate is: with the gradient at V, which the last step
    /// has evaluated.
    fn follow(&mut self, prepared: &Layered<T>, admm: &Admm<T>, hidden: &Hidden<T>) -> Result<bool> {
        let (state, tolerance) = (admm.state(), prepared.tolerance());
        let Some(there) = state.z.memory.here.as_ref() else { return Ok(false) };
        let point = feasible(&state.x, &state.z.point);
        let mut field = there.gradient().clone();
        field.head.v -= prepared.objective.variance(hidden).ascent(&state.x);
        let estimate = prepared.norm(&point, &field)?.to_f64();
        let apart = estimate.max(state.record.primal.to_f64());
        if self.best.as_ref().is_none_or(|(least, ..)| apart < *least) {
            self.best = Some((apart, state.record.iteration, point.clone()));
        }
        if estimate * self.exceeds > tolerance {
            return Ok(false);
        }
        let field = prepared.objective.value_and_field(&point)?.1;
        self.passes += 1;
        let reached = prepared.norm(&point, &field)?.to_f64();
        self.exceeds = (reached / estimate).max(1.0);
        Ok(reached <= tolerance)
    }
}

fn entry<T: Scalar>(prepared: &Layered<T>, record: &Record<T>, hidden: &Hidden<T>, passes: u64) -> Progress {
    Progress {
        iteration: record.iteration,
        primal_residual: record.primal.to_f64(),
        dual_residual: record.dual.to_f64(),
        rho: record.rho.to_f64(),
        passes: prepared.spent.cost.passes + record.cost.passes + passes,
        participation: Some(hidden.participation),
        ..Progress::default()
    }
}
