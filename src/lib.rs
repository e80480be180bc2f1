#![doc = include_str!("front.md")]

mod accelerate;
mod accuracy;
mod block;
mod certificate;
pub mod check;
pub mod checkpoint;
mod consensus;
mod coordinator;
mod error;
mod exec;
pub mod file;
mod group;
mod linearized;
pub mod method;
mod observe;
mod operator;
mod parameter;
mod penalty;
mod random;
mod real;
mod record;
mod sharing;
mod space;
mod state;
mod status;
mod stop;
mod subproblem;
mod through;
mod verdict;
mod weighted;

pub use accelerate::{Acceleration, Anderson, Nesterov, Plain};
pub use accuracy::Accuracy;
pub use block::{Descent, Exact, Iterate, Minus};
pub use certificate::{Certificate, Finding, Growth, Rises, Stationarity, Tally, Threshold};
pub use checkpoint::{Checkpointer, Checkpoints};
pub use consensus::{Consensus, GeneralConsensus};
pub use coordinator::Coordinator;
pub use error::{Error, Result, Shape, Unusable};
pub use exec::Exec;
pub use group::Group;
pub use linearized::Linearized;
pub use method::{Gradient, Method, Rate, Steps};
pub use observe::{History, Observer, TargetObjective, When, every, on_best, time_limit};
pub use operator::{Operator, Selection, norm_squared};
pub use penalty::{Balance, Fixed, Limits, Penalty, RelativeBalance, Spectral, SquareRoot};
pub use random::SplitMix64;
pub use real::Real;
pub use record::{Phases, Record};
pub use sharing::Sharing;
pub use space::Space;
pub use state::{Memory, Start, State, StateOf, Step};
pub use status::Status;
pub use stop::{Stop, Tolerance};
pub use subproblem::{Adjoint, Direction, Flat, Manifold, Point, Prox, Smooth, Smoothness, Subproblem, Target, Work};
pub use through::{Pulled, Through};
pub use verdict::{Outcome, Run};
pub use weighted::Weighted;

/// The pages of the book run as tests.
#[cfg(doctest)]
mod book {
    #[doc = include_str!("../docs/start.md")]
    struct Start;
    #[doc = include_str!("../docs/mathematics.md")]
    struct Mathematics;
    #[doc = include_str!("../docs/choose.md")]
    struct Choose;
    #[doc = include_str!("../docs/write-your-own-block.md")]
    struct WriteYourOwnBlock;
    #[doc = include_str!("../docs/couplings.md")]
    struct Couplings;
    #[doc = include_str!("../docs/promises.md")]
    struct Promises;
}

/// The library example of the README runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
