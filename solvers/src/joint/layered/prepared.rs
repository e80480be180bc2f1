//! Data and start of a model with hidden layers.

use super::{LayeredLoss, LayeredObjective, LayeredPoint};
use crate::data::{Features, Scaler};
use crate::joint::Builder;
use crate::joint::prepared::{Checked, Output, SCOUTING, Spent, Task, Warnings, second_stage};
use crate::loss::{PredictionLoss, Predictor};
use crate::network::{Layers, Network};
use crate::scalar::Scalar;
use crate::set::Stiefel;
use admm::method::stationarity;
use admm::space::Space;
use admm::{Cost, Error, Result};
use nalgebra::DMatrix;
use std::sync::Arc;
use std::time::Instant;

/// Data and start of a model with hidden layers, which all methods share.
#[derive(Debug, Clone)]
pub(crate) struct Layered<T: Scalar> {
    pub options: Builder,
    pub scaler: Scaler<T>,
    pub output: Output<T>,
    pub objective: LayeredObjective<T>,
    pub start: LayeredPoint<T>,
    /// The cost of the start, from the data on.
    pub spent: Spent,
    warnings: Warnings,
}

impl<T: Scalar> Layered<T> {
    pub fn new(options: &Builder, x: Features<T>, task: Task<T>, weights: Option<&[T]>) -> Result<Self> {
        let clock = Instant::now();
        let Checked { samples, head, output, scaler, warnings } = Checked::new(options, x, task, weights)?;
        let network = network(options, samples.x.nrows())?;
        let weight = T::of(options.weight);
        let prediction = PredictionLoss { samples, head, ridge: T::of(options.ridge), share: T::one() - weight };
        let predictor = LayeredLoss::new(network, prediction);
        let objective = LayeredObjective { predictor, weight, reach: options.reach };
        let (start, cost) = start(&objective, options, options.seed)?;
        let spent = Spent { cost, seconds: clock.elapsed().as_secs_f64() };
        Ok(Layered { options: options.clone(), scaler, output, objective, start, spent, warnings })
    }

    /// Warnings about the data and the choices, in sentences in which features have names.
    pub fn warnings_naming(&self, names: &[String]) -> Vec<String> {
        self.warnings.sentences(&self.options, names)
    }

    /// The same data at another λ. The start does not depend on λ.
    pub fn with_weight(&self, weight: f64) -> Result<Self> {
        let options = self.options.clone().weight(weight).build()?.options;
        let mut other = Layered { options, ..self.clone() };
        other.objective.weight = T::of(weight);
        other.objective.predictor.prediction.share = T::one() - T::of(weight);
        Ok(other)
    }

    /// The same problem from other parameters of the network, with the nearest orthonormal W, and B and b.
    pub fn with_start(&self, layers: &[DMatrix<T>], head: &Predictor<T>) -> Result<Self> {
        let start = LayeredPoint { layers: layers.to_vec(), head: head.clone() };
        Error::check_size("the start", self.start.sizes(), start.sizes())?;
        if !start.is_finite() {
            return Err(Error::not_finite("the start"));
        }
        let mut other = self.from(start, Cost::default());
        other.start.head.v = admm::ConstraintSet::project(&Stiefel::default(), &head.v)?;
        Ok(other)
    }

    /// The same problem from layers and a predictor that a seed draws.
    pub fn at_random(&self, seed: u64) -> Result<Self> {
        let (start, cost) = start(&self.objective, &self.options, seed)?;
        Ok(self.from(start, cost))
    }

    /// The same problem from another point. It has a memory of the last evaluation of its own.
    fn from(&self, start: LayeredPoint<T>, cost: Cost) -> Self {
        let mut other = Layered { start, spent: Spent { cost, seconds: 0.0 }, ..self.clone() };
        let LayeredLoss { network, prediction, .. } = &self.objective.predictor;
        other.objective.predictor = LayeredLoss::new(network.clone(), prediction.clone());
        other
    }

    /// The tolerance, but not below what T can resolve.
    pub fn tolerance(&self) -> f64 {
        self.options.tolerance.max(64.0 * T::EPSILON.to_f64())
    }

    /// The joint objective at a feasible point, where it is traced.
    pub fn traced(&self, at: &LayeredPoint<T>) -> Result<Option<f64>> {
        self.options.trace.then(|| Ok(self.objective.value_and_field(at)?.0.to_f64())).transpose()
    }

    /// The norm of a field at a point whose W is feasible: of the part along the set for W, and of all of it for the rest.
    pub fn norm(&self, at: &LayeredPoint<T>, field: &LayeredPoint<T>) -> Result<T> {
        stationarity(&Stiefel::default(), at, field)
    }
}

/// The network of the options for samples of d features.
fn network<T: Scalar>(options: &Builder, d: usize) -> Result<Arc<dyn Network<T>>> {
    if let Some(own) = &options.network {
        return Ok(own.of());
    }
    let layers = Layers::new(d, &options.hidden, options.activation, options.layer_ridge)?;
    check_memory::<T>(d, &options.hidden)?;
    Ok(Arc::new(layers))
}

/// The copies of the parameters that a fit keeps at least: L-BFGS has 40 pairs of moves and gradients.
const COPIES: usize = 80;

/// Refuses layers of so many units that the system has no memory for a fit, or for the covariance of the last layer.
fn check_memory<T>(inputs: usize, widths: &[usize]) -> Result<()> {
    let sizes = [&[inputs], widths].concat();
    let weights = sizes.windows(2).fold(0_usize, |sum, pair| sum.saturating_add(pair[0].saturating_mul(pair[1])));
    let covariance = widths.last().map_or(0, |&p| p.saturating_mul(p));
    let bytes = weights.saturating_mul(COPIES).saturating_add(covariance).saturating_mul(size_of::<T>());
    Vec::<u8>::new().try_reserve_exact(bytes).map_err(|_| {
        let problem = format!("must be smaller: the memory of this system does not hold a fit of {weights} weights");
        Error::parameter("hidden", problem)
    })
}

/// Layers drawn from a seed, the principal components of their outputs, and the predictor that fits those best.
fn start<T: Scalar>(objective: &LayeredObjective<T>, options: &Builder, seed: u64) -> Result<(LayeredPoint<T>, Cost)> {
    let predictor = &objective.predictor;
    let layers = predictor.network.initial(seed);
    let hidden = predictor.hidden(&layers)?;
    let w = hidden.covariance.top(options.components)?.1;
    let mut cost = Cost { steps: 0, passes: 1 };
    let (head, more) = fitted_head(predictor, &layers, &w, SCOUTING.max(options.tolerance))?;
    cost += more;
    Ok((LayeredPoint { layers, head }, cost))
}

/// The predictor that fits the components Wᵀh of these layers best, found without a further pass over the data but
/// the one that makes h.
pub(super) fn fitted_head<T: Scalar>(
    predictor: &LayeredLoss<T>,
    layers: &[DMatrix<T>],
    w: &DMatrix<T>,
    tolerance: f64,
) -> Result<(Predictor<T>, Cost)> {
    let hidden = predictor.hidden(layers)?;
    let (head, _, cost) = second_stage(&predictor.reduced(layers)?.alone(), &hidden.covariance, w, tolerance)?;
    Ok((head, cost))
}
