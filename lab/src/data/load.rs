//! The loader of labelled data, which every command that learns or judges goes through.

use std::ffi::OsStr;

use admm_solvers::data::Encoding;
use nalgebra::DMatrix;

use super::dataset::{Dataset, ReadOptions};
use super::encode::Messages;
use super::error::DataError;
use super::labelled::{Labelled, LabelledSet};
use super::labels::Classes;
use super::storage::SampleStorage;
use super::weighted::roles;
use crate::failure::Failure;

/// The data that are asked for, and how they are read.
#[derive(Debug, Clone)]
pub struct Source<'a> {
    /// The samples to learn from: a name or files, as [`read`](super::read) takes them.
    pub data: &'a OsStr,
    /// The samples to be judged by, in files of their own.
    pub test: Option<&'a OsStr>,
    /// The options for reading both.
    pub reading: ReadOptions,
}

/// Loads a labelled data set.
///
/// # Errors
/// Data that cannot be read, that have no labels or fewer than two classes, targets that are no numbers, and test samples with other features or
/// classes.
pub fn load<X: SampleStorage>(source: &Source<'_>) -> Result<LabelledSet<X>, Failure> {
    let (table, encoding, mut messages) = X::learn(source.data, &source.reading)?;
    let rows = Rows::of(table, &source.reading)?;
    let (name, features) = (rows.table.name.clone(), rows.table.features.clone());
    let classes = Classes::of(&source.reading, &rows.labels).map_err(Failure::mismatch(&name))?;
    let train = rows.labelled(&classes)?;
    let like = |test| load_like(test, &source.reading, &encoding, &classes);
    let test = source.test.map(like).transpose()?.map(|(test, more)| messages.with(more, test));
    Ok(LabelledSet { name, features, classes, encoding, messages, train, test })
}

/// Loads labelled samples that must have the columns and the classes of others.
///
/// # Errors
/// Data that cannot be read, that have no labels, or other columns or classes.
pub fn load_like<X: SampleStorage>(
    data: &OsStr,
    reading: &ReadOptions,
    encoding: &Encoding,
    classes: &Classes,
) -> Result<(Labelled<X>, Messages), Failure> {
    let (table, messages) = X::read_like(data, reading, encoding)?;
    Ok((Rows::of(table, reading)?.labelled(classes)?, messages))
}

/// The samples of a table that count: those of weight 0 are as if they were not there.
pub(super) struct Rows<X> {
    pub(super) table: Dataset<X>,
    pub(super) labels: Vec<String>,
    weights: Option<Vec<f64>>,
    groups: Option<Vec<usize>>,
    /// Y (q×n), if targets are numbers.
    numbers: Option<DMatrix<f64>>,
    /// The row of each sample in the table, from 0, where some are left out.
    kept: Option<Vec<usize>>,
}

impl<X: SampleStorage> Rows<X> {
    /// Those of a table, which must have labels.
    pub(super) fn of(mut table: Dataset<X>, reading: &ReadOptions) -> Result<Self, Failure> {
        if !reading.numbers && !reading.more_labels.is_empty() {
            let problem = "--label: several are for losses of numbers and labels, and one column holds the class";
            return Err(Failure::Usage(vec![problem.into()]));
        }
        let Some(labels) = table.labels.take() else {
            return Err(Failure::Other(format!(
                "{name}: there are no labels; give both files as {name},LABELS, or a format that holds them",
                name = table.name
            )));
        };
        let (weights, groups, more) = roles(&mut table, reading)?;
        let numbers = reading.numbers.then(|| {
            let first = labels.iter().map(|label| label.parse().unwrap_or(f64::NAN)).collect();
            let targets: Vec<Vec<f64>> = [first].into_iter().chain(more).collect();
            DMatrix::from_fn(targets.len(), labels.len(), |target, row| targets[target][row])
        });
        Ok(Self { table, labels, weights, groups, numbers, kept: None }.counted())
    }

    /// Returns true if there are samples, and all have weight 0.
    pub(super) fn count_for_nothing(&self) -> bool {
        self.weights.as_ref().is_some_and(|weights| weights.first() == Some(&0.0))
    }

    /// Leaves out the samples of weight 0, unless all are.
    fn counted(self) -> Self {
        let Some(weights) = &self.weights else { return self };
        let kept: Vec<usize> = (0..weights.len()).filter(|&row| weights[row] > 0.0).collect();
        if kept.len() == weights.len() || kept.is_empty() {
            return self;
        }
        let x = self.table.x.select(&kept);
        Self {
            labels: kept.iter().map(|&row| self.labels[row].clone()).collect(),
            weights: Some(kept.iter().map(|&row| weights[row]).collect()),
            groups: self.groups.map(|groups| kept.iter().map(|&row| groups[row]).collect()),
            numbers: self.numbers.map(|y| y.select_columns(&kept)),
            table: Dataset { x, ..self.table },
            kept: Some(kept),
        }
    }

    pub(super) fn labelled(self, classes: &Classes) -> Result<Labelled<X>, Failure> {
        let Self { table, labels, weights, groups, numbers, kept } = self;
        if numbers.is_some() {
            let labels = vec![0; labels.len()];
            return Ok(Labelled { x: table.x, labels, numbers, weights, groups });
        }
        let in_table = |error: DataError| match error {
            DataError::UnseenLabel { row, label, classes } => {
                let row = kept.as_ref().map_or(row, |kept| kept[row - 1] + 1);
                DataError::UnseenLabel { row, label, classes }
            }
            other => other,
        };
        let labels = classes.encode(&labels).map_err(in_table).map_err(Failure::mismatch(&table.name))?;
        Ok(Labelled { x: table.x, labels, numbers, weights, groups })
    }
}
