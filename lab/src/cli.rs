//! The command line and its help.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use admm_solvers::joint::{Acceleration, Builder, Constraint, JointModel, Method, Penalty, Rule, Scale};
use clap::builder::{OsStringValueParser, RangedI64ValueParser, TypedValueParser};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::choices::{ACCELERATIONS, CONSTRAINTS, METHODS, Methods, PENALTIES, RULES, SCALES, choice};
use crate::config::text;
use crate::data::{LabelColumn, ReadOptions};
use crate::experiment::ExperimentCommand;
use crate::path::PathOptions;

/// Trains one weight matrix for two goals, explained variance and classification, and compares four ways to do it.
///
/// Without a command: fit handwritten digits and print the table of the four methods.
#[derive(Debug, Parser)]
#[command(name = "admm", version, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do.
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
    /// The definition, in which every flag takes -1 for its value and says what is wrong with it.
    pub fn definition() -> clap::Command {
        fn with_negative_numbers(command: clap::Command) -> clap::Command {
            let takes = |arg: &clap::Arg| !arg.is_positional() && arg.get_action().takes_values();
            let command = command.mut_args(|arg| if takes(&arg) { arg.allow_negative_numbers(true) } else { arg });
            command.mut_subcommands(with_negative_numbers)
        }
        with_negative_numbers(Self::command())
    }
}

const EXAMPLES: &str = "\
Examples:
  admm                                              the digits, four methods, a table
  admm fit wine --weight 0.1 --test 0.25 --out run  an embedded data set, the models kept in run/
  admm fit data.csv --label species --method admm   your own data
  admm fit data.csv --checkpoint kept --every 50    a long run, which `admm resume kept` continues
  admm predict run more.csv                         the classes of new samples as CSV";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Fit a model and print how well each method did
    ///
    /// Minimises λ(1 − tr(WᵀΣW)/tr Σ) + (1−λ)(mean cross-entropy + μ/2 ‖B‖²) over W, B and b with W constrained, where
    /// softmax(BᵀWᵀx + b) are the class probabilities of a sample x.
    Fit(Box<FitOptions>),
    /// Continue a fit that was begun with --checkpoint: it ends with the same model as if it had never stopped
    Resume(ResumeOptions),
    /// Follow the trade-off from PCA to classification, and choose λ by cross-validation
    ///
    /// Fits for λ from 1 to 0 on every fold, each from the answer of the one before; prints the mean and the standard
    /// deviation of what the samples kept back say, marks the Pareto front, chooses by the lowest error and by the
    /// one-standard-error rule, and fits both choices again on all samples.
    Path(Box<PathOptions>),
    /// Run an experiment, one of those that come with the program or your own, and verify its results
    #[command(subcommand)]
    Experiment(ExperimentCommand),
    /// Write the predicted class and the class probabilities of each sample as CSV
    Predict(ApplyOptions),
    /// Write the components of each sample as CSV
    Transform(ApplyOptions),
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

/// How to read tables.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Reading {
    /// The label's column in CSV files, by name or number from 1 [default: the last; predict and transform: none]
    #[arg(long, value_name = "COL", help_heading = "Data")]
    pub label: Option<String>,
    /// The first line of CSV files is a header [default: look whether it is]
    #[arg(long, conflicts_with = "no_header", help_heading = "Data")]
    pub header: bool,
    /// The first line of CSV files is a sample
    #[arg(long, help_heading = "Data")]
    pub no_header: bool,
    /// Leave a column of CSV files out, by name or number from 1; may be repeated
    #[arg(long, value_name = "COL", help_heading = "Data")]
    pub drop: Vec<String>,
}

impl Reading {
    /// The same for the reader, with the label in `otherwise` where no flag says where.
    pub fn options(&self, otherwise: LabelColumn) -> ReadOptions {
        ReadOptions {
            label: self.label.clone().map_or(otherwise, LabelColumn::Named),
            header: (self.header || self.no_header).then_some(self.header),
            drop: self.drop.clone(),
        }
    }
}

