#![doc = include_str!("front.md")]

pub mod accelerate;
mod accuracy;
mod block;
pub mod certificate;
pub mod check;
pub mod checkpoint;
mod constraint_set;
mod coordinator;
mod error;
mod exec;
#[doc(hidden)]
pub mod file;
pub mod infeasibility;
pub mod method;
pub mod observe;
pub mod operator;
mod outcome;
mod parameter;
pub mod patterns;
pub mod penalty;
#[doc(hidden)]
pub mod random;
pub mod ranks;
mod real;
mod residuals;
pub mod space;
pub mod state;
mod status;
mod stop;
mod subproblem;
mod tree;

pub use accuracy::Accuracy;
pub use block::{Descent, Exact, Negated};
pub use constraint_set::{ConstraintSet, Flat, Geometry};
pub use coordinator::Coordinator;
pub use error::{Error, Result, caught};
pub use exec::Exec;
pub use method::gradient::Gradient;
pub use method::iterate::Iterate;
pub use method::scheduled_steps::{Rate, ScheduledSteps};
pub use outcome::Outcome;
pub use parameter::Parameter;
pub use real::Real;
pub use status::Status;
pub use stop::{Stop, Tolerance};
pub use subproblem::{Cost, Direction, Point, Prox, Smooth, Solved, Subproblem, Target};

/// The crate of the matrices in every signature.
pub use nalgebra;
