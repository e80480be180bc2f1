//! The iterate of a descent method: a point and the method's memory.

use serde::{Deserialize, Serialize};

/// A point and what the method that moves it remembers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Iterate<P, M> {
    /// The point in the space of the variable.
    pub point: P,
    /// Momentum, curvature pairs, a sampler: whatever the method keeps between calls.
    pub memory: M,
}

impl<P, M: Default> Iterate<P, M> {
    /// A start with an empty memory.
    pub fn new(point: P) -> Self {
        Iterate { point, memory: M::default() }
    }
}
