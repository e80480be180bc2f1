//! `admm predict` and `admm transform`: a model on new samples.

use std::path::Path;

use admm_solvers::data::Encoding;
use admm_solvers::joint::{Model, Names};
use admm_solvers::loss::Loss;
use nalgebra::DMatrix;

use super::model_file::{prediction, read_model, reads};
use crate::data::{self, Dataset, EncodedTable, LabelColumn, ReadOptions, features_match};
use crate::failure::Failure;
use crate::flags::PredictOptions;
use crate::output::{self, Console};

/// Writes `sample,prediction,probability_…` for classes, with logits in place of probabilities where the loss has none;
/// for targets `sample` and the prediction of each.
pub fn predict(options: &PredictOptions, console: Console) -> Result<(), Failure> {
    check_out(options)?;
    let (model, names) = read_model(&options.model, console)?;
    let data = samples(options, &model, &names, console)?;
    let predicted = model.predict_values(&data.x).map_err(Failure::library(&data.name))?;
    let prediction = prediction(&model, &names);
    let number = if prediction.loss == Loss::SquaredHinge { "logit" } else { "probability" };
    let mut header = vec!["sample".to_string()];
    match (prediction.numbers, prediction.is_labels()) {
        (false, _) => {
            header.push("prediction".into());
            header.extend(names.classes.iter().map(|class| format!("{number}_{class}")));
        }
        (_, true) => {
            header.extend(names.classes.iter().map(|label| format!("prediction_{label}")));
            header.extend(names.classes.iter().map(|label| format!("{number}_{label}")));
        }
        _ => header.extend(names.classes.iter().map(|target| format!("prediction_{target}"))),
    }
    let rows = predicted.column_iter().enumerate().map(|(sample, column)| {
        let mut row = vec![(data.rows[sample] + 1).to_string()];
        if prediction.is_labels() {
            row.extend(column.iter().map(|&value| u8::from(value > prediction.threshold()).to_string()));
        } else if !prediction.numbers {
            row.push(names.classes[column.argmax().0].clone());
        }
        row.extend(column.iter().map(|value| format!("{value:?}")));
        row
    });
    write_csv(options.out.as_deref(), header, rows)
}

/// Writes `component_1,…`.
pub fn transform(options: &PredictOptions, console: Console) -> Result<(), Failure> {
    check_out(options)?;
    let (model, names) = read_model(&options.model, console)?;
    let data = samples(options, &model, &names, console)?;
    let components = model.transform(&data.x).map_err(Failure::library(&data.name))?;
    let header = (1..=components.nrows()).map(|j| format!("component_{j}")).collect();
    let rows = components.column_iter().map(|column| column.iter().map(|value| format!("{value:?}")).collect());
    write_csv(options.out.as_deref(), header, rows)
}

/// Checks that `--out` can be written and is none of the files that are read.
fn check_out(options: &PredictOptions) -> Result<(), Failure> {
    output::check_apart(&reads(&options.model, &options.data), &[("--out", options.out.as_deref())])?;
    options.out.as_deref().map_or(Ok(()), output::check_writable)
}

/// Samples for a model.
struct NewSamples {
    name: String,
    /// The features, with the mean in place of each missing cell.
    x: DMatrix<f64>,
    /// The row of each sample, from 0.
    rows: Vec<usize>,
}

/// The same where columns of targets, which need not be numbers here, are left out.
fn unlabelled(reading: ReadOptions, names: &Names) -> ReadOptions {
    match reading.label {
        LabelColumn::Named(first) if names.numbers => {
            let drop = [reading.drop, vec![first], reading.more_labels].concat();
            ReadOptions { drop, label: LabelColumn::None, more_labels: Vec::new(), ..reading }
        }
        label => ReadOptions { label, ..reading },
    }
}

/// The features of the model, and nothing else. The error says so where leaving a column out would help.
fn samples(
    options: &PredictOptions,
    model: &Model<f64>,
    names: &Names,
    console: Console,
) -> Result<NewSamples, Failure> {
    let encoding = names.encoding.clone().unwrap_or_else(|| Encoding::of_numbers(&names.features));
    let reading = unlabelled(options.reading.options(LabelColumn::None), names);
    let load = |reading: &ReadOptions| data::encode_like(&options.data, reading, &encoding);
    let failure = match load(&reading) {
        Ok(EncodedTable { dataset: Dataset { name, mut x, .. }, kept: rows, messages, .. }) => {
            console.tell(&messages);
            model.scaler.fill(&mut x);
            return Ok(NewSamples { name, x, rows });
        }
        Err(failure) if !options.reading.label.is_empty() => return Err(failure),
        Err(failure) => failure,
    };
    let without = ReadOptions { drop: [reading.drop.clone(), names.classes.clone()].concat(), ..reading.clone() };
    if names.numbers && names.classes.len() > 1 && load(&without).is_ok() {
        let flags: String = names.classes.iter().map(|target| format!(" --label '{target}'")).collect();
        return Err(Failure::Other(format!("{failure}\n  it has the columns that the model predicts: add{flags}")));
    }
    let label = |column: &String| ReadOptions { label: LabelColumn::Named(column.clone()), ..reading.clone() };
    let helps = |column: &String| load(&label(column)).is_ok();
    let suspects = features_match::suspects(encoding.columns.len(), &failure);
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
