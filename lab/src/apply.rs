//! `admm predict`, `admm transform` and `admm score`: a model on new samples.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use admm_solvers::joint::{Model, Names};
use serde::Serialize;

use crate::cli::{ApplyOptions, ScoreOptions};
use crate::data::{self, Classes, Dataset, LabelColumn, ReadOptions};
use crate::failure::Failure;
use crate::progress::Console;
use crate::{matching, output, task};

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
}

/// Prints the share of samples whose class is predicted.
pub fn score(options: &ScoreOptions, console: Console) -> Result<(), Failure> {
    output::check_apart(&reads(&options.model, &options.data), &[("--json", options.json.as_deref())])?;
    options.json.as_deref().map_or(Ok(()), output::check_writable)?;
    let (model, names) = read_model(&options.model, console)?;
    let data = data::load(&options.data, &options.reading.options(LabelColumn::Last))?;
    let (data, labels) = task::labelled(matching::align(&names.features, data)?)?;
    let labels = Classes::try_from(names.classes)?.encode(&labels).map_err(Failure::mismatch(&data.name))?;
    let accuracy = model.score(&data.x, &labels).map_err(Failure::library(&data.name))?;
    let samples = labels.len();
    let correct = (accuracy * samples as f64).round() as usize;
    if let Some(path) = &options.json {
        let score = Score { accuracy, error: 1.0 - accuracy, correct, samples };
        output::write(path, &output::json(&score))?;
    }
    output::print(format!("accuracy {accuracy:.4} ({correct} of {samples} samples)\n"))
}

fn check_out(options: &ApplyOptions) -> Result<(), Failure> {
    output::check_apart(&reads(&options.model, &options.data), &[("--out", options.out.as_deref())])
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
