//! The table that every format is read into, and the checks that all formats share.

use std::path::{Path, PathBuf};

use admm_solvers::data::Column;
use nalgebra::DMatrix;

use super::contents::{Contents, Spot};
use super::error::DataError;
use super::problem::{LineProblem, Place};
use super::{Dataset, labels};
use crate::words::excerpt;

/// A table not yet checked. The samples are one after the other.
pub(super) struct Table {
    pub(super) features: Vec<String>,
    pub(super) values: Vec<f64>,
    pub(super) labels: Option<Vec<String>>,
    /// True if the labels are numbers to predict, and not the names of classes.
    pub(super) numbers: bool,
    /// The columns of [`ReadOptions::aside`](super::ReadOptions::aside).
    pub(super) aside: Vec<Vec<String>>,
    pub(super) lines: Option<Vec<usize>>,
    /// The files of data in parts, and the number of rows before each; nothing for a single file.
    pub(super) files: Vec<(PathBuf, usize)>,
    /// The texts and missing cells of each column; empty for a format of numbers alone.
    pub(super) contents: Vec<Contents>,
    /// Choices that were made without a flag, in words.
    pub(super) notes: Vec<String>,
}

impl Table {
    /// A table of numbers alone, without labels.
    pub(super) fn numbers(features: Vec<String>, values: Vec<f64>) -> Self {
        Self {
            features,
            values,
            labels: None,
            numbers: false,
            aside: Vec::new(),
            lines: None,
            files: Vec::new(),
            contents: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Checks what came from the files `x` and `y`, which may be the same, and that all cells are finite numbers.
    pub(super) fn finish(self, name: String, x: &Path, y: &Path) -> Result<Dataset, DataError> {
        self.check_not_empty(x)?;
        self.finish_rows(name, x, y)
    }

    /// The same of a part of the rows, which may be none.
    pub(super) fn finish_rows(mut self, name: String, x: &Path, y: &Path) -> Result<Dataset, DataError> {
        self.check_numbers(x)?;
        self.check_finite(x)?;
        let labels = self.take_labels(y)?;
        let (d, n) = (self.features.len(), self.rows());
        let x = DMatrix::from_vec(d, n, self.values);
        Ok(Dataset { name, features: self.features, x, labels, aside: self.aside })
    }

    /// Makes missing cells of the numbers that stand for one.
    pub(super) fn mark_missing(&mut self, spellings: &[String]) {
        let numbers: Vec<f64> = spellings.iter().filter_map(|text| text.parse().ok()).collect();
        if numbers.is_empty() {
            return;
        }
        let d = self.features.len();
        let is_text = |at: usize| self.contents.get(at % d).is_some_and(|contents| contents.texts.is_some());
        for (at, cell) in self.values.iter_mut().enumerate() {
            if numbers.contains(cell) && !is_text(at) {
                *cell = f64::NAN;
            }
        }
    }

    /// Checks that there are features and samples.
    pub(super) fn check_not_empty(&self, x: &Path) -> Result<(), DataError> {
        if self.features.is_empty() {
            return Err(DataError::empty(x, "no feature columns"));
        }
        if self.values.is_empty() {
            return Err(DataError::empty(x, "no rows of data"));
        }
        Ok(())
    }

    /// The labels, those of classes in one spelling.
    pub(super) fn take_labels(&mut self, path: &Path) -> Result<Option<Vec<String>>, DataError> {
        let (n, labels) = (self.rows(), self.labels.take());
        let at = |row: usize| (self.file(path, row).into(), self.place(row));
        match labels {
            Some(labels) if labels.len() != n => Err(DataError::Lengths { path: path.into(), x: n, y: labels.len() }),
            Some(labels) if self.numbers => labels::numeric(labels, at).map(Some),
            Some(labels) => labels::canonical(labels, at).map(Some),
            None => Ok(None),
        }
    }

    /// The number of samples.
    pub(super) fn rows(&self) -> usize {
        self.values.len() / self.features.len().max(1)
    }

    /// The columns as a table with texts and missing cells has them.
    pub(super) fn columns(&self) -> Vec<Column> {
        let texts = |at: usize| self.contents.get(at).and_then(|contents| contents.texts.clone());
        self.features.iter().enumerate().map(|(at, name)| Column { name: name.clone(), texts: texts(at) }).collect()
    }

    /// The number of missing cells of each column that has some, and the columns of text.
    pub(super) fn missing_and_texts(&self) -> (Vec<(String, usize)>, Vec<String>) {
        let d = self.features.len();
        let mut counts = vec![0_usize; d];
        self.values.iter().enumerate().filter(|(_, cell)| cell.is_nan()).for_each(|(at, _)| counts[at % d] += 1);
        let missing = self.features.iter().cloned().zip(counts).filter(|(_, count)| *count > 0).collect();
        let texts = self.columns().into_iter().filter(|column| column.texts.is_some());
        (missing, texts.map(|column| column.name).collect())
    }

    /// Leaves out the samples whose labels are missing, and returns their number.
    pub(super) fn drop_unlabelled(&mut self) -> usize {
        let Some(labels) = self.labels.take() else { return 0 };
        let (d, n) = (self.features.len(), labels.len());
        if n != self.rows() {
            self.labels = Some(labels);
            return 0;
        }
        let kept: Vec<bool> = labels.iter().map(|label| !labels::is_missing(label)).collect();
        let mut keep = kept.iter().flat_map(|&kept| std::iter::repeat_n(kept, d));
        self.values.retain(|_| keep.next().unwrap_or(true));
        for column in &mut self.aside {
            let mut keep = kept.iter();
            column.retain(|_| *keep.next().unwrap_or(&true));
        }
        let mut keep = kept.iter();
        self.lines.iter_mut().for_each(|lines| lines.retain(|_| *keep.next().unwrap_or(&true)));
        self.files.iter_mut().for_each(|(_, first)| *first = kept[..*first].iter().filter(|kept| **kept).count());
        let labels: Vec<String> = labels.into_iter().filter(|label| !labels::is_missing(label)).collect();
        let dropped = n - labels.len();
        self.labels = Some(labels);
        dropped
    }

    /// The first cell of a column of numbers that is none.
    fn check_numbers(&self, path: &Path) -> Result<(), DataError> {
        let is_nan = |spot: &&Spot| spot.text.parse::<f64>().is_ok(); // not finite rather than no number
        let of_column = |(at, contents): (usize, &Contents)| {
            let missing = contents.first_missing.as_ref().filter(|spot| !is_nan(spot));
            let spots = [contents.first_text.as_ref(), missing].into_iter().flatten();
            spots.min_by_key(|spot| spot.row).map(|spot| (spot.row, at, spot.text.clone()))
        };
        match self.contents.iter().enumerate().filter_map(of_column).min() {
            None => Ok(()),
            Some((row, at, text)) => Err(self.not_a_number(path, row, at, &text)),
        }
    }

    fn not_a_number(&self, path: &Path, row: usize, at: usize, text: &str) -> DataError {
        let (column, value) = (self.features[at].clone(), excerpt(text));
        let (path, place) = (self.file(path, row), self.place(row));
        match place.line {
            Some(line) => DataError::line(path, line, LineProblem::NotANumber { column, value }),
            None => DataError::format(path, format!("{place}, column `{column}`: `{value}` is not a number")),
        }
    }

    fn check_finite(&self, path: &Path) -> Result<(), DataError> {
        self.check(path, |value| value.is_finite())
    }

    /// Checks that no cell is infinite.
    pub(super) fn check_not_infinite(&self, path: &Path) -> Result<(), DataError> {
        self.check(path, |value| !value.is_infinite())
    }

    fn check(&self, path: &Path, is_right: impl Fn(f64) -> bool) -> Result<(), DataError> {
        let mut bad = self.values.iter().enumerate().filter(|(_, value)| !is_right(**value));
        let Some((k, &value)) = bad.next() else { return Ok(()) };
        let row = k / self.features.len();
        let (path, place) = (self.file(path, row), self.place(row));
        let column = self.features[k % self.features.len()].clone();
        Err(DataError::NotFinite { path: path.into(), place, column, value, count: 1 + bad.count() })
    }

    /// The part that has a row, and the number of rows before it.
    fn part(&self, row: usize) -> Option<&(PathBuf, usize)> {
        self.files.iter().rev().find(|(_, first)| *first <= row)
    }

    /// The file that has a row, of the data in `whole`.
    pub(super) fn file<'a>(&'a self, whole: &'a Path, row: usize) -> &'a Path {
        self.part(row).map_or(whole, |(path, _)| path)
    }

    /// The place of a row in its file.
    pub(super) fn place(&self, row: usize) -> Place {
        let first = self.part(row).map_or(0, |(_, first)| *first);
        Place { row: row - first + 1, line: self.lines.as_ref().and_then(|lines| lines.get(row).copied()) }
    }

    /// Adds the rows of another part, which is a table of numbers without lines.
    ///
    /// # Errors
    /// Another number of features.
    pub(super) fn append(&mut self, more: Table, path: &Path) -> Result<(), DataError> {
        let (expected, got) = (self.features.len(), more.features.len());
        if expected != got {
            return Err(DataError::format(path, format!("{got} features, but {expected} in the parts before")));
        }
        self.files.push((path.into(), self.rows()));
        self.values.extend(more.values);
        Ok(())
    }
}

/// The names of features that have none.
pub(super) fn feature_names(count: usize) -> Vec<String> {
    (1..=count).map(|i| format!("x{i}")).collect()
}
