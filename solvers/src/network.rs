//! The layer before the reduction: a network h(x; θ) that stands between X and what is learnt from it.
//!
//! | Item | Content |
//! |---|---|
//! | [`Network`] | the trait of a parametric map, with its vector–Jacobian product, for a block of samples |
//! | [`Layers`] | a stack of dense layers: its widths, activation and ridge |
//! | [`Activation`] | the function of every unit: tanh, ReLU or softplus |
//! | [`OutputLoss`] | the trait of the losses that can follow a network |
//! | [`outputs`], [`value_and_gradient`] | one pass over X with a network, and with a loss after it |
//! | [`check_network`] | the vector–Jacobian product against Taylor's theorem |
//! | [`Trained`] | a network with its parameters, in a model |
//!
//! A pass reads X once. It takes a block of samples forward through the network, through the loss, and back again, while
//! the block stays in the cache.

mod activation;
mod check;
mod evaluate;
mod interface;
mod layers;
mod moments;
mod output_loss;
mod pass;
mod start;
mod trained;

pub use activation::Activation;
pub use check::check_network;
pub(crate) use evaluate::{moments, outputs_on, value_and_gradient_on};
pub use evaluate::{outputs, value_and_gradient};
pub use interface::Network;
pub use layers::Layers;
pub(crate) use moments::{add_moments, centred};
pub use output_loss::OutputLoss;
pub use trained::{Architecture, Trained};
