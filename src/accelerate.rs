//! Acceleration: rules that start an iteration ahead of where the last one ended.
//!
//! An iteration of ADMM maps (Bz, u) to the next (Bz, u), and the fixed points of this map are the solutions. An
//! acceleration extrapolates from earlier points. It sees the coupling space alone.
//!
//! | Acceleration | Where the next iteration starts |
//! |---|---|
//! | [`Plain`] | where the last one ended |
//! | [`Anderson`] | at a mixture of the last ends |
//! | [`Nesterov`] | further along the last move; it needs less memory than [`Anderson`] |
//! | [`Phased`] | plain and another rule in turn; 100 plain iterations and 200 of [`Anderson`] are the default |

mod anderson;
mod nesterov;
mod phased;

pub use anderson::Anderson;
pub use nesterov::Nesterov;
pub use phased::Phased;

use crate::state::{Memory, Start, Step};
use crate::{Parameter, Real};

/// A rule for the points that iterations start from. The coordinator counts the starts that were accepted and those
/// that were taken back, and clears the memory whenever ρ changes.
pub trait Acceleration<T: Real, S>: Send + Sync {
    /// The start of the next iteration, given this one.
    fn next(&self, step: &Step<'_, T, S>, memory: &mut Memory<T, (S, S)>) -> Start<S>;
    /// All parameters that are out of range.
    fn problems(&self) -> Vec<Parameter> {
        Vec::new()
    }
}

/// Every iteration starts where the last one ended.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plain;

impl<T: Real, S> Acceleration<T, S> for Plain {
    fn next(&self, _step: &Step<'_, T, S>, _memory: &mut Memory<T, (S, S)>) -> Start<S> {
        Start::Here
    }
}

fn owned<S: Clone>((bz, u): (&S, &S)) -> (S, S) {
    (bz.clone(), u.clone())
}
