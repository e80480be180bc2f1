//! The second loss of the joint model: the softmax cross-entropy of a linear classifier.
//!
//! | Type | Content |
//! |---|---|
//! | [`Softmax`] | the mean cross-entropy with a ridge on B, evaluated with its gradient in one pass over the data |
//! | [`Classifier`] | its variable (V, B, b), of which V is coupled to the other block |
//! | [`FiniteSum`] | the trait of functions that are sums over samples, which random batches need |

mod classifier;
mod finite_sum;
mod scores;
mod separation;
mod softmax;

pub use classifier::Classifier;
pub use finite_sum::FiniteSum;
pub(crate) use scores::Scores;
pub use scores::probabilities;
pub(crate) use separation::separated;
pub use softmax::Softmax;
