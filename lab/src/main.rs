//! One weight matrix for two goals, explained variance and classification, from the command line.

mod checkpoint;
mod commands;
mod data;
mod experiment;
mod failure;
mod fit_config;
mod flags;
mod interrupt;
mod journal;
mod machine;
mod output;
mod path;
mod prediction;
mod ranks;
mod words;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ArgMatches, FromArgMatches};

use failure::Failure;
use flags::Cli;
use output::Console;
use ranks::Job;

/// Reads the flags, runs the command, and says how it ended.
fn main() -> ExitCode {
    let matches = Cli::definition().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let job = match Job::join() {
        Ok(job) => job,
        Err(failure) => {
            failure.print();
            return ExitCode::from(failure.exit_code());
        }
    };
    let code = catch_unwind(AssertUnwindSafe(|| run(cli, &matches)));
    // The panic has told what it was.
    job.end(code.unwrap_or(101))
}

/// Runs the command, prints its failure, and returns the exit code.
fn run(cli: Cli, matches: &ArgMatches) -> u8 {
    let console = if ranks::is_first() { Console::new(cli.quiet, cli.verbose) } else { Console::Quiet };
    let Err(failure) = commands::run(cli.command.unwrap_or_default(), console) else { return 0 };
    ranks::print(&failure, || match &failure {
        Failure::Usage(_) => print_with_usage(&failure, matches.subcommand_name()),
        _ => failure.print(),
    });
    failure.exit_code()
}

/// Prints what is wrong with the flags of a command, and how it is used.
fn print_with_usage(failure: &Failure, command: Option<&str>) {
    let mut cli = Cli::definition();
    cli.build();
    let mut command = command.and_then(|name| cli.find_subcommand(name)).unwrap_or(&cli).clone();
    let _ = command.error(ErrorKind::ValueValidation, failure).print();
}
