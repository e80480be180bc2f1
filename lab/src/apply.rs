//! `admm predict`, `admm transform` and `admm score`: a model on new samples.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use admm::Exec;
use admm_solvers::joint::{Model, Names};
use admm_solvers::samples::Samples as Scaled;
use admm_solvers::softmax::Softmax;
use nalgebra::DMatrix;
use serde::Serialize;

use crate::cli::{ApplyOptions, ScoreOptions};
use crate::data::{self, Classes, Dataset, LabelColumn, ReadOptions};
use crate::failure::Failure;
use crate::progress::Console;
use crate::sheet::align;
use crate::{matching, output, report, task};

/// The model of a folder of results.
pub const MODEL: &str = "model.safetensors";

/// Writes `sample,prediction,probability_…`.
pub fn predict(options: &ApplyOptions, console: Console) -> Result<(), Failure> {
    check_out(options)?;
    let (model, names) = read_model(&options.model, console)?;
    let data = samples(options, &names)?;
    let probabilities = model.predict_proba(&data.x).map_err(Failure::library(&data.name))?;
    let mut header = vec!["sample".to_string(), "prediction".to_string()];
    header.extend(names.classes.iter().map(|class| format!("probability_{class}")));
    let rows = probabilities.column_iter().enumerate().map(|(sample, column)| {
        let mut row = vec![(sample + 1).to_string(), names.classes[column.argmax().0].clone()];
        row.extend(column.iter().map(|probability| format!("{probability:?}")));
        row
    });
    write_csv(options.out.as_deref(), header, rows)
}

/// Writes `component_1,…`.
pub fn transform(options: &ApplyOptions, console: Console) -> Result<(), Failure> {
    check_out(options)?;
    let (model, names) = read_model(&options.model, console)?;
    let data = samples(options, &names)?;
    let components = model.transform(&data.x).map_err(Failure::library(&data.name))?;
    let header = (1..=components.nrows()).map(|j| format!("component_{j}")).collect();
    let rows = components.column_iter().map(|column| column.iter().map(|value| format!("{value:?}")).collect());
    write_csv(options.out.as_deref(), header, rows)
}

/// The figures of `admm score`.
#[derive(Debug, Serialize)]
struct Score {
    accuracy: f64,
    error: f64,
    correct: usize,
    samples: usize,
    cross_entropy: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    confusion: Option<Confusion>,
}

/// How many samples of each class (row) are taken for each class (column).
#[derive(Debug, Serialize)]
struct Confusion {
    classes: Vec<String>,
    counts: Vec<Vec<usize>>,
}

impl Confusion {
    /// With more classes a table shows nothing any more.
    const MOST: usize = 20;

    fn of(classes: &[String], labels: &[usize], predicted: &[usize]) -> Option<Self> {
        let counts = report::confusion(labels, predicted, classes.len());
        let counts = counts.row_iter().map(|row| row.iter().copied().collect()).collect();
        (classes.len() <= Self::MOST).then(|| Self { classes: classes.to_vec(), counts })
    }

    fn text(&self) -> String {
        let row = |(class, counts): (&String, &Vec<usize>)| {
            [vec![class.clone()], counts.iter().map(usize::to_string).collect()].concat()
        };
        let headings = [vec!["true".to_string()], self.classes.clone()].concat();
        let rows = self.classes.iter().zip(&self.counts).map(row);
        let rows: Vec<_> = [headings].into_iter().chain(rows).collect();
        format!("\nThe samples of each class, by the class predicted:\n{}", align(&rows, |column| column == 0))
    }
}

/// The mean of −ln p over the samples, p being the probability of their own class.
fn cross_entropy(model: &Model<f64>, x: &DMatrix<f64>, labels: &[usize]) -> admm::Result<f64> {
    let weights = vec![1.0 / labels.len() as f64; labels.len()];
    let samples = Scaled::new(model.scaler.apply(x)?, labels, weights, model.weights.bias.len(), Exec::Serial)?;
    Softmax { samples, ridge: 0.0, share: 1.0 }.cross_entropy(&model.weights)
}

