//! The record of an experiment: enough to run it again, and to know whether the same bits can be expected.

use std::env;
use std::process::Command;
use std::thread::available_parallelism;

use serde::{Deserialize, Serialize};

use super::catalogue::DataFile;
use super::config::ExperimentConfig;
use crate::machine;

/// `manifest.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// The experiment that was run.
    pub experiment: String,
    /// The program's.
    pub version: String,
    /// The commit of the checkout that holds the program, if there is one, with `+` if the checkout differs from it.
    pub commit: Option<String>,
    /// As it names itself, with what it is.
    pub processor: String,
    /// Those there are.
    pub processors: usize,
    /// Those that were used.
    pub threads: usize,
    /// The seed of the splits and of everything random: repeat r has `seed + r`.
    pub seed: u64,
    /// True if the data came from a folder.
    pub data_dir: bool,
    /// The data files that were read.
    pub data: Vec<DataFile>,
    /// The file, the overrides in it.
    pub configuration: toml::Table,
}

impl Manifest {
    pub fn new(experiment: &str, config: &ExperimentConfig, data: &[DataFile], data_dir: bool, threads: usize) -> Self {
        let processors = available_parallelism().map_or(1, usize::from);
        Self {
            experiment: experiment.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            commit: commit(),
            processor: machine::processor(),
            processors,
            threads: if threads == 0 { processors } else { threads },
            seed: config.seed,
            data_dir,
            data: data.to_vec(),
            configuration: config.resolved.clone(),
        }
    }

    /// A line that is equal for two runs of the same program on the same data with the same configuration.
    pub fn run(&self) -> String {
        machine::run(&(&self.data, &self.configuration))
    }
}

fn commit() -> Option<String> {
    let program = env::current_exe().ok()?;
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(program.parent()?).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_string())
    };
    let changed = !git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty();
    Some(git(&["rev-parse", "HEAD"])? + if changed { "+" } else { "" })
}
