#![doc = include_str!("front.md")]

mod accelerate;
mod accuracy;
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
mod record;
mod space;
mod state;
mod status;
mod stop;
mod subproblem;
mod verdict;

pub use accelerate::{Acceleration, Plain};
pub use accuracy::Accuracy;
pub use block::{Descent, Exact, Iterate, Minus};
pub use coordinator::Coordinator;
pub use error::{Error, Result, Shape};
pub use exec::Exec;
pub use group::{Consensus, Group};
pub use method::{Gradient, Method, Rate, Steps};
pub use observe::{History, Observer, every};
pub use penalty::{Balance, Fixed, Limits, Penalty};
pub use real::Real;
pub use record::{Phases, Record};
pub use space::Space;
pub use state::{Memory, Start, State, StateOf, Step};
pub use status::Status;
pub use stop::{Stop, Tolerance};
pub use subproblem::{Adjoint, Direction, Flat, Manifold, Point, Prox, Smooth, Subproblem, Target, Work};
pub use verdict::{Outcome, Run};

/// The user's page runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../docs/write-your-own-block.md")]
struct WriteYourOwnBlock;

/// The library example of the README runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
