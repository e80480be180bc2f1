//! The path from λ = 1 to λ = 0: its fits, their cross-validation, and the choice of a point.

mod choice;
mod cross_validation;
mod fits;
mod row;
mod spread;
pub mod tables;

pub use choice::Choice;
pub use cross_validation::{CrossValidation, check_whole, held_out, judge, points};
pub use fits::{Setting, walk};
pub use row::{Row, rows};
pub use spread::Spread;
