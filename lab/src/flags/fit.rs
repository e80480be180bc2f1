//! The flags of `fit` and of `resume`.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use admm_solvers::joint::{AccelerationChoice, Method, PenaltyChoice};
use clap::builder::{OsStringValueParser, RangedI64ValueParser, TypedValueParser};
use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

use super::choices::{ACCELERATIONS, METHODS, Methods, PENALTIES, choice};
use super::parsers::{count, page};
use super::{ModelOptions, Reading, Sampling, text};
use crate::prediction::Prediction;

/// The data to fit without DATA, and the share of them that is kept back.
const DEFAULT: (&str, TestSource) = ("digits", TestSource::Fraction(0.25));

/// The flags of `fit`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct FitOptions {
    /// CSV, .npy pair (x.npy,y.npy), .npz, IDX or svmlight; a folder of part-* files, or a quoted pattern; - for standard
    /// input; or digits, wine, iris, breast-cancer, penguins, diabetes [default: digits]
    #[serde(with = "text")]
    pub data: Option<OsString>,
    #[command(flatten)]
    #[serde(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    #[serde(flatten)]
    pub sampling: Sampling,
    /// Test samples: the fraction of each class to keep back, or other data [default: 0.25 without DATA, else none]
    #[arg(long, value_name = "DATA|FRACTION", value_parser = OsStringValueParser::new().map(TestSource::new))]
    #[arg(help_heading = "Data")]
    pub test: Option<TestSource>,
    /// Seed of the random split into training and test samples, and of the random starts
    #[arg(long, value_name = "S", default_value_t = 0, value_parser = count::<u64>, help_heading = "Data")]
    pub seed: u64,

    /// Columns of W, at most min(samples, features)
    #[arg(long, short = 'k', value_name = "K", default_value_t = 2, value_parser = count::<usize>, help_heading = "Model")]
    pub components: usize,
    /// λ in [0, 1], the weight of the PCA loss; 1 − λ is that of prediction
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
    #[arg(long, default_value = "auto", value_parser = choice(PENALTIES), help_heading = "Search")]
    pub penalty: PenaltyChoice,
    /// Over-relaxation of ADMM, between 0 and 2; 1 is none
    #[arg(long, value_name = "A", default_value_t = 1.0, help_heading = "Search")]
    pub relaxation: f64,
    /// Where the iterations of ADMM start from
    #[arg(long, default_value = "none", value_parser = choice(ACCELERATIONS), help_heading = "Search")]
    pub acceleration: AccelerationChoice,
    /// Samples of the random batches that the method joint reads between full passes: worth a try where n is thousands
    /// of times d
    #[arg(long, value_name = "B", value_parser = count::<usize>, help_heading = "Search")]
    pub batch: Option<usize>,
    /// Random starts to try beside the usual one. The best end counts, and the spread of all is shown
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = count::<usize>, help_heading = "Search")]
    pub starts: usize,
    /// Conditions to check where a method ends. Second-order tells a local minimum from a saddle, by up to 600 more passes
    #[arg(long, value_enum, default_value = "first-order", help_heading = "Search")]
    #[serde(default, skip_serializing_if = "Conditions::are_first_order")]
    pub certificate: Conditions,
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

impl FitOptions {
    /// The targets that a model of these flags predicts.
    pub fn prediction(&self) -> Prediction {
        self.model.prediction(&self.reading)
    }

    /// The methods to run, in the order of the table.
    pub fn methods(&self) -> Vec<Method> {
        match self.method {
            Methods::All => self.model.methods().to_vec(),
            Methods::One(method) => vec![method],
        }
    }

    /// DATA, given or not.
    pub fn data(&self) -> &OsStr {
        self.data.as_deref().unwrap_or(DEFAULT.0.as_ref())
    }

    /// The test samples, asked for or not.
    pub fn test(&self) -> Option<&TestSource> {
        let default = self.data.is_none().then_some(const { &DEFAULT.1 });
        self.test.as_ref().or(default)
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

/// The source of the test samples.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum TestSource {
    /// This share of each class of the data.
    Fraction(f64),
    /// Samples of other data.
    Data(#[serde(with = "text::given")] OsString),
}

impl TestSource {
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

/// The conditions that are checked where a method ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conditions {
    /// The gradient, and what theory asks of ADMM
    #[default]
    FirstOrder,
    /// The smallest eigenvalues of the Hessian as well
    SecondOrder,
}

impl Conditions {
    fn are_first_order(&self) -> bool {
        *self == Conditions::FirstOrder
    }
}