/// Prints how well the classes of samples are predicted.
pub fn score(options: &ScoreOptions, console: Console) -> Result<(), Failure> {
    output::check_apart(&reads(&options.model, &options.data), &[("--json", options.json.as_deref())])?;
    options.json.as_deref().map_or(Ok(()), output::check_writable)?;
    let (model, names) = read_model(&options.model, console)?;
    let data = data::load(&options.data, &options.reading.options(LabelColumn::Last))?;
    let (data, labels) = task::labelled(matching::align(&names.features, data)?)?;
    let classes = Classes::try_from(names.classes)?;
    let labels = classes.encode(&labels).map_err(Failure::mismatch(&data.name))?;
    let score = Score::of(&model, &data.x, &labels, classes.names()).map_err(Failure::library(&data.name))?;
    if let Some(path) = &options.json {
        output::write(path, &output::json(&score))?;
    }
    output::print(score.text())
}

impl Score {
    fn of(model: &Model<f64>, x: &DMatrix<f64>, labels: &[usize], classes: &[String]) -> admm::Result<Self> {
        let accuracy = model.score(x, labels)?;
        let (samples, error) = (labels.len(), 1.0 - accuracy);
        let correct = (accuracy * samples as f64).round() as usize;
        let confusion = Confusion::of(classes, labels, &model.predict(x)?);
        Ok(Self { accuracy, error, correct, samples, cross_entropy: cross_entropy(model, x, labels)?, confusion })
    }

    fn text(&self) -> String {
        let Self { accuracy, correct, samples, cross_entropy, confusion, .. } = self;
        let table = confusion.as_ref().map_or(String::new(), Confusion::text);
        format!("accuracy {accuracy:.4} ({correct} of {samples} samples), cross-entropy {cross_entropy:.4}\n{table}")
    }
}

/// That `--out` can be written, and is nothing that is read.
fn check_out(options: &ApplyOptions) -> Result<(), Failure> {
    output::check_apart(&reads(&options.model, &options.data), &[("--out", options.out.as_deref())])?;
    options.out.as_deref().map_or(Ok(()), output::check_writable)
}

/// The files that are read.
fn reads(model: &Path, data: &OsStr) -> Vec<PathBuf> {
    [vec![model_file(model)], data::files(data)].concat()
}

/// The model itself, or that of a folder of results.
fn model_file(path: &Path) -> PathBuf {
    if path.is_dir() { path.join(MODEL) } else { path.into() }
}

/// From a file, or from a folder of results. Either precision is read in double.
fn read_model(path: &Path, console: Console) -> Result<(Model<f64>, Names), Failure> {
    let path = model_file(path);
    if !fs::metadata(&path).map_err(Failure::io("open", &path))?.is_file() {
        return Err(Failure::Other(format!("{}: is not a regular file", path.display())));
    }
    let bytes = fs::read(&path).map_err(Failure::io("read", &path))?;
    let (model, names) = Model::from_bytes(&bytes).map_err(Failure::library(path.display().to_string()))?;
    let (features, components, classes) = (names.features.len(), model.weights.v.ncols(), names.classes.join(", "));
    console.note(&format!("{}: {features} features, {components} components, classes {classes}", path.display()));
    Ok((model, names))
}

/// The features of the model, and nothing else. The error says so where leaving a column out would help.
fn samples(options: &ApplyOptions, names: &Names) -> Result<Dataset, Failure> {
    let reading = options.reading.options(LabelColumn::None);
    let load = |reading: &ReadOptions| data::load(&options.data, reading);
    let fits = |data: &Dataset| matching::check(&names.features, data);
    let read = load(&reading);
    let Err(problem) = read.as_ref().map_err(|_| None).and_then(|data| fits(data).map_err(Some)) else {
        return matching::align(&names.features, read?);
    };
    let label = |column: &String| ReadOptions { label: LabelColumn::Named(column.clone()), ..reading.clone() };
    let helps = |column: &String| load(&label(column)).is_ok_and(|data| fits(&data).is_ok());
    let suspects =
        if options.reading.label.is_none() { matching::suspects(&names.features, &read) } else { Vec::new() };
    let failure = match (problem, read) {
        (Some(problem), _) => problem,
        (None, Err(error)) => error.into(),
        (None, Ok(_)) => unreachable!("a table that was read has its own problem"),
    };
    Err(match suspects.into_iter().find(helps) {
        Some(column) => Failure::Other(format!(
            "{failure}\n  it has one column more than the model: if that is the label, add --label '{column}'"
        )),
        None => failure,
    })
}

fn write_csv(path: Option<&Path>, header: Vec<String>, rows: impl Iterator<Item = Vec<String>>) -> Result<(), Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in [header].into_iter().chain(rows) {
        writer.write_record(row).expect("memory takes every record of the same length");
    }
    let bytes = writer.into_inner().expect("memory has nothing to flush");
    match path {
        Some(path) => output::write(path, &bytes),
        None => output::print(&bytes),
    }
}
