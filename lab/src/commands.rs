//! The commands, one a file.

mod bench;
mod experiment;
mod fit;
mod model_file;
mod path;
mod predict;
mod resume;
mod score;

use crate::failure::Failure;
use crate::flags::{Command, ExperimentCommand};
use crate::output::Console;
use crate::ranks;

/// Returns true for a command whose work several processes share.
fn is_for_several(command: &Command) -> bool {
    matches!(
        command,
        Command::Fit(_) | Command::Resume(_) | Command::Path(_) | Command::Experiment(ExperimentCommand::Run(_))
    )
}

/// Runs a command to its end.
pub fn run(command: Command, console: Console) -> Result<(), Failure> {
    if ranks::all().size() > 1 && !is_for_several(&command) {
        let commands = "`fit`, `resume`, `path` and `experiment run`";
        return Err(Failure::Other(format!("of the commands, {commands} run on several processes")));
    }
    match command {
        Command::Fit(options) => fit::run(&options, console),
        Command::Resume(options) => resume::run(&options, console),
        Command::Path(options) => path::run(&options, console),
        Command::Experiment(command) => experiment::run(&command, console),
        Command::Predict(options) => predict::predict(&options, console),
        Command::Transform(options) => predict::transform(&options, console),
        Command::Score(options) => score::run(&options, console),
        Command::Bench(options) => bench::run(&options, console),
    }
}
