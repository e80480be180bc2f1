//! The heads of this library.

mod each;
mod huber;
mod labels;
mod logistic;
mod poisson;
mod softmax;
mod squared;
mod squared_hinge;

pub use huber::Huber;
pub use logistic::Logistic;
pub use poisson::Poisson;
pub use softmax::{Softmax, probabilities};
pub use squared::Squared;
pub use squared_hinge::SquaredHinge;
