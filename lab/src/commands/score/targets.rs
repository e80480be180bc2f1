//! Figures of a model for targets that are numbers or labels.

use admm_solvers::data::Encoding;
use admm_solvers::joint::{Model, Names};
use serde::Serialize;

use super::mean_loss;
use crate::commands::model_file::prediction;
use crate::data::{self, Classes, LabelColumn, Labelled, ReadOptions};
use crate::failure::Failure;
use crate::flags::ScoreOptions;
use crate::output::agreement::{Agreement, agreements, table_of};
use crate::output::{self, Console, align_columns};

/// The figures of `admm score` for targets.
#[derive(Debug, Serialize)]
struct Score {
    loss: String,
    /// R², or of labels the share that is predicted: the mean over the targets.
    score: f64,
    samples: usize,
    prediction_loss: f64,
    targets: Vec<Agreement>,
}

/// Prints how well the targets of samples are predicted.
pub fn run(options: &ScoreOptions, console: Console, model: &Model<f64>, names: &Names) -> Result<(), Failure> {
    if options.counting.class_weight.is_some() {
        return Err(Failure::Usage(vec!["--class-weight is for classes, and the model predicts numbers".into()]));
    }
    let encoding = names.encoding.clone().unwrap_or_else(|| Encoding::of_numbers(&names.features));
    let targets = Classes::of_targets(names.classes.clone())?;
    let (samples, messages) = data::load_like(&options.data, &reading(options, names), &encoding, &targets)?;
    console.tell(&messages);
    let samples: Labelled = samples.filled(&model.scaler);
    let of_data = || Failure::library(options.data.to_string_lossy());
    let Labelled { x, numbers, weights, .. } = &samples;
    let Some(actual) = numbers else { return Ok(()) };
    let (kind, predicted) = (prediction(model, names), model.predict_values(x).map_err(of_data())?);
    let score = Score {
        loss: kind.loss.to_string(),
        score: 1.0 - samples.error(model).map_err(of_data())?,
        samples: actual.ncols(),
        prediction_loss: mean_loss(model, &samples, kind.loss).map_err(of_data())?,
        targets: agreements(kind, targets.names(), (actual, &predicted), weights.as_deref()),
    };
    if let Some(path) = &options.json {
        output::write(path, &output::json(&score))?;
    }
    let table = table_of(kind, targets.names(), actual, &predicted, weights.as_deref());
    let rows: Vec<_> = [table.headings].into_iter().chain(table.rows).collect();
    let by = if weights.is_some() { " by weight" } else { "" };
    output::print(format!(
        "{} {:.4}{by} ({} samples), mean {} {:.4}\n\n{}",
        kind.success(),
        score.score,
        score.samples,
        kind.mean_loss(),
        score.prediction_loss,
        align_columns(&rows, |column| column == 0)
    ))
}

/// The columns of the targets: those that flags name, else those of the model, of which one alone is the last column.
fn reading(options: &ScoreOptions, names: &Names) -> ReadOptions {
    let mut reading = options.counting.reading(options.reading.options(LabelColumn::Last));
    if options.reading.label.is_empty()
        && let [first, more @ ..] = &names.classes[..]
        && !more.is_empty()
    {
        reading.label = LabelColumn::Named(first.clone());
        reading.more_labels = more.to_vec();
    }
    ReadOptions { numbers: true, ..reading }
}
