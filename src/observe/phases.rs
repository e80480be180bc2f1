//! The time that each part of a run took.

use std::time::Duration;

/// Seconds that the parts of the iterations took so far. Apart from the [`Record`](crate::state::Record), for no clock
/// enters a state.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[non_exhaustive]
pub struct Phases {
    /// The first block.
    pub x: Duration,
    /// The second block.
    pub z: Duration,
    /// The dual, residuals, penalty and acceleration.
    pub dual: Duration,
    /// The observers.
    pub observers: Duration,
}