/// The choices of a model, and how it is searched for, that `fit` and `path` have in common.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct ModelOptions {
    /// μ ≥ 0, the ridge on the classifier's weights
    #[arg(long, value_name = "MU", default_value_t = 0.01, help_heading = "Model")]
    pub ridge: f64,
    /// γ ≥ 0, the weight of γ/2 ‖W‖² in place of a constraint: with --constraint none
    #[arg(long, value_name = "G", default_value_t = 0.0, help_heading = "Model")]
    pub shrinkage: f64,
    /// What W satisfies
    #[arg(long, default_value = "orthonormal", value_parser = choice(CONSTRAINTS), help_heading = "Model")]
    pub constraint: Constraint,
    /// How features are prepared
    #[arg(long, default_value = "standard", value_parser = choice(SCALES), help_heading = "Model")]
    pub scale: Scale,
    /// How the W block lowers the PCA loss
    #[arg(long, default_value = "majorize", value_parser = choice(RULES), help_heading = "Search")]
    pub rule: Rule,
    /// The gradient that may remain where a method has converged, at least 64 units of rounding: 8e-6 for --precision
    /// f32
    #[arg(long, value_name = "T", default_value = "1e-6", help_heading = "Search")]
    pub tolerance: f64,
    /// The most iterations of a method
    #[arg(long, value_name = "N", default_value_t = 5000, value_parser = count::<u64>, help_heading = "Search")]
    pub max_iterations: u64,
}

impl ModelOptions {
    /// What is said of a rule where the method has no block for it.
    pub fn idle(&self, method: Method) -> Option<String> {
        let idle = matches!(method, Method::Joint | Method::TwoStage) && self.rule != Rule::default();
        idle.then(|| format!("--rule is for the methods admm and alternating, not for {method}"))
    }

    /// The library's choices.
    pub fn builder(&self) -> Builder {
        JointModel::builder()
            .ridge(self.ridge)
            .shrinkage(self.shrinkage)
            .constraint(self.constraint)
            .scale(self.scale)
            .rule(self.rule)
            .tolerance(self.tolerance)
            .max_iterations(self.max_iterations)
    }
}

/// The flags of `fit`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct FitOptions {
    /// CSV, .npy pair (x.npy,y.npy), .npz, IDX or svmlight; or digits, wine, iris, breast-cancer [default: digits]
    #[serde(with = "text")]
    pub data: Option<OsString>,
    #[command(flatten)]
    #[serde(flatten)]
    pub reading: Reading,
    /// Test samples: the fraction of each class to keep back, or other data [default: 0.25 without DATA, else none]
    #[arg(long, value_name = "DATA|FRACTION", value_parser = OsStringValueParser::new().map(Test::new))]
    #[arg(help_heading = "Data")]
    pub test: Option<Test>,
    /// Seed of the random split into training and test samples
    #[arg(long, value_name = "S", default_value_t = 0, value_parser = count::<u64>, help_heading = "Data")]
    pub seed: u64,

    /// Columns of W, at most min(samples, features)
    #[arg(long, short = 'k', value_name = "K", default_value_t = 2, value_parser = count::<usize>, help_heading = "Model")]
    pub components: usize,
    /// λ in [0, 1], the weight of the PCA loss; 1 − λ is that of classification
    #[arg(long, value_name = "L", default_value_t = 0.5, help_heading = "Model")]
    pub weight: f64,

    /// How to minimise
    #[arg(long, default_value = "all", value_parser = choice(METHODS), help_heading = "Search")]
    #[serde(rename = "methods")]
    pub method: Methods,
    #[command(flatten)]
    #[serde(flatten)]
    pub model: ModelOptions,
    /// How the penalty ρ of ADMM adapts
    #[arg(long, default_value = "balance", value_parser = choice(PENALTIES), help_heading = "Search")]
    pub penalty: Penalty,
    /// Over-relaxation of ADMM, between 0 and 2; 1 is none
    #[arg(long, value_name = "A", default_value_t = 1.0, help_heading = "Search")]
    pub relaxation: f64,
    /// Where the iterations of ADMM start from
    #[arg(long, default_value = "none", value_parser = choice(ACCELERATIONS), help_heading = "Search")]
    pub acceleration: Acceleration,
    /// Samples of the random batches that the method joint reads between full passes: worth a try where n is thousands
    /// of times d
    #[arg(long, value_name = "B", value_parser = count::<usize>, help_heading = "Search")]
    pub batch: Option<usize>,
    /// Stop after so many seconds, as Ctrl-C does: with what was found, and exit code 130
    #[arg(long, value_name = "SECONDS", help_heading = "Search")]
    pub time_limit: Option<f64>,
    /// Threads, 0 for all processors; results do not depend on it
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(..=1024))]
    #[arg(help_heading = "Search")]
    pub threads: u16,
    /// Bits of a number
    #[arg(long, value_enum, default_value = "f64", help_heading = "Search")]
    pub precision: Precision,

    /// A folder for the models with their card, history.csv, summary.json and config.json
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    #[serde(with = "text")]
    pub out: Option<PathBuf>,
    /// Write the figures of the table, and more, to a file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    #[serde(with = "text")]
    pub json: Option<PathBuf>,
    /// Write a page for the browser with tables and figures [default: report.html, in the folder of --out if given]
    #[arg(long, value_name = "FILE.html", num_args = 0..=1, value_parser = page, help_heading = "Output")]
    #[serde(with = "text::optional")]
    pub report: Option<Option<PathBuf>>,
    /// A folder where the run is kept, for `admm resume`; the last two checkpoints stay
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    #[serde(with = "text")]
    pub checkpoint: Option<PathBuf>,
    /// Iterations from one checkpoint to the next
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = RangedI64ValueParser::<u64>::new().range(1..))]
    #[arg(requires = "checkpoint", help_heading = "Output")]
    pub every: u64,
}

