//! A table with the names of its features, and how to read one.

use std::path::Path;

use admm_solvers::data::{Categories, EncodingChoices, Missing, Unknown};
use nalgebra::DMatrix;

use super::format::Format;
use super::parts;
use super::spelling::Decimal;

/// A table, by default in memory and with every value finite. X is d×n: a sample is a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset<X = DMatrix<f64>> {
    /// The name of the data, as the user gave it.
    pub name: String,
    /// The name of each row of `x`; `x1`, `x2` and so on where the source has none, or from `x0` as the source counts.
    pub features: Vec<String>,
    /// The samples, one column each.
    pub x: X,
    /// The label of each sample, integers in one spelling (`1` for `1.0`).
    pub labels: Option<Vec<String>>,
    /// The columns of [`ReadOptions::aside`], a text for each sample.
    pub aside: Vec<Vec<String>>,
}

/// The options for reading a table. By default the last column is the label, a header is recognised, and no column is
/// dropped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// The place of the labels.
    pub label: LabelColumn,
    /// True if the first record of a CSV is a header. `None` decides by the first records: text above a number, or
    /// columns that are numbered in order, make a header.
    pub header: Option<bool>,
    /// Columns of a CSV to leave out, by name or number.
    pub drop: Vec<String>,
    /// The treatment of missing cells, if they are accepted.
    pub missing: Option<Missing>,
    /// Texts that stand for a missing cell besides the usual ones.
    pub spellings: Vec<String>,
    /// The features of columns of text, if these are accepted.
    pub categories: Option<Categories>,
    /// The treatment of levels that were not there in training; `None` does what the model says.
    pub unknown: Option<Unknown>,
    /// The separator of a CSV, in place of that of its first line.
    pub delimiter: Option<u8>,
    /// The mark before the decimals of a number in a CSV.
    pub decimal: Decimal,
    /// The column of a CSV that holds the weights of the samples, by name or number.
    pub weights: Option<String>,
    /// The column of a CSV that holds the groups of the samples, by name or number.
    pub groups: Option<String>,
    /// True if labels are numbers to predict, and not the names of classes.
    pub numbers: bool,
    /// Further columns of a CSV to predict, by name or number, if labels are numbers.
    pub more_labels: Vec<String>,
}

impl ReadOptions {
    /// The names of the targets, if labels are numbers: those by which their columns were asked for.
    pub fn targets(&self) -> Vec<String> {
        let first = match &self.label {
            LabelColumn::Named(name) => name.clone(),
            LabelColumn::Last | LabelColumn::None => TARGET.into(),
        };
        [first].into_iter().chain(self.more_labels.iter().cloned()).collect()
    }

    /// The columns that are kept beside the features, as text: the weights, then the groups, then further labels.
    pub fn aside(&self) -> impl Iterator<Item = &String> {
        self.weights.iter().chain(&self.groups).chain(&self.more_labels)
    }

    /// Returns true if missing cells or columns of text are accepted.
    pub fn accepts_more_than_numbers(&self) -> bool {
        self.missing.is_some() || self.categories.is_some()
    }

    /// The same as choices of the library.
    pub fn encoding_choices(&self) -> EncodingChoices {
        EncodingChoices {
            missing: self.missing,
            categories: self.categories,
            unknown: self.unknown.unwrap_or_default(),
            spellings: self.spellings.clone(),
        }
    }
}

/// The name of a target whose column was not asked for by name.
const TARGET: &str = "target";

/// The place of the labels in a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum LabelColumn {
    /// The last column of a CSV; what the other formats have for labels.
    #[default]
    Last,
    /// No labels, or ignore them.
    None,
    /// The name of a column of a CSV, or its number from 1.
    Named(String),
}

impl<X> Dataset<X> {
    /// Returns true if samples list their features, so that a feature that no sample has may be missing.
    pub fn is_sparse(&self) -> bool {
        Format::of(&parts::files(Path::new(&self.name))[0]) == Format::Svmlight
    }
}

/// Returns true if the features have no names but their numbers.
pub fn is_unnamed(features: &[String]) -> bool {
    let first = usize::from(!counts_from_zero(features));
    features.iter().enumerate().all(|(i, name)| *name == format!("x{}", i + first))
}

/// Returns true if the features are numbered from 0.
pub fn counts_from_zero(features: &[String]) -> bool {
    features.first().is_some_and(|name| name == "x0")
}
