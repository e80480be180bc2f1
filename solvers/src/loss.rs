//! The second loss of the joint model: that of a linear predictor behind the reduction.
//!
//! | Type | Content |
//! |---|---|
//! | [`Head`] | the trait of a loss of logits and targets; yours has one method to write |
//! | [`Loss`] | the heads of this library by name: [`Softmax`], [`Squared`], [`Huber`], [`Poisson`], [`Logistic`], [`SquaredHinge`] |
//! | [`PredictionLoss`] | the mean loss of a head with a ridge on B, evaluated with its gradient in one pass over the data |
//! | [`Predictor`] | its variable (V, B, b), of which V is coupled to the other block |
//! | [`FiniteSum`] | the trait of functions that are sums over samples, which random batches need |

mod choice;
mod error;
mod finite_sum;
mod head;
mod heads;
mod prediction;
mod predictor;
mod scores;
mod separation;

pub use choice::Loss;
pub(crate) use error::error;
pub use finite_sum::FiniteSum;
pub(crate) use head::directions;
pub use head::{Block, Head};
pub use heads::{Huber, Logistic, Poisson, Softmax, Squared, SquaredHinge, probabilities};
pub use prediction::PredictionLoss;
pub use predictor::Predictor;
pub(crate) use scores::Scores;
pub(crate) use separation::separated;