/// A number that counts. That it is in its range is checked together with those of the others.
pub fn count<N: FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| "it must be a whole number that is not negative".into())
}

/// The value of `--report`, the name of a page. Anything else after `--report` is rather the DATA that was meant to
/// stand before it.
pub fn page(name: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(name);
    match path.extension() {
        Some(extension) if extension.eq_ignore_ascii_case("html") => Ok(path),
        _ => Err("a report ends in .html; DATA stands before --report".into()),
    }
}

/// The flags of `resume`.
#[derive(Debug, Args)]
pub struct ResumeOptions {
    /// The --checkpoint folder of a fit
    pub checkpoint: PathBuf,
    /// A folder for the results [default: that of the fit]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Stop after so many seconds [default: as many as the fit was given]
    #[arg(long, value_name = "SECONDS")]
    pub time_limit: Option<f64>,
}

/// The flags of `predict` and `transform`.
#[derive(Debug, Args)]
pub struct ApplyOptions {
    /// A model file, or the --out folder of a fit
    pub model: PathBuf,
    /// The samples: anything that fit reads
    pub data: OsString,
    #[command(flatten)]
    pub reading: Reading,
    /// Write to a file [default: standard output]
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub out: Option<PathBuf>,
}

/// The flags of `score`.
#[derive(Debug, Args)]
pub struct ScoreOptions {
    /// A model file, or the --out folder of a fit
    pub model: PathBuf,
    /// The samples and their labels: anything that fit reads
    pub data: OsString,
    #[command(flatten)]
    pub reading: Reading,
    /// Also write accuracy, error, correct, samples, cross_entropy and, for up to 20 classes, confusion to a file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub json: Option<PathBuf>,
}

/// The flags of `bench`.
#[derive(Debug, Args)]
pub struct BenchOptions {
    /// A folder with the scripts of others; PEERS_HOME names that of their data, PEERS_PYTHON the interpreter
    #[arg(long, value_name = "DIR")]
    pub peers: Option<PathBuf>,
    /// Which of the scripts' data, with --peers; alone our methods run on the digits
    #[arg(long, value_delimiter = ',', default_value = "D1,D2,D3,L1", requires = "peers")]
    pub data: Vec<String>,
    /// How often everything is run, with --peers or without; medians are printed
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    pub runs: u16,
    /// Seconds that a script may take, with --peers
    #[arg(long, value_name = "S", default_value_t = 60, requires = "peers")]
    pub budget: u32,
    /// Write the tables, in Markdown, to a file as well
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Where test samples come from.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Test {
    /// This share of each class of the data.
    Fraction(f64),
    /// Other data.
    Data(#[serde(with = "text::given")] OsString),
}

impl Test {
    fn new(text: OsString) -> Self {
        match text.to_str().and_then(|text| text.parse().ok()) {
            Some(fraction) => Self::Fraction(fraction),
            None => Self::Data(text),
        }
    }
}

/// Bits of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 32, about 7 digits
    F32,
    /// 64, about 16 digits
    F64,
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
