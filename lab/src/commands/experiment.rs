//! `admm experiment`: lists, runs and verifies experiments, and reports of them.

use crate::experiment::{self, ExperimentConfig, SHIPPED};
use crate::failure::Failure;
use crate::flags::ExperimentCommand;
use crate::output::{self, Console, TextTable};

/// Does what one of the four commands asks for.
pub fn run(command: &ExperimentCommand, console: Console) -> Result<(), Failure> {
    match command {
        ExperimentCommand::List => list(),
        ExperimentCommand::Run(options) => experiment::run(options, console),
        ExperimentCommand::Verify(options) => experiment::verify(options, console),
        ExperimentCommand::Report { experiment } => experiment::report(experiment),
    }
}

fn list() -> Result<(), Failure> {
    let row =
        |(name, text): (&str, &str)| Ok(vec![name.to_string(), ExperimentConfig::parse(name, text, &[])?.question]);
    let rows = SHIPPED.into_iter().map(row).collect::<Result<Vec<_>, Failure>>()?;
    let headings = ["experiment", "question"].map(String::from).to_vec();
    output::print(TextTable { headings, rows }.text())
}
