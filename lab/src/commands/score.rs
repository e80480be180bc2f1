//! `admm score`: how well a model predicts the classes or the targets of samples.

mod targets;

use admm::Exec;
use admm_solvers::data::{Encoding, Samples, Targets};
use admm_solvers::joint::Model;
use admm_solvers::loss::{Loss, PredictionLoss};
use serde::Serialize;

use super::model_file::{prediction, read_model, reads};
use crate::data::{self, Classes, LabelColumn, Labelled};
use crate::failure::Failure;
use crate::flags::ScoreOptions;
use crate::output::{self, Console, align_columns, report};

/// The figures of `admm score`.
#[derive(Debug, Serialize)]
struct Score {
    accuracy: f64,
    error: f64,
    correct: usize,
    samples: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    cross_entropy: Option<f64>,
    /// The mean loss, if it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    prediction_loss: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confusion: Option<Confusion>,
    /// True if samples count by weight in accuracy, error and cross-entropy.
    #[serde(skip)]
    weighted: bool,
}

/// The confusion matrix: the numbers of samples of each class (row) that are taken for each class (column).
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
        format!("\nThe samples of each class, by the class predicted:\n{}", align_columns(&rows, |column| column == 0))
    }
}

/// The mean loss over the samples, with weights of sum 1: of the softmax that of −ln p, p being the probability of their
/// own class. Targets are standardised as the model has it.
fn mean_loss(model: &Model<f64>, samples: &Labelled, loss: Loss) -> admm::Result<f64> {
    let Labelled { x, labels, weights, .. } = samples;
    let weights = weights.as_ref().map_or_else(|| vec![1.0; labels.len()], Clone::clone);
    let total: f64 = weights.iter().sum();
    let weights = weights.into_iter().map(|weight| weight / total).collect();
    let targets: Targets<f64> = match (&samples.numbers, &model.targets) {
        (Some(y), Some(scaler)) => scaler.apply(y)?.into(),
        _ => samples.targets(model.weights.bias.len()),
    };
    let samples = Samples::with_targets(model.outputs(x)?, targets, weights, Exec::Serial)?;
    PredictionLoss { samples, head: loss.head(), ridge: 0.0, share: 1.0 }.mean_loss(&model.weights)
}

/// Prints how well the classes or the targets of samples are predicted.
pub fn run(options: &ScoreOptions, console: Console) -> Result<(), Failure> {
    let read = [reads(&options.model, &options.data), options.counting.file().into_iter().collect()].concat();
    output::check_apart(&read, &[("--json", options.json.as_deref())])?;
    options.json.as_deref().map_or(Ok(()), output::check_writable)?;
    let (model, names) = read_model(&options.model, console)?;
    let prediction = prediction(&model, &names);
    if prediction.numbers {
        return targets::run(options, console, &model, &names);
    }
    let classes = Classes::try_from(names.classes)?;
    let reading = options.counting.reading(options.reading.options(LabelColumn::Last));
    let encoding = names.encoding.unwrap_or_else(|| Encoding::of_numbers(&names.features));
    let (samples, messages) = data::load_like(&options.data, &reading, &encoding, &classes)?;
    console.tell(&messages);
    let samples = samples.filled(&model.scaler);
    let samples = samples.counting(&options.counting.class_weight(&classes)?, classes.names().len());
    let samples = samples.map_err(Failure::library(options.data.to_string_lossy()))?;
    let score = Score::of(&model, &samples, classes.names(), prediction.loss);
    let score = score.map_err(Failure::library(options.data.to_string_lossy()))?;
    if let Some(path) = &options.json {
        output::write(path, &output::json(&score))?;
    }
    output::print(score.text())
}

impl Score {
    fn of(model: &Model<f64>, samples: &Labelled, classes: &[String], loss: Loss) -> admm::Result<Self> {
        let Labelled { x, labels, weights, .. } = samples;
        let (accuracy, predicted) = (samples.accuracy(model)?, model.predict(x)?);
        let correct = predicted.iter().zip(labels).filter(|(predicted, label)| predicted == label).count();
        let confusion = Confusion::of(classes, labels, &predicted);
        let mean = mean_loss(model, samples, loss)?;
        let (cross_entropy, prediction_loss) =
            if loss == Loss::Softmax { (Some(mean), None) } else { (None, Some(mean)) };
        let (samples, weighted) = (labels.len(), weights.is_some());
        let error = 1.0 - accuracy;
        Ok(Self { accuracy, error, correct, samples, cross_entropy, prediction_loss, confusion, weighted })
    }

    fn text(&self) -> String {
        let Self { accuracy, correct, samples, confusion, weighted, .. } = self;
        let by = if *weighted { " by weight" } else { "" };
        let table = confusion.as_ref().map_or(String::new(), Confusion::text);
        let loss = match (self.cross_entropy, self.prediction_loss) {
            (Some(mean), _) => format!(", cross-entropy {mean:.4}"),
            (_, Some(mean)) => format!(", mean loss {mean:.4}"),
            _ => String::new(),
        };
        format!("accuracy {accuracy:.4}{by} ({correct} of {samples} samples){loss}\n{table}")
    }
}
