//! Labels: one spelling for each class, and the order of the classes.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::dataset::ReadOptions;
use super::error::DataError;
use super::problem::Place;

/// The classes of a model, or its targets. The order of classes is numeric where all are integers, else lexicographic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Classes {
    names: Vec<String>,
}

impl Classes {
    /// The distinct labels of a table that was read with these options, or the names of its targets.
    ///
    /// # Errors
    /// Fewer than two classes, or a target that is given twice.
    pub(super) fn of<'a>(
        reading: &ReadOptions,
        labels: impl IntoIterator<Item = &'a String>,
    ) -> Result<Self, DataError> {
        match reading.numbers {
            true => Self::of_targets(reading.targets()),
            false => Self::from_labels(labels),
        }
    }

    /// The distinct labels of a [`Dataset`](super::Dataset), at least two.
    pub fn from_labels<'a>(labels: impl IntoIterator<Item = &'a String>) -> Result<Self, DataError> {
        let distinct: BTreeSet<&String> = labels.into_iter().collect();
        let mut names: Vec<String> = distinct.into_iter().cloned().collect();
        if names.iter().all(|name| name.parse::<i128>().is_ok()) {
            names.sort_by_key(|name| name.parse::<i128>().ok());
        }
        Self::try_from(names)
    }

    /// The names of targets that are numbers, one or several.
    ///
    /// # Errors
    /// A name that is given twice.
    pub fn of_targets(names: Vec<String>) -> Result<Self, DataError> {
        match names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
            Some((_, name)) => Err(DataError::SameTarget(name.clone())),
            None => Ok(Self { names }),
        }
    }

    /// The class of each label, as an index into [`names`](Self::names).
    pub fn encode(&self, labels: &[String]) -> Result<Vec<usize>, DataError> {
        let index: HashMap<_, _> = self.names.iter().enumerate().map(|(i, name)| (name, i)).collect();
        let unseen = |row: usize| DataError::UnseenLabel {
            row: row + 1,
            label: labels[row].clone(),
            classes: self.names.clone(),
        };
        labels.iter().enumerate().map(|(row, label)| index.get(label).copied().ok_or_else(|| unseen(row))).collect()
    }

    /// The classes in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

impl TryFrom<Vec<String>> for Classes {
    type Error = DataError;

    fn try_from(names: Vec<String>) -> Result<Self, DataError> {
        let mut distinct: Vec<_> = names.iter().collect();
        distinct.sort_unstable();
        distinct.dedup();
        if names.len() < 2 || distinct.len() < names.len() {
            return Err(DataError::Classes(names));
        }
        Ok(Self { names })
    }
}

impl From<Classes> for Vec<String> {
    fn from(classes: Classes) -> Self {
        classes.names
    }
}

/// Checks that labels are finite numbers.
pub(super) fn numeric(labels: Vec<String>, at: impl Fn(usize) -> (PathBuf, Place)) -> Result<Vec<String>, DataError> {
    let Some(row) = labels.iter().position(|label| !label.parse::<f64>().is_ok_and(f64::is_finite)) else {
        return Ok(labels);
    };
    let (path, place) = at(row);
    match is_missing(&labels[row]) {
        true => Err(DataError::MissingLabel { path, place }),
        false => Err(DataError::Target { path, place, value: labels[row].clone() }),
    }
}

/// Gives `1`, `1.0`, `+1` and `1e0` one spelling. Fractions are labels only beside labels that are no numbers.
pub(super) fn canonical(labels: Vec<String>, at: impl Fn(usize) -> (PathBuf, Place)) -> Result<Vec<String>, DataError> {
    if let Some(row) = labels.iter().position(|label| is_missing(label)) {
        let (path, place) = at(row);
        return Err(DataError::MissingLabel { path, place });
    }
    let numeric = labels.iter().all(|label| label.parse::<f64>().is_ok());
    let spell = |(row, label): (usize, String)| match integer(&label) {
        Some(integer) => Ok(integer.to_string()),
        None if numeric => {
            let (path, place) = at(row);
            Err(DataError::FractionalLabel { path, place, value: label })
        }
        None => Ok(label),
    };
    labels.into_iter().enumerate().map(spell).collect()
}

pub(super) fn is_missing(label: &str) -> bool {
    label.is_empty() || label.parse::<f64>().is_ok_and(f64::is_nan)
}

fn integer(label: &str) -> Option<i128> {
    // Beyond 2^53 two integers may be one float.
    let exact = |x: &f64| x.fract() == 0.0 && x.abs() <= 9_007_199_254_740_992.0;
    label.parse().ok().or_else(|| label.parse::<f64>().ok().filter(exact).map(|x| x as i128))
}
