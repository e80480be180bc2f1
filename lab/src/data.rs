//! Data: tables from files, and the labelled samples that are made of them.

mod csv;
mod dataset;
mod embedded;
mod error;
pub mod features_match;
mod format;
mod idx;
mod labels;
mod layout;
mod lines;
mod npy;
mod npz;
mod problem;
mod read;
mod records;
mod source;
mod splits;
mod svmlight;
mod table;
mod task;
#[cfg(test)]
mod tests;
mod whole;

pub use dataset::{Dataset, LabelColumn, ReadOptions, counts_from_zero, is_unnamed};
pub use error::DataError;
pub use labels::Classes;
pub use problem::LineProblem;
pub use read::{files, is_embedded, load, map};
pub use splits::{Split, folds, stratified};
use table::Table;
pub use task::{Samples, Task, labelled};
pub use whole::{Dense, Whole};
