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
use crate::flags::Command;
use crate::output::Console;
use crate::ranks;

/// Runs a command to its end.
pub fn run(command: Command, console: Console) -> Result<(), Failure> {
    if ranks::all().size() > 1 && !matches!(command, Command::Fit(_) | Command::Resume(_)) {
        return Err(Failure::Other("of the commands, `fit` and `resume` run on several processes".into()));
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
