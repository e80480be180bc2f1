#![doc = include_str!("front.md")]

mod block;
pub mod check;
mod coordinator;
mod error;
mod exec;
mod group;
pub mod method;
mod observe;
mod penalty;
mod real;
mod space;
mod stop;
mod subproblem;

pub use block::{Descent, Exact, Iterate, Minus};
pub use coordinator::{Coordinator, Outcome, State, StateOf};
pub use error::{Error, Result, Shape};
pub use exec::Exec;
pub use group::{Consensus, Group};
pub use method::{Gradient, Method, Rate, Steps};
pub use observe::{History, Observer, Record, every};
pub use penalty::{Balance, Fixed, Penalty};
pub use real::Real;
pub use space::Space;
pub use stop::{Accuracy, Status, Tolerance};
pub use subproblem::{Adjoint, Direction, Flat, Manifold, Point, Prox, Smooth, Subproblem, Target, Work};

/// The user's page runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../docs/write-your-own-block.md")]
struct WriteYourOwnBlock;

/// The library example of the README runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
