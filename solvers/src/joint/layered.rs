//! The joint model with hidden layers before the reduction.
//!
//! W reduces the outputs h(x; θ) of dense layers, and the PCA loss is that of the covariance of h. Two modes differ in
//! what moves the layers: the predictor alone, or the PCA loss as well.

mod fit;
#[cfg(test)]
mod flow;
mod hidden;
mod loss;
mod methods;
mod objective;
mod point;
mod prepared;

pub(crate) use fit::fit_layered;
use hidden::Hidden;
use loss::LayeredLoss;
use objective::LayeredObjective;
pub(crate) use objective::ThroughObjective;
pub(crate) use point::LayeredPoint;
pub(crate) use prepared::Layered;
