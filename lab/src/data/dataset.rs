//! A table with the names of its features, and how to read one.

use std::path::Path;

use nalgebra::DMatrix;

use super::format::Format;

/// A table, by default in memory and with every value finite. X is d×n: a sample is a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset<X = DMatrix<f64>> {
    /// What was loaded, as it was asked for.
    pub name: String,
    /// The name of each row of `x`; `x1`, `x2` and so on where the source has none, or from `x0` as the source counts.
    pub features: Vec<String>,
    /// The samples.
    pub x: X,
    /// The label of each sample, integers in one spelling (`1` for `1.0`).
    pub labels: Option<Vec<String>>,
}

/// How to read a table. The default: the last column is the label, a header is recognised, nothing is dropped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Where the labels are.
    pub label: LabelColumn,
    /// Whether the first record of a CSV is a header; `None` looks whether it has text above a number, or the columns
    /// are numbered in order.
    pub header: Option<bool>,
    /// Columns of a CSV to leave out, by name or number.
    pub drop: Vec<String>,
}

/// Where the labels are.
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
    /// Whether samples list their features, and those that none of them has may be missing.
    pub fn is_sparse(&self) -> bool {
        Format::of(Path::new(&self.name)) == Format::Svmlight
    }
}

/// Whether the features have no names but their numbers.
pub fn is_unnamed(features: &[String]) -> bool {
    let first = usize::from(!counts_from_zero(features));
    features.iter().enumerate().all(|(i, name)| *name == format!("x{}", i + first))
}

/// Whether the first of them is feature 0.
pub fn counts_from_zero(features: &[String]) -> bool {
    features.first().is_some_and(|name| name == "x0")
}
