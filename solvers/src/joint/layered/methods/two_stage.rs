//! Layers and predictor for the prediction alone, and then PCA of what the layers put out.

use super::descent::{Descended, descend};
use crate::joint::layered::objective::ThroughObjective;
use crate::joint::layered::prepared::fitted_head;
use crate::joint::layered::{Layered, LayeredObjective, LayeredPoint};
use crate::joint::methods::{Found, Log};
use crate::joint::result::SLACK;
use crate::scalar::Scalar;
use admm::{Cost, Result, Smooth, Status};
use nalgebra::DMatrix;

/// Trains the layers with a reduction and a predictor of their own for λ = 0. Then W becomes the principal components of
/// the outputs of the layers, with the predictor that fits those best.
pub(crate) fn two_stage<T: Scalar>(prepared: &Layered<T>, log: &mut Log<'_>) -> Result<Found<LayeredPoint<T>>> {
    let mut of = LayeredObjective { weight: T::zero(), ..prepared.objective.clone() };
    of.predictor.prediction.share = T::one();
    let Descended { point, status } = descend(prepared, &ThroughObjective(of.clone()), false, log)?;
    let layers = point.layers;
    let w = of.predictor.hidden(&layers)?.covariance.top(prepared.options.components)?.1;
    let Settled { point, status: settled, cost } = settle(prepared, layers, &w)?;
    let status = if status == Status::Converged { settled } else { status };
    let mut last = log.last();
    last.passes += cost.passes;
    Ok(Found { point, status, last, polish: 0, certificate: None })
}

/// Layers and a W with the predictor that fits them best.
pub(super) struct Settled<T: Scalar> {
    pub point: LayeredPoint<T>,
    /// The status of the search for the predictor.
    pub status: Status,
    pub cost: Cost,
}

/// The second stage for given layers and W. It has converged where the gradient by B and b on all samples, which rounds
/// differently, is at most [`SLACK`] times the tolerance.
pub(super) fn settle<T: Scalar>(prepared: &Layered<T>, layers: Vec<DMatrix<T>>, w: &DMatrix<T>) -> Result<Settled<T>> {
    let (predictor, tolerance) = (&prepared.objective.predictor, prepared.tolerance());
    let (head, cost) = fitted_head(predictor, &layers, w, tolerance)?;
    let gradient = predictor.reduced(&layers)?.alone().value_and_gradient(&head)?.1;
    let slope = gradient.b.norm().hypot(gradient.bias.norm()).to_f64();
    let status = if slope <= SLACK * tolerance { Status::Converged } else { Status::Stalled };
    Ok(Settled { point: LayeredPoint { layers, head }, status, cost })
}
