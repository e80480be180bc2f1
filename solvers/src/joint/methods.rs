//! The four methods.

mod admm;
mod alternating;
mod blocks;
mod candidates;
mod curved;
mod descent;
mod ending;
mod first_block;
mod log;
mod polish;
mod schedule;
mod two_stage;
mod watch;

pub(crate) use admm::informed;
pub use admm::set_tolerance;
pub(crate) use curved::Curved;
pub(crate) use descent::descent;
pub(crate) use first_block::TwoBlocks;
pub(crate) use log::{Found, Log};
pub(crate) use schedule::{RHO, SOLVED};
pub(crate) use two_stage::two_stage;
