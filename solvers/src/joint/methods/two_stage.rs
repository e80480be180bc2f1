//! PCA first, then the predictor that fits its components best.

use super::log::{Found, Log};
use crate::joint::prepared::{SECOND_STAGE, Start, second_stage};
use crate::joint::result::SLACK;
use crate::joint::{JointObjective, Linear, Progress};
use crate::loss::Predictor;
use crate::scalar::Scalar;
use admm::space::Space;
use admm::{Cost, Result, Smooth, Status};
use nalgebra::DMatrix;

/// PCA, then the predictor on its components.
pub(crate) fn two_stage<T: Scalar>(prepared: &Linear<T>, log: &mut Log<'_>) -> Result<Found<Predictor<T>>> {
    let Start { principal, principal_spent, .. } = &prepared.start;
    let Settled { point, status, mut cost } = settle(prepared, principal)?;
    cost += principal_spent.cost;
    let objective = prepared.objective_at(&point)?;
    let entry = Progress { iteration: cost.steps, objective: Some(objective), passes: cost.passes, ..log.last() };
    log.add(entry, &(), Some(status))?;
    Ok(Found { point, status, last: entry, polish: 0, certificate: None })
}

/// A W with the predictor that fits it best.
pub(crate) struct Settled<T: Scalar> {
    pub point: Predictor<T>,
    /// The status of the search for the predictor.
    pub status: Status,
    pub cost: Cost,
}

/// The second stage for a W. It runs on the components WᵀX; it has converged where the gradient by B and b on all
/// features, which rounds differently, is at most [`SLACK`] times the tolerance.
pub(crate) fn settle<T: Scalar>(prepared: &Linear<T>, w: &DMatrix<T>) -> Result<Settled<T>> {
    let JointObjective { variance, prediction } = &prepared.objective;
    let (alone, tolerance) = (prediction.alone(), prepared.tolerance());
    let (point, _, cost) = second_stage(&alone, &variance.of.covariance, w, tolerance)?;
    let gradient = alone.value_and_gradient(&point)?.1;
    let slope = Predictor { v: gradient.v.zero_like(), ..gradient }.euclidean_norm().to_f64();
    let status = if slope <= SLACK * tolerance {
        Status::Converged
    } else if cost.steps >= SECOND_STAGE {
        Status::IterationLimit
    } else {
        Status::Stalled
    };
    Ok(Settled { point, status, cost })
}
