//! The flags of `experiment`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// The commands on experiments.
#[derive(Debug, Subcommand)]
pub enum ExperimentCommand {
    /// The experiments that come with the program
    List,
    /// Run an experiment, or go on with one that was interrupted
    ///
    /// Writes cells.jsonl (every figure of every cell), timings.jsonl, the tables as CSV, Markdown and LaTeX, the
    /// figures as SVG, experiment.toml (the file with the values of --set) and manifest.json into the folder.
    Run(RunOptions),
    /// Run an experiment again and compare with what a folder holds
    ///
    /// On the same kind of processor every bit of cells.jsonl must be the same. On another one numbers may differ by
    /// 1e-4 of their size, words not at all, and counts of iterations and passes freely.
    Verify(VerifyOptions),
    /// Write the results of a folder as report.html: one page with tables and figures, which needs no network
    Report {
        /// The name of an experiment with results in results/NAME, or a folder of results
        experiment: PathBuf,
    },
}

/// The flags of `experiment run`.
#[derive(Debug, Args)]
pub struct RunOptions {
    /// The name of an experiment, or a TOML file
    pub experiment: String,
    /// A folder of data sets, for the experiment's larger list of data
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Give a key of the file another value, as in settings.components=3 or grid.0.repeats=2; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// A folder for the results [default: results/NAME]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Cells at once, 0 for all processors; results do not depend on it
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(..=1024))]
    pub threads: u16,
}

/// The flags of `experiment verify`.
#[derive(Debug, Args)]
pub struct VerifyOptions {
    /// The name of an experiment with results in results/NAME, or a folder of results
    pub experiment: PathBuf,
    /// The folder of data sets, if the results need one
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Cells at once, 0 for all processors
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(..=1024))]
    pub threads: u16,
}
