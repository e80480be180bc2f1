//! The table that every format is read into, and the checks that all formats share.

use std::path::Path;

use nalgebra::DMatrix;

use super::error::DataError;
use super::problem::Place;
use super::{Dataset, labels};

/// A table not yet checked. The samples are one after the other.
pub(super) struct Table {
    pub(super) features: Vec<String>,
    pub(super) values: Vec<f64>,
    pub(super) labels: Option<Vec<String>>,
    pub(super) lines: Option<Vec<usize>>,
}

impl Table {
    /// Checks what came from the files `x` and `y`, which may be the same.
    pub(super) fn finish(self, name: String, x: &Path, y: &Path) -> Result<Dataset, DataError> {
        let d = self.features.len();
        if d == 0 {
            return Err(DataError::empty(x, "no feature columns"));
        }
        if self.values.is_empty() {
            return Err(DataError::empty(x, "no rows of data"));
        }
        let n = self.values.len() / d;
        self.check_finite(x)?;
        let lines = self.lines;
        let labels = match self.labels {
            Some(labels) if labels.len() != n => {
                return Err(DataError::Lengths { path: y.into(), x: n, y: labels.len() });
            }
            Some(labels) => Some(labels::canonical(y, labels, |row| place(lines.as_deref(), row))?),
            None => None,
        };
        Ok(Dataset { name, features: self.features, x: DMatrix::from_vec(d, n, self.values), labels })
    }

    fn check_finite(&self, path: &Path) -> Result<(), DataError> {
        let mut bad = self.values.iter().enumerate().filter(|(_, value)| !value.is_finite());
        let Some((k, &value)) = bad.next() else { return Ok(()) };
        let row = k / self.features.len();
        let place = place(self.lines.as_deref(), row);
        let column = self.features[k % self.features.len()].clone();
        Err(DataError::NotFinite { path: path.into(), place, column, value, count: 1 + bad.count() })
    }
}

fn place(lines: Option<&[usize]>, row: usize) -> Place {
    Place { row: row + 1, line: lines.map(|lines| lines[row]) }
}

/// The names of features that have none.
pub(super) fn feature_names(count: usize) -> Vec<String> {
    (1..=count).map(|i| format!("x{i}")).collect()
}
