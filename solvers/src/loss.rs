//! The second loss, softmax cross-entropy, with its variable (V, B, b).

mod classifier;
mod finite_sum;
mod softmax;

pub use classifier::Classifier;
pub use finite_sum::FiniteSum;
pub use softmax::{Softmax, probabilities};
