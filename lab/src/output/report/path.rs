//! The report of `admm path`.

use admm_solvers::data::Features;
use admm_solvers::joint::Fitted;
use maud::html;

use super::page::{Page, Section, table};
use super::portrait::Portrait;
use super::sections;
use crate::data::LabelledSet;
use crate::output::{MethodSummary, TextTable};
use crate::path::MarkedPoint;
use crate::prediction::Prediction;
use crate::words::{count, percent};

/// All that a report of a path tells.
pub struct PathReport<'a> {
    /// The labelled data.
    pub set: &'a LabelledSet<Features<f64>>,
    /// The points, and what each of them is.
    pub rows: &'a [MarkedPoint],
    /// The kind of the targets.
    pub prediction: Prediction,
    /// The points as they are printed.
    pub table: TextTable,
    /// The choice in words.
    pub answer: String,
    /// The fit at the lowest error on all samples.
    pub chosen: &'a Fitted<f64>,
    /// The seed of the folds.
    pub seed: u64,
    /// Every choice, by name.
    pub choices: Vec<(String, String)>,
    /// The command that was run.
    pub command: String,
}

impl PathReport<'_> {
    /// Returns the page as an HTML file.
    ///
    /// # Errors
    /// Samples that are not the model's.
    pub fn html(&self) -> admm::Result<String> {
        let train = self.set.train.to_filled(&self.chosen.scaler);
        let portrait = Portrait::of(self.chosen, &train, None)?;
        let summary = MethodSummary::new(&self.chosen.report, self.prediction, None, self.seed);
        let (classes, whole) = (self.set.classes.names(), ["samples".to_string()]);
        let page = Page {
            title: format!("Variance against accuracy: {}", self.set.name),
            answer: self.answer.replace('\n', " "),
            highlights: self
                .rows
                .iter()
                .find(|row| row.lowest_error)
                .map(|row| self.highlights(row))
                .unwrap_or_default(),
            sections: vec![
                self.asked(),
                sections::trade_off(self.rows, self.prediction),
                self.points(),
                sections::convergence(&[(portrait.method, &self.chosen.history)]),
                sections::scatter(&[&portrait], if self.prediction.numbers { &whole } else { classes }),
                sections::loadings(&portrait, &self.set.features),
                match self.prediction.numbers {
                    true => sections::agreement(&portrait, self.prediction, classes),
                    false => sections::confusion(&portrait, classes),
                },
                sections::certificate(&[summary]),
                sections::reproduce(&self.command, &self.choices),
            ],
        };
        Ok(page.html())
    }

    fn asked(&self) -> Section {
        let (d, n) = self.set.train.x.shape();
        let number = self.set.classes.names().len();
        let outputs = match self.prediction.numbers {
            true => count(number, "target"),
            false => format!("{number} classes"),
        };
        let body = html! {
            p {
                "What do the " (outputs) " of " (self.set.name) " cost in variance, and which λ should one take? "
                (n) " samples of " (d) " features were split into folds; each fit saw all folds but one and was judged by that one."
            }
            p {
                "λ = 1 is principal component analysis, λ = 0 is prediction alone. The figures below the points show the model "
                "of the lowest error, fitted again on all samples."
            }
        };
        Section { id: "asked", title: "What was asked", body }
    }

    fn highlights(&self, row: &MarkedPoint) -> Vec<(String, String)> {
        vec![
            (format!("lowest {}", self.prediction.error()), percent(row.error.mean)),
            ("variance explained".into(), percent(row.variance_explained.mean)),
            ("λ".into(), row.weight.to_string()),
            ("μ".into(), row.ridge.to_string()),
            ("components".into(), row.components.to_string()),
        ]
    }

    fn points(&self) -> Section {
        let caption = "Mean ± standard deviation over the folds";
        Section { id: "points", title: "The points", body: table(caption, &self.table.headings, &self.table.rows) }
    }
}
