//! `admm experiment`: what a paper reports, as a file that anyone can run again.

mod catalogue;
mod config;
mod display;
mod figures;
mod grid;
mod journal;
mod manifest;
mod measure;
mod options;
mod report;
mod results;
mod run;
mod shipped;
mod synthetic;
mod tables;
mod verify;
mod work;

pub use options::ExperimentCommand;

use crate::failure::Failure;
use crate::output;
use crate::progress::Console;
use crate::sheet::Sheet;
use config::Config;
use shipped::SHIPPED;

/// Does it.
pub fn run(command: &ExperimentCommand, console: Console) -> Result<(), Failure> {
    match command {
        ExperimentCommand::List => list(),
        ExperimentCommand::Run(options) => run::run(options, console),
        ExperimentCommand::Verify(options) => verify::verify(options, console),
        ExperimentCommand::Report { experiment } => report::report(experiment),
    }
}

fn list() -> Result<(), Failure> {
    let row = |(name, text): (&str, &str)| Ok(vec![name.to_string(), Config::parse(name, text, &[])?.question]);
    let rows = SHIPPED.into_iter().map(row).collect::<Result<Vec<_>, Failure>>()?;
    let headings = ["experiment", "question"].map(String::from).to_vec();
    output::print(Sheet { headings, rows }.text())
}
