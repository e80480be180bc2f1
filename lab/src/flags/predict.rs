//! The flags of `predict`, `transform` and `score`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use super::{Counting, Reading};

/// The flags of `predict` and `transform`.
#[derive(Debug, Args)]
pub struct PredictOptions {
    /// A model file, or the --out folder of a fit
    pub model: PathBuf,
    /// The samples: anything that fit reads
    pub data: OsString,
    #[command(flatten)]
    pub reading: Reading,
    /// Write to a file [default: standard output]
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub out: Option<PathBuf>,
}

/// The flags of `score`.
#[derive(Debug, Args)]
pub struct ScoreOptions {
    /// A model file, or the --out folder of a fit
    pub model: PathBuf,
    /// The samples and their labels: anything that fit reads
    pub data: OsString,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub counting: Counting,
    /// Also write accuracy, error, correct, samples, cross_entropy and, for up to 20 classes, confusion to a file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub json: Option<PathBuf>,
}
