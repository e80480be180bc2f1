//! One weight matrix for two goals, explained variance and classification, from the command line.

mod checkpoint;
mod commands;
mod data;
mod experiment;
mod failure;
mod fit_config;
mod flags;
mod interrupt;
mod output;
mod path;
mod prediction;
mod words;

use std::process::ExitCode;

use clap::FromArgMatches;
use clap::error::ErrorKind;

use failure::Failure;
use flags::Cli;
use output::Console;

/// Reads the flags, runs the command, and says how it ended.
fn main() -> ExitCode {
    let matches = Cli::definition().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let console = Console::new(cli.quiet, cli.verbose);
    let ended = commands::run(cli.command.unwrap_or_default(), console);
    let Err(failure) = ended else { return ExitCode::SUCCESS };
    match &failure {
        Failure::Usage(_) => print_with_usage(&failure, matches.subcommand_name()),
        _ => failure.print(),
    }
    failure.exit_code()
}

/// Prints what is wrong with the flags of a command, and how it is used.
fn print_with_usage(failure: &Failure, command: Option<&str>) {
    let mut cli = Cli::definition();
    cli.build();
    let mut command = command.and_then(|name| cli.find_subcommand(name)).unwrap_or(&cli).clone();
    let _ = command.error(ErrorKind::ValueValidation, failure).print();
}
