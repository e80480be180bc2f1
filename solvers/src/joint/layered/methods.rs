//! The four methods of a model with hidden layers.

mod admm;
mod alternating;
mod blocks;
mod descent;
mod two_stage;

pub(super) use admm::admm;
pub(super) use alternating::alternating;
pub(super) use descent::descent;
pub(super) use two_stage::two_stage;
