//! The path from λ = 1 to λ = 0: its fits, their cross-validation, and the choice of a point.

mod choice;
mod cross_validation;
mod fits;
mod marked_points;
mod spread;
pub mod tables;

pub use choice::PathChoice;
pub use cross_validation::{CrossValidation, PathModel, held_out, judge_split, path_points};
pub use fits::{PathSetting, fit_path, follow_path};
pub use marked_points::{MarkedPoint, mark, several_ridges};
pub use spread::Spread;
