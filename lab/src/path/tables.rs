//! A path in words, as CSV and as JSON.

use admm_solvers::data::Features;
use admm_solvers::joint::Method;
use serde::Serialize;

use super::marked_points::{MarkedPoint, several_ridges};
use super::spread::Spread;
use crate::data::LabelledSet;
use crate::flags::{ModelOptions, PathOptions, Reading, Sampling};
use crate::output::TextTable;
use crate::prediction::Prediction;
use crate::words::{count, every_digit, percent};

/// `path.json`: what was asked and what was found.
#[derive(Serialize)]
pub struct PathSummary<'a> {
    version: &'static str,
    data: &'a str,
    samples: usize,
    #[serde(flatten)]
    reading: &'a Reading,
    #[serde(flatten)]
    sampling: &'a Sampling,
    weights: &'a [f64],
    components: Vec<usize>,
    ridges: Vec<f64>,
    cv: usize,
    repeats: u64,
    seed: u64,
    method: Method,
    #[serde(flatten)]
    model: &'a ModelOptions,
    path: &'a [MarkedPoint],
}

impl<'a> PathSummary<'a> {
    pub fn new(options: &'a PathOptions, set: &'a LabelledSet<Features<f64>>, path: &'a [MarkedPoint]) -> Self {
        let &PathOptions { cv, repeats, seed, ref model, .. } = options;
        let method = options.method();
        let (version, data, samples) = (env!("CARGO_PKG_VERSION"), set.name.as_str(), set.train.labels.len());
        let (reading, sampling, weights) = (&options.reading, &options.sampling, options.weights.list());
        let (components, ridges) = (options.components(), options.ridges());
        Self {
            version,
            data,
            samples,
            reading,
            sampling,
            weights,
            components,
            ridges,
            cv,
            repeats,
            seed,
            method,
            model,
            path,
        }
    }
}

/// Returns the rows as CSV, with every digit.
pub fn csv(rows: &[MarkedPoint]) -> String {
    let mut text = String::from(
        "components,weight,variance_explained,variance_explained_sd,error,error_sd,front,lowest_error,one_standard_error,ridge\n",
    );
    for row in rows {
        let MarkedPoint { components, ridge, weight, front, lowest_error, one_standard_error, .. } = row;
        let [variance, error] =
            [row.variance_explained, row.error].map(|spread| format!("{:?},{:?}", spread.mean, spread.sd));
        let marks = format!("{front},{lowest_error},{one_standard_error}");
        text += &format!("{components},{weight:?},{variance},{error},{marks},{ridge:?}\n");
    }
    text
}

/// Returns the table that is printed.
pub fn text(options: &PathOptions, set: &LabelledSet<Features<f64>>, rows: &[MarkedPoint]) -> String {
    let (d, n) = set.train.x.shape();
    let (features, prediction) = (count(d, "feature"), options.prediction());
    let outputs = prediction.outputs(set.classes.names().len());
    let (cv, repeats) = (options.cv, options.repeats);
    let repeated = if repeats > 1 { format!(" × {repeats}") } else { String::new() };
    let heading = format!("{n} samples, {features}, {outputs}; {cv} folds{repeated}, mean ± sd");
    set.messages.below(&heading)
        + "\n\n"
        + &text_table(rows, prediction).text()
        + "\n"
        + &sentence(rows, prediction)
        + "\n"
}

/// The points as a table.
pub fn text_table(rows: &[MarkedPoint], prediction: Prediction) -> TextTable {
    let words = ["components", "λ", "variance explained", prediction.error(), "front", "choice"];
    let mut table = TextTable { headings: words.map(String::from).to_vec(), rows: rows.iter().map(cells).collect() };
    if several_ridges(rows) {
        table.headings.insert(1, "μ".into());
        table.rows.iter_mut().zip(rows).for_each(|(cells, row)| cells.insert(1, every_digit(row.ridge)));
    }
    table
}

fn cells(row: &MarkedPoint) -> Vec<String> {
    let choice = match (row.lowest_error, row.one_standard_error) {
        (true, true) => "lowest error, one standard error",
        (true, false) => "lowest error",
        (false, true) => "one standard error",
        (false, false) => "",
    };
    let front = if row.front { "•" } else { "" };
    let [variance, error] = [row.variance_explained, row.error].map(spread_percent);
    [row.components.to_string(), every_digit(row.weight), variance, error, front.into(), choice.into()].into()
}

fn spread_percent(Spread { mean, sd }: Spread) -> String {
    format!("{:.1} ± {:.1} %", 100.0 * mean, 100.0 * sd)
}

/// Returns a sentence on the choices.
pub fn sentence(rows: &[MarkedPoint], prediction: Prediction) -> String {
    let describe = |row: &MarkedPoint| {
        let (error, variance) = (row.error.mean, percent(row.variance_explained.mean));
        let error = match prediction.is_values() {
            true => format!("R² of {}", percent(1.0 - error)),
            false => format!("{} errors", percent(error)),
        };
        let components = count(row.components, "component");
        let ridge = if several_ridges(rows) { format!(", μ = {}", every_digit(row.ridge)) } else { String::new() };
        format!("λ = {}{ridge} with {components}: {error}, {variance} of the variance", every_digit(row.weight))
    };
    let chosen = |is: fn(&MarkedPoint) -> bool| rows.iter().find(|row| is(row)).map(describe).unwrap_or_default();
    let (lowest, simpler) = (chosen(|row| row.lowest_error), chosen(|row| row.one_standard_error));
    let lowest_of = if prediction.is_values() { "Highest R²" } else { "Lowest error" };
    format!("{lowest_of}: {lowest}.\nWithin one standard error of it: {simpler}.")
}
