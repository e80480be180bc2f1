//! The work on a cell of the grid.

mod compare;
mod fit;
mod free;
mod losses;
mod path;
mod penalty;
mod rule;

use admm::Result;
use admm_solvers::joint::{Fitted, Model};
use admm_solvers::loss::Loss;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use toml::Table as Toml;

use crate::data::Labelled;
use crate::path::held_out;

/// The kinds of work, by the name that a file gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The joint model by one method: [`fit::Fit`].
    Fit,
    /// The joint model for every λ, or for the one that cross-validation chooses: [`path::Path`].
    Path,
    /// ADMM beside the joint descent: [`compare::Compare`].
    Compare,
    /// A fit of W without any bound, or a PCA layer that stands alone: [`free::Free`].
    Free,
    /// A PCA rule by itself, pass by pass: [`rule::Passes`].
    Rule,
    /// ADMM from a given ρ under a policy: [`penalty::Policy`].
    Penalty,
}

impl Kind {
    /// The work that the settings describe.
    ///
    /// # Errors
    /// Unknown settings, and values that do not fit, in words.
    pub fn with(self, settings: Toml) -> std::result::Result<Box<dyn Work>, String> {
        fn read<'a, W: Work + Deserialize<'a> + 'static>(settings: Toml) -> std::result::Result<Box<dyn Work>, String> {
            let work = W::deserialize(settings).map_err(|error| error.to_string().trim_end().to_string())?;
            work.check_settings()?;
            Ok(Box::new(work))
        }
        match self {
            Kind::Fit => read::<fit::Fit>(settings),
            Kind::Compare => read::<compare::Compare>(settings),
            Kind::Path => read::<path::Path>(settings),
            Kind::Free => read::<free::Free>(settings),
            Kind::Rule => read::<rule::Passes>(settings),
            Kind::Penalty => read::<penalty::Policy>(settings),
        }
    }
}

/// A piece of work on one thread, whose answer depends on its settings and its case alone.
pub trait Work: Send + Sync {
    /// Checks the settings before anything runs.
    fn check_settings(&self) -> std::result::Result<(), String> {
        Ok(())
    }
    /// Returns true if the labels of the data are numbers to predict, and not classes.
    fn predicts_numbers(&self) -> bool {
        false
    }
    /// One row or several.
    fn run(&self, case: &Case) -> Result<Vec<TimedRow>>;
}

/// The samples of a cell.
pub struct Case {
    /// The samples to learn from.
    pub train: Labelled,
    /// The samples to be judged by.
    pub test: Option<Labelled>,
    /// The number of classes, or of targets.
    pub classes: usize,
    /// The seed of everything random.
    pub seed: u64,
}

/// The measurements, which are the same from run to run, and apart from them the time.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct TimedRow {
    /// The measurements by name.
    pub values: Map<String, Value>,
    /// The seconds of computing.
    pub seconds: f64,
}

impl TimedRow {
    /// Adds a figure. What is not finite has no JSON form and becomes null.
    pub fn with(mut self, name: &str, figure: impl Into<Value>) -> Self {
        self.values.insert(name.into(), figure.into());
        self
    }

    /// Takes the measurements from a report, and judges the model on the case's samples.
    fn of(fitted: &Fitted<f64>, case: &Case) -> Result<Self> {
        let report = &fitted.report;
        let loss = if fitted.loss == Some(Loss::Softmax) { "cross_entropy" } else { "prediction_loss" };
        let row = TimedRow { seconds: report.seconds, ..TimedRow::default() }
            .with("samples", report.n)
            .with("features", report.d)
            .with("status", report.status.to_string())
            .with("objective", report.objective)
            .with("variance_explained", report.variance_explained)
            .with(loss, report.prediction_loss)
            .with("iterations", report.iterations)
            .with("passes", report.passes)
            .with("stationarity", report.stationarity);
        let row = match report.participation {
            Some(ratio) => row.with("participation_ratio", ratio),
            None => row,
        };
        row.judged(fitted, case)
    }

    /// The errors of a model, and the variance that it keeps of the test samples.
    fn judged(self, model: &Model<f64>, case: &Case) -> Result<Self> {
        let row = self.with("train_error", case.train.error(model)?);
        let Some(test) = &case.test else { return Ok(row) };
        let held = held_out(model, test)?;
        Ok(row.with("test_error", held.error).with("test_variance", held.variance))
    }
}
