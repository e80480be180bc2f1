//! One weight matrix for two goals, explained variance and classification, from the command line.

mod apply;
mod bench;
mod choices;
mod cli;
mod config;
mod data;
mod experiment;
mod failure;
mod figure;
mod fit;
mod flags;
mod interrupt;
mod keeper;
mod matching;
mod output;
mod path;
mod progress;
mod report;
mod resume;
mod session;
mod sheet;
mod split;
mod summary;
mod table;
mod task;
mod whole;
mod words;

use std::process::ExitCode;

use clap::FromArgMatches;

use cli::{Cli, Command};
use progress::Console;

fn main() -> ExitCode {
    let matches = Cli::definition().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let console = Console::new(cli.quiet, cli.verbose);
    let done = match cli.command.unwrap_or_default() {
        Command::Fit(options) => fit::run(&options, console),
        Command::Resume(options) => resume::run(&options, console),
        Command::Path(options) => path::run(&options, console),
        Command::Experiment(command) => experiment::run(&command, console),
        Command::Predict(options) => apply::predict(&options, console),
        Command::Transform(options) => apply::transform(&options, console),
        Command::Score(options) => apply::score(&options, console),
        Command::Bench(options) => bench::run(&options, console),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(matches.subcommand_name()),
    }
}
