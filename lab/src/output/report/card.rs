//! The model card: what a model is, how good, and what it is not for, in Markdown beside the model.

use admm_solvers::Scalar;
use admm_solvers::data::{EncodedColumn, Missing, Unknown};
use admm_solvers::joint::Names;

use super::FitReport;
use crate::output::methods_table::{cells, headings};
use crate::output::{MethodSummary, methods_table};
use crate::prediction::Prediction;
use crate::words::{count, percent};

impl<T: Scalar> FitReport<'_, T> {
    /// The card of the models in a folder.
    pub fn card(&self) -> String {
        let summaries: Vec<_> = self.found.iter().map(|(summary, _)| summary.clone()).collect();
        summaries.first().map_or(String::new(), |first| self.text(first, &summaries))
    }

    fn text(&self, first: &MethodSummary, summaries: &[MethodSummary]) -> String {
        let (held_out, judged) = match first.test_error {
            Some(_) => ("samples that the fit has not seen", "the test"),
            None => ("the training samples alone, which flatter it", "the training"),
        };
        let settings = self.choices.iter().map(|(name, value)| vec![name.clone(), value.clone()]);
        format!(
            include_str!("card.md"),
            method = first.method,
            held_out = held_out,
            judged = format!("{judged} {}", first.prediction.error()),
            name = escape(self.name),
            heading = escape(self.heading),
            features = count(first.d, "feature"),
            components = count(first.k, "component"),
            predictor = predictor(first),
            mean_loss = first.prediction.mean_loss(),
            outputs = if first.prediction.numbers { "Targets" } else { "Classes" },
            uses = if first.prediction.is_values() { "reduces and predicts for" } else { "reduces and classifies" },
            limits = limits(first.prediction),
            columns = columns(self.names),
            missing = missing(self.names),
            sentence = methods_table::sentence(summaries),
            starts = methods_table::starts(summaries),
            classes = escape(&self.names.classes.join(", ")),
            figures = rows(&headings(summaries), summaries.iter().map(|summary| cells(summary).to_vec())),
            error = percent(first.test_error.unwrap_or(first.train_error)),
            stationarity = first.stationarity,
            feasibility = first.feasibility,
            command = self.command,
            version = env!("CARGO_PKG_VERSION"),
            settings = rows(&["setting", "value"].map(String::from), settings),
        )
    }
}

/// The predictor with the number of what it predicts.
fn predictor(first: &MethodSummary) -> String {
    let of = match (first.classes, first.targets) {
        (_, Some(targets)) => count(targets, if first.prediction.is_labels() { "label" } else { "target" }),
        (classes, None) => format!("{} classes", classes.unwrap_or(0)),
    };
    format!("{} of {of}", first.prediction.predictor())
}

/// The limits of the predictor, as items of a list.
fn limits(prediction: Prediction) -> &'static str {
    if prediction.is_values() {
        "- The predictor is linear in the features, behind the link of its loss: what bends otherwise is missed.\n\
         - The predictions are means. The model says nothing about their spread."
    } else {
        "- The classifier is linear in the features: classes that only a curve separates are confused.\n\
         - The probabilities are those of the fit. They are not calibrated on other data."
    }
}

/// Categories and missing cells, each in a paragraph.
fn columns(names: &Names) -> String {
    let Some(encoding) = &names.encoding else { return String::new() };
    let category = |column: &EncodedColumn| {
        let levels = column.levels.as_ref()?.join(", ");
        Some(format!("- {}: {}\n", escape(&column.name), escape(&levels)))
    };
    let categories: String = encoding.columns.iter().filter_map(category).collect();
    let missing = encoding.columns.iter().filter(|column| column.missing > 0);
    let missing: String =
        missing.map(|column| format!("- {}: {}\n", escape(&column.name), count(column.missing, "cell"))).collect();
    let unknown = match encoding.unknown {
        Unknown::Ignore => "the mean of the category stands for a level that is not listed",
        _ => "a level that is not listed is an error",
    };
    let done = match encoding.missing {
        Some(Missing::Drop) => "The rows with these missing cells were left out",
        _ => "The mean of the column stands for these missing cells",
    };
    let paragraph = |opening: String, list: String| (!list.is_empty()).then(|| format!("\n{opening}:\n\n{list}"));
    let opening =
        format!("Each level of a category is a feature, and a category weighs as much as one number; {unknown}");
    [paragraph(opening, categories), paragraph(done.into(), missing)].into_iter().flatten().collect()
}

/// The treatment of missing values in a sentence.
fn missing(names: &Names) -> &'static str {
    match names.encoding.as_ref().and_then(|encoding| encoding.missing) {
        Some(Missing::Drop) => "Samples with missing values are left out.",
        Some(_) => "For missing values the mean is taken, which says nothing about why they are missing.",
        None => "Missing values are refused.",
    }
}

fn rows(headings: &[String], rows: impl Iterator<Item = Vec<String>>) -> String {
    let line =
        |cells: &[String]| format!("| {} |\n", cells.iter().map(|cell| escape(cell)).collect::<Vec<_>>().join(" | "));
    let rule = format!("|{}\n", "---|".repeat(headings.len()));
    [line(headings), rule].into_iter().chain(rows.map(|row| line(&row))).collect()
}

/// Text that Markdown takes as it is.
fn escape(text: &str) -> String {
    let escaped = |c: char| match c {
        '\n' | '\r' => " ".into(),
        '<' => "&lt;".into(),
        '&' => "&amp;".into(),
        '\\' | '|' | '`' | '*' | '[' | ']' => format!("\\{c}"),
        _ => c.to_string(),
    };
    text.chars().map(escaped).collect()
}
