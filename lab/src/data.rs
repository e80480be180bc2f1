//! Data: tables from files, and the labelled samples that are made of them.

#[cfg(feature = "parquet")]
mod arrow_files;
mod class_weight;
mod contents;
mod csv;
mod dataset;
mod embedded;
mod encode;
mod error;
pub mod features_match;
mod format;
mod grouped;
mod idx;
mod labelled;
mod labels;
mod layout;
mod lines;
mod load;
mod npy;
mod npz;
mod own;
mod parts;
mod problem;
mod read;
mod records;
mod share;
mod source;
mod spelling;
mod splits;
mod storage;
mod stretch;
mod svmlight;
mod table;
#[cfg(test)]
mod tests;
mod weighted;
mod zstd;

pub use class_weight::{class_weight, class_weight_file};
pub use dataset::{Dataset, LabelColumn, ReadOptions, counts_from_zero, is_unnamed};
pub use encode::{EncodedTable, Messages, encode_like};
pub use error::DataError;
pub use labelled::{Labelled, LabelledSet};
pub use labels::Classes;
pub use load::{Source, load, load_like};
pub use own::load_own;
pub use problem::LineProblem;
pub use read::{input_files, is_embedded, is_stdin, read, read_numbers};
pub use spelling::Decimal;
pub use splits::Split;
pub use storage::{SampleStorage, ToFeatures};
use table::Table;
