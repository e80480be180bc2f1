//! The layer before the reduction: dense layers h(x; θ) that stand between X and what is learnt from it.
//!
//! | Type | Content |
//! |---|---|
//! | [`Layers`] | a stack of dense layers: its widths, activation and ridge, its start, outputs and gradient |
//! | [`Activation`] | the function of every unit: tanh, ReLU or softplus |
//! | [`Dense`] | the parameters of one layer, its weights and its bias; θ is a list of them |
//! | [`OutputLoss`] | the trait of the losses that can follow the layers |
//!
//! A pass reads X once. It takes a block of samples forward through the layers, through the loss, and back again, while
//! the block stays in the cache.

mod activation;
mod dense;
mod layers;
mod moments;
mod output_loss;
mod pass;

pub use activation::Activation;
pub use dense::Dense;
pub use layers::Layers;
pub(crate) use moments::{add_moments, centred};
pub use output_loss::OutputLoss;
