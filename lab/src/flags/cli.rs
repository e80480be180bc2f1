//! The command line and its help.

use clap::{CommandFactory, Parser, Subcommand};

use super::{BenchOptions, ExperimentCommand, FitOptions, PathOptions, PredictOptions, ResumeOptions, ScoreOptions};

/// Trains one weight matrix for two goals, explained variance and classification, and compares four ways to do it.
///
/// Without a command: fit handwritten digits and print the table of the four methods.
#[derive(Debug, Parser)]
#[command(name = "admm", version, after_help = EXAMPLES)]
pub struct Cli {
    /// The command to carry out.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Print results and errors only
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print notes, and a line an iteration
    #[arg(long, short, global = true)]
    pub verbose: bool,
}

impl Cli {
    /// The definition, in which every flag takes -1 for its value and says what is wrong with it. Where `--weights` are not
    /// those of a path, they are those of the samples.
    pub fn definition() -> clap::Command {
        fn with_negative_numbers(command: clap::Command) -> clap::Command {
            let takes = |arg: &clap::Arg| !arg.is_positional() && arg.get_action().takes_values();
            let command = command.mut_args(|arg| if takes(&arg) { arg.allow_negative_numbers(true) } else { arg });
            command.mut_subcommands(with_negative_numbers)
        }
        fn with_alias(command: clap::Command) -> clap::Command {
            command.mut_arg("sample_weights", |arg| arg.visible_alias("weights"))
        }
        with_negative_numbers(Self::command()).mut_subcommand("fit", with_alias).mut_subcommand("score", with_alias)
    }
}

const EXAMPLES: &str = "\
Examples:
  admm                                              the digits, four methods, a table
  admm fit wine --weight 0.1 --test 0.25 --out run  an embedded data set, the models kept in run/
  admm fit data.csv --label species --method admm   your own data
  admm fit data.csv --checkpoint kept --every 50    a long run, which `admm resume kept` continues
  admm predict run more.csv                         the classes of new samples as CSV";

/// The commands of the program.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Fit a model and print how well each method did
    ///
    /// Minimises λ(1 − tr(WᵀΣW)/tr Σ) + (1−λ)(mean cross-entropy + μ/2 ‖B‖²) over W, B and b with W constrained, where
    /// softmax(BᵀWᵀx + b) are the class probabilities of a sample x.
    Fit(Box<FitOptions>),
    /// Continue a fit that was begun with --checkpoint: it ends with the same model as if it had never stopped
    Resume(ResumeOptions),
    /// Follow the trade-off from PCA to classification, and choose λ, k and μ by cross-validation
    ///
    /// Fits for λ from 1 to 0 on every fold, each from the answer of the one before. Prints the mean and the standard
    /// deviation of the scores on the samples that are kept back, and marks the Pareto front. Chooses by the lowest error
    /// and by the one-standard-error rule, and fits both choices again on all samples.
    Path(Box<PathOptions>),
    /// Run an experiment, one of those that come with the program or your own, and verify its results
    #[command(subcommand)]
    Experiment(ExperimentCommand),
    /// Write the predicted class and the class probabilities of each sample as CSV
    Predict(PredictOptions),
    /// Write the components of each sample as CSV
    Transform(PredictOptions),
    /// Print how well the classes of samples are predicted: accuracy, cross-entropy, and which classes are confused
    Score(ScoreOptions),
    /// Measure how long our methods take to come close to the best known objective, beside other people's
    Bench(BenchOptions),
}

impl Default for Command {
    fn default() -> Self {
        Cli::parse_from(["admm", "fit"]).command.expect("the command was given")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Cli::definition().debug_assert();
    }

    #[test]
    fn nothing_is_fit_without_data() {
        let Command::Fit(options) = Command::default() else { panic!("another command") };
        assert!(options.data.is_none() && options.test.is_none());
    }
}
