//! The roles of the columns of a CSV file: label, features, dropped.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::error::DataError;
use super::problem::HeaderProblem;
use super::records::Record;
use super::spelling::{Spelling, is_missing};
use super::table::feature_names;
use super::{LabelColumn, ReadOptions};

/// The roles of the columns, decided on the first two records.
#[derive(Clone)]
pub(super) struct Layout {
    /// True if the first record is a header.
    pub(super) header: bool,
    /// Columns in all.
    pub(super) width: usize,
    /// The label, if there is one.
    pub(super) label: Option<usize>,
    /// The columns of [`ReadOptions::aside`].
    pub(super) aside: Vec<usize>,
    /// The columns of the features.
    pub(super) features: Vec<usize>,
    /// The name of each feature.
    pub(super) names: Vec<String>,
    /// Choices that were made without a flag, in words.
    pub(super) notes: Vec<String>,
}

/// A first line that is a header where no flag says so, since …
const BY_FLAG: &str = "--label or --drop gives one of its names";
const BY_COUNT: &str = "its numbers count the columns";
const BY_TEXTS: &str = "it has different texts in all feature columns";
const BY_NUMBER: &str = "it has text above a number";
const BY_ORDER: &str = "it has ascending numbers, and a name above labels that are numbers";

impl Layout {
    pub(super) fn new(
        path: &Path,
        first: &Record,
        second: Option<&Record>,
        options: &ReadOptions,
        spelling: &Spelling,
    ) -> Result<Self, DataError> {
        let width = first.len();
        let cells = (0..width).map(|i| first.text(path, i).map(String::from)).collect::<Result<Vec<_>, _>>()?;
        let reason = match options.header {
            Some(_) => None,
            None if names_are_there(&cells, options) => Some(BY_FLAG),
            None if is_numbered(&cells) => Some(BY_COUNT),
            None => {
                let guess = FirstRecord { path, cells: &cells, header: true };
                let numbered = || FirstRecord { header: false, ..guess }.roles(options);
                let roles = guess.roles(options).or_else(|error| numbered().map_err(|_| error))?;
                header_reason(&Guess { path, cells: &cells, second, roles: &roles, spelling })?
            }
        };
        let header = options.header.unwrap_or(reason.is_some());
        let decided = match reason {
            Some(reason) => format!("the first line is a header, since {reason} (--no-header)"),
            None => "the first line is a sample, since nothing makes it a header (--header)".into(),
        };
        let notes = if options.header.is_none() { vec![decided] } else { Vec::new() };
        let columns = FirstRecord { path, cells: &cells, header };
        let roles = columns.roles(options)?;
        if header {
            check_header(path, &cells, &roles.dropped)?;
        }
        let features: Vec<_> = (0..width).filter(|&i| roles.is_feature(i)).collect();
        if features.is_empty() {
            return Err(DataError::empty(path, "no feature columns (commas, tabs or semicolons separate columns)"));
        }
        let names =
            if header { features.iter().map(|&i| cells[i].clone()).collect() } else { feature_names(features.len()) };
        Ok(Self { header, width, label: roles.label, aside: roles.aside, features, names, notes })
    }
}

impl Layout {
    /// Returns true if another file has the same columns in the same roles.
    pub(super) fn has_columns_of(&self, other: &Self) -> bool {
        let of = |it: &Self| (it.width, it.label, it.aside.clone(), it.features.clone(), it.names.clone());
        of(self) == of(other)
    }
}

#[cfg(feature = "parquet")]
impl Layout {
    /// The roles of columns that have names.
    pub(super) fn of_names(path: &Path, names: &[String], options: &ReadOptions) -> Result<Self, DataError> {
        let roles = FirstRecord { path, cells: names, header: true }.roles(options)?;
        check_header(path, names, &roles.dropped)?;
        let width = names.len();
        let features: Vec<_> = (0..width).filter(|&i| roles.is_feature(i)).collect();
        if features.is_empty() {
            return Err(DataError::empty(path, "no feature columns"));
        }
        let names = features.iter().map(|&i| names[i].clone()).collect();
        Ok(Self { header: true, width, label: roles.label, aside: roles.aside, features, names, notes: Vec::new() })
    }
}

/// The first record, to look columns up in.
#[derive(Clone, Copy)]
struct FirstRecord<'a> {
    path: &'a Path,
    cells: &'a [String],
    header: bool,
}

/// The columns that are no features.
struct Roles {
    label: Option<usize>,
    dropped: Vec<usize>,
    aside: Vec<usize>,
}

impl Roles {
    fn is_feature(&self, i: usize) -> bool {
        self.label != Some(i) && !self.dropped.contains(&i) && !self.aside.contains(&i)
    }
}

