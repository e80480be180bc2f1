//! The flags of `path`.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use admm_solvers::joint::Method;
use clap::Args;

use super::choices::{Choices, choice};
use super::parsers::{count, page};
use super::{ModelOptions, Reading, Sampling, Weights};
use crate::prediction::Prediction;

/// The flags of `path`.
#[derive(Debug, Args)]
pub struct PathOptions {
    /// CSV, .npy pair (x.npy,y.npy), .npz, IDX or svmlight; - for standard input; or digits, wine, iris, breast-cancer,
    /// penguins, diabetes [default: wine]
    pub data: Option<OsString>,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub sampling: Sampling,
    /// Folds of the cross-validation, each with its share of each class if labels are classes
    #[arg(long, value_name = "FOLDS", default_value_t = 10, value_parser = count::<usize>, help_heading = "Data")]
    pub cv: usize,
    /// Cross-validations, each with other folds
    #[arg(long, value_name = "R", default_value_t = 1, value_parser = count::<u64>, help_heading = "Data")]
    pub repeats: u64,
    /// Seed of the folds
    #[arg(long, value_name = "S", default_value_t = 0, value_parser = count::<u64>, help_heading = "Data")]
    pub seed: u64,

    /// The λ to try: a number of them from 1 to 0, or a list of weights and first:last:count ranges
    #[arg(long, value_name = "GRID|N", default_value = Weights::DEFAULT, help_heading = "Model")]
    pub weights: Weights,
    /// Columns of W, several after commas
    #[arg(long, short = 'k', value_name = "K,…", default_value = "2", value_delimiter = ',', help_heading = "Model")]
    #[arg(value_parser = count::<usize>)]
    pub components: Vec<usize>,
    /// The μ to try instead of one --ridge, several after commas
    #[arg(long, value_name = "MU,…", value_delimiter = ',', conflicts_with = "ridge", help_heading = "Model")]
    pub ridges: Vec<f64>,

    /// How to minimise [default: joint, or admm where it does not serve --hidden]
    #[arg(long, value_parser = choice(METHODS), help_heading = "Search")]
    pub method: Option<Method>,
    #[command(flatten)]
    pub model: ModelOptions,
    /// Threads, 0 for all processors; results do not depend on it
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(..=1024))]
    #[arg(help_heading = "Search")]
    pub threads: u16,

    /// A folder for the models of both choices, path.csv, path.json and front.svg
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub out: Option<PathBuf>,
    /// Write a page for the browser with tables and figures [default: report.html, in the folder of --out if given]
    #[arg(long, value_name = "FILE.html", num_args = 0..=1, value_parser = page, help_heading = "Output")]
    pub report: Option<Option<PathBuf>>,
}

const METHODS: Choices<Method> = &[
    ("joint", Method::Descent, "the gradient of the whole objective"),
    ("admm", Method::Admm, "a block for each loss, joined by a dual variable"),
    ("alternating", Method::Alternating, "a block for each loss in turn, without the dual"),
];

impl PathOptions {
    /// DATA, given or not.
    pub fn data(&self) -> &OsStr {
        self.data.as_deref().unwrap_or("wine".as_ref())
    }

    /// The method, given or not.
    pub fn method(&self) -> Method {
        let serves = self.model.methods().contains(&Method::Descent);
        self.method.unwrap_or(if serves { Method::Descent } else { Method::Admm })
    }

    /// The targets that a model of these flags predicts.
    pub fn prediction(&self) -> Prediction {
        self.model.prediction(&self.reading)
    }

    /// The μ to try, from the largest to the smallest, each once.
    pub fn ridges(&self) -> Vec<f64> {
        let mut ridges = if self.ridges.is_empty() { vec![self.model.ridge] } else { self.ridges.clone() };
        ridges.sort_by(|a, b| b.total_cmp(a));
        ridges.dedup();
        ridges
    }

    /// Ascending, each once.
    pub fn components(&self) -> Vec<usize> {
        let mut components = self.components.clone();
        components.sort_unstable();
        components.dedup();
        components
    }
}
