//! The report of `admm fit`.

use admm_solvers::Scalar;
use admm_solvers::joint::{Constraint, Fitted, Method, Names};
use admm_solvers::loss::Loss;
use maud::html;
use nalgebra::DMatrix;
use serde::Serialize;

use super::page::{Page, Section};
use super::portrait::Portrait;
use super::sections;
use crate::data::Labelled;
use crate::output::{MethodSummary, methods_table};
use crate::prediction::Prediction;
use crate::words::percent;

/// All that a report of a fit tells.
pub struct FitReport<'a, T: Scalar> {
    /// The name of the data.
    pub name: &'a str,
    /// Sizes and settings in a line.
    pub heading: &'a str,
    /// The constraint on W.
    pub constraint: Constraint,
    /// The names of features and classes.
    pub names: &'a Names,
    /// Some of the samples to learn from, see [`every`](super::every).
    pub train: &'a Labelled<DMatrix<T>>,
    /// The samples to be judged on.
    pub test: Option<&'a Labelled<DMatrix<T>>>,
    /// The summary and the fit of each method.
    pub found: &'a [(MethodSummary, Fitted<T>)],
    /// Every choice, by name.
    pub choices: Vec<(String, String)>,
    /// The command that was run.
    pub command: String,
}

impl<T: Scalar> FitReport<'_, T> {
    /// The file. The first method is the one that the figures show, beside two-stage.
    ///
    /// # Errors
    /// Samples that are not the models'.
    pub fn html(&self) -> admm::Result<String> {
        let portrait = |(_, fitted): &(MethodSummary, Fitted<T>)| Portrait::of(fitted, self.train, self.test);
        let is_shown = |index: usize, summary: &MethodSummary| index == 0 || summary.method == Method::TwoStage;
        let shown = self.found.iter().enumerate().filter(|(index, (summary, _))| is_shown(*index, summary));
        let portraits = shown.map(|(_, found)| portrait(found)).collect::<admm::Result<Vec<_>>>()?;
        let summaries: Vec<_> = self.found.iter().map(|(summary, _)| summary.clone()).collect();
        let histories: Vec<_> =
            self.found.iter().map(|(summary, fitted)| (summary.method, fitted.history.as_slice())).collect();
        let prediction = self.prediction();
        let mut body = vec![self.asked(), sections::methods(&summaries), sections::convergence(&histories)];
        if let Some(first) = portraits.first() {
            let (classes, features) = (&self.names.classes, &self.names.features);
            let whole = ["samples".to_string()];
            let colours = if prediction.numbers { &whole[..] } else { &classes[..] };
            body.push(sections::scatter(&portraits.iter().collect::<Vec<_>>(), colours));
            body.push(sections::loadings(first, features));
            body.push(match prediction.numbers {
                true => sections::agreement(first, prediction, classes),
                false => sections::confusion(first, classes),
            });
        }
        body.extend(sections::starts(&summaries));
        body.push(sections::certificate(&summaries));
        body.push(sections::reproduce(&self.command, &self.choices));
        let page = Page {
            title: format!("Reduce and {}: {}", if prediction.numbers { "predict" } else { "classify" }, self.name),
            answer: methods_table::sentence(&summaries),
            highlights: summaries.first().map(highlights).unwrap_or_default(),
            sections: body,
        };
        Ok(page.html())
    }

    fn prediction(&self) -> Prediction {
        self.found.first().map_or(Prediction::CLASSES, |(summary, _)| summary.prediction)
    }

    fn asked(&self) -> Section {
        let prediction = self.prediction();
        let aim = match prediction.numbers {
            true => "let a linear predictor tell the targets",
            false => "let a classifier tell the classes apart",
        };
        let logits = match prediction.loss {
            Loss::Softmax => ("softmax(BᵀWᵀ", "x + b) are the class probabilities"),
            _ => ("BᵀWᵀ", "x + b are what the loss compares with the targets"),
        };
        let of = |inner: &str| logits.0.to_string() + &logits.1.replacen('x', inner, 1);
        let body = html! {
            p {
                "Which directions W of " (self.name) " keep much of its variance and " (aim) "? "
                (self.heading) "."
            }
            p class="formula" {
                "minimise λ(1 − tr(WᵀΣW)/tr Σ) + (1 − λ)(mean " (prediction.mean_loss()) " + μ/2 ‖B‖²) over W, B and b, with "
                (self.constraint.formula())
            }
            @if self.found.iter().any(|(_, fitted)| fitted.network.is_some()) {
                p {
                    "Σ is the covariance of the outputs h(x) of the hidden layers, and " (of("h(x)")) ". The layers are learnt as well, with a ridge on their weights."
                }
            } @else {
                p {
                    "Σ is the covariance of the prepared features x, and " (of("x")) ". λ = 1 is principal component "
                    "analysis, λ = 0 is " (if prediction.numbers { "prediction" } else { "classification" }) " alone."
                }
            }
        };
        Section { id: "asked", title: "What was asked", body }
    }
}

fn highlights(first: &MethodSummary) -> Vec<(String, String)> {
    let (samples, error) = match first.test_error {
        Some(error) => ("test", error),
        None => ("training", first.train_error),
    };
    let method = first.method;
    let ratio = first.participation_ratio.map(|ratio| ("participation ratio".into(), format!("{ratio:.2}")));
    let figures = [
        (format!("{samples} {} of {method}", first.prediction.error()), percent(error)),
        ("variance explained".into(), percent(first.variance_explained)),
        ("objective".into(), format!("{:.6}", first.objective)),
        ("status".into(), first.status.to_string()),
    ];
    figures.into_iter().chain(ratio).collect()
}

/// The entries of a configuration, by name.
pub fn choices(config: &impl Serialize) -> Vec<(String, String)> {
    let value = serde_json::to_value(config).expect("numbers, words and lists have a JSON form");
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::Null => "–".into(),
        serde_json::Value::Array(list) if list.is_empty() => "–".into(),
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(list) => {
            list.iter().map(|item| item.as_str().map_or(item.to_string(), String::from)).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    };
    value.as_object().into_iter().flatten().map(|(key, value)| (key.replace('_', " "), text(value))).collect()
}