impl FirstRecord<'_> {
    fn roles(&self, options: &ReadOptions) -> Result<Roles, DataError> {
        let find = |names: &[String]| names.iter().map(|name| self.find(name)).collect::<Result<Vec<_>, _>>();
        let aside: Vec<String> = options.aside().cloned().collect();
        let mut roles = Roles { label: None, dropped: find(&options.drop)?, aside: find(&aside)? };
        match &options.label {
            LabelColumn::None => {}
            LabelColumn::Last => roles.label = (0..self.cells.len()).rev().find(|&i| roles.is_feature(i)),
            LabelColumn::Named(name) => {
                let label = self.find(name)?;
                if roles.dropped.contains(&label) {
                    return Err(self.error(name, "is both the label and dropped"));
                }
                if roles.aside.contains(&label) {
                    let again = options.more_labels.contains(name);
                    let problem =
                        if again { "is given as a label twice" } else { "is both the label and a weight or a group" };
                    return Err(self.error(name, problem));
                }
                roles.label = Some(label);
            }
        }
        Ok(roles)
    }

    /// A column by name, or else by number.
    fn find(&self, name: &str) -> Result<usize, DataError> {
        let mut named = (0..self.cells.len()).filter(|&i| self.header && self.cells[i] == name);
        let number = || name.parse::<usize>().ok()?.checked_sub(1).filter(|&i| i < self.cells.len());
        match (named.next(), named.next()) {
            (Some(i), None) => Ok(i),
            (Some(_), Some(_)) => Err(self.error(name, "is there more than once")),
            _ => number().ok_or_else(|| self.error(name, "is not there")),
        }
    }

    fn error(&self, name: &str, problem: &str) -> DataError {
        let available =
            if self.header { self.cells.to_vec() } else { (1..=self.cells.len()).map(|i| i.to_string()).collect() };
        DataError::Column { path: self.path.into(), name: name.into(), problem: problem.into(), available }
    }
}

/// Returns true if a flag names a column by a text of the first record, and not by its number.
fn names_are_there(cells: &[String], options: &ReadOptions) -> bool {
    let label = match &options.label {
        LabelColumn::Named(name) => Some(name),
        LabelColumn::Last | LabelColumn::None => None,
    };
    options
        .drop
        .iter()
        .chain(options.aside())
        .chain(label)
        .any(|name| name.parse::<usize>().is_err() && cells.contains(name))
}

/// Returns true if the columns are numbered in order, but for one column with a name: the label, or an index. If no
/// column has a name, there must be three columns or more, numbered from 0: a first line 1,2,3 is rather a sample.
fn is_numbered(cells: &[String]) -> bool {
    let numbers: Vec<_> = cells.iter().filter(|cell| cell.parse::<f64>().is_ok()).collect();
    let from = |first: usize| numbers.iter().enumerate().all(|(i, cell)| **cell == (i + first).to_string());
    let named = cells.len() - numbers.len();
    named <= 1 && (cells.len() > 2 && from(0) || named == 1 && numbers.len() > 2 && from(1))
}

/// The first record, of which it is to be told whether it is a header.
struct Guess<'a> {
    path: &'a Path,
    cells: &'a [String],
    second: Option<&'a Record>,
    roles: &'a Roles,
    spelling: &'a Spelling,
}

impl Guess<'_> {
    /// Neither a number nor a missing cell.
    fn is_text(&self, i: usize) -> bool {
        let cell = &self.cells[i];
        !self.spelling.is_number(cell) && (cell.is_empty() || !is_missing(cell, &[]))
    }

    /// Returns true if the second record has a number in this column. Below a record that is alone, `alone` counts.
    fn is_above_number(&self, i: usize, alone: bool) -> Result<bool, DataError> {
        match self.second {
            Some(second) if i < second.len() => second.text(self.path, i).map(|below| self.spelling.is_number(below)),
            Some(_) => Ok(false),
            None => Ok(alone),
        }
    }
}

/// A header has text above a number in some feature column, or different texts in all; a lone record with text is one
/// too. Labels may be text in one sample and a number in the next: theirs counts only where three features or more
/// ascend, as years and wavelengths do.
fn header_reason(guess: &Guess<'_>) -> Result<Option<&'static str>, DataError> {
    let (cells, label) = (guess.cells, guess.roles.label);
    let features: Vec<_> = (0..cells.len()).filter(|&i| guess.roles.is_feature(i)).collect();
    let different = features.iter().map(|&i| &cells[i]).collect::<HashSet<_>>().len() == features.len();
    if !features.is_empty() && different && features.iter().all(|&i| guess.is_text(i)) {
        return Ok(Some(BY_TEXTS)); // no sample of numbers in any case
    }
    for &i in features.iter().filter(|&&i| guess.is_text(i)) {
        if guess.is_above_number(i, true)? {
            return Ok(Some(BY_NUMBER));
        }
    }
    let numbers: Vec<f64> = features.iter().filter_map(|&i| cells[i].parse().ok()).collect();
    let ascend = numbers.len() == features.len() && numbers.len() > 2 && numbers.is_sorted_by(|one, next| one < next);
    let is_name = |i: usize| guess.is_text(i) && cells[i].contains(char::is_alphabetic);
    match label.filter(|&i| ascend && is_name(i)) {
        Some(i) => Ok(guess.is_above_number(i, false)?.then_some(BY_ORDER)),
        None => Ok(None),
    }
}

/// Names that are unique and not empty, except where the column is dropped.
fn check_header(path: &Path, cells: &[String], dropped: &[usize]) -> Result<(), DataError> {
    let mut seen = HashMap::new();
    for (i, name) in cells.iter().enumerate().filter(|(i, _)| !dropped.contains(i)) {
        let problem = if name.is_empty() {
            HeaderProblem::EmptyName { column: i + 1 }
        } else if let Some(first) = seen.insert(name, i) {
            HeaderProblem::SameName { name: name.clone(), first: first + 1, second: i + 1 }
        } else {
            continue;
        };
        return Err(DataError::Header { path: path.into(), problem });
    }
    Ok(())
}
