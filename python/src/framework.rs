//! The framework from Python: a coordinator over blocks that are named here or written in Python.
//!
//! All numbers are f64. A one-dimensional array is a column. Every pair of blocks has the same Rust type: the variables
//! are one enum, and the coupling space is a list of matrices, of one where there is one block on a side.

mod array;
mod block;
mod certificate;
mod check;
mod coordinator;
mod functions;
mod members;
mod object;
mod observer;
mod operators;
mod options;
mod policy;
mod rule;
mod sets;
mod stash;
mod typed;
mod user;
mod variable;
mod watch;

pub use block::{Descent, Through};
pub use certificate::Certificate;
pub use check::{Report, check_constraint_set, check_gradient, check_prox};
pub use coordinator::Coordinator;
pub use functions::{Function, function};
pub use observer::{Moment, Record};
pub use operators::{Operator, operator};
pub use rule::PcaRule;
pub use sets::{Set, set};
pub use stash::Stash;
