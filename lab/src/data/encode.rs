//! The encoding of tables: it is learnt from the first, and applied to the others.

use std::ffi::OsStr;
use std::ops::Range;
use std::path::{Path, PathBuf};

use admm_solvers::data::{Encoded, Encoding, Missing, Table as LibraryTable, TableError};
use nalgebra::DMatrix;

use super::dataset::{Dataset, ReadOptions};
use super::error::DataError;
use super::features_match::{self, columns_in_order};
use super::read::{RawTable, read_raw};
use super::source::Budget;
use super::table::Table;
use crate::failure::Failure;
use crate::words::{count, some_of};

/// Notes and warnings about a table that was read.
#[derive(Debug, Clone, Default)]
pub struct Messages {
    /// Choices that were made without a flag.
    pub notes: Vec<String>,
    /// Cells that are missing or unknown, and what was done with them.
    pub warnings: Vec<String>,
}

impl Messages {
    /// Notes about a file.
    pub(super) fn of_notes(path: &Path, notes: &[String]) -> Self {
        let notes = notes.iter().map(|note| format!("{}: {note}", path.display())).collect();
        Messages { notes, warnings: Vec::new() }
    }

    /// Adds those about other data, and returns what was read of these.
    pub(super) fn with<V>(&mut self, more: Self, read: V) -> V {
        self.warnings.extend(more.warnings);
        self.notes.extend(more.notes);
        read
    }

    /// A heading, and the notes in lines below it.
    pub fn below(&self, heading: &str) -> String {
        self.notes.iter().fold(heading.into(), |text, note| text + "\n" + note)
    }
}

/// A table as features.
#[derive(Debug, Clone)]
pub struct EncodedTable {
    /// The features, in which NaN is a missing cell.
    pub dataset: Dataset,
    /// The features of each category; `None` for numbers alone, of which none is missing.
    pub categories: Option<Vec<Range<usize>>>,
    /// The rows of the table that are there, counted from 0.
    pub kept: Vec<usize>,
    pub messages: Messages,
}

/// Reads a table, and learns how its columns become features.
///
/// # Errors
/// Data that cannot be read; missing cells or columns of text that are not accepted.
pub fn learn(data: &OsStr, options: &ReadOptions) -> Result<(EncodedTable, Encoding), Failure> {
    let raw = read_raw(data, options)?;
    if !options.accepts_more_than_numbers() {
        let table = plain(raw)?;
        let encoding = Encoding::of_numbers(&table.dataset.features);
        return Ok((table, encoding));
    }
    let mut raw = checked(raw, options.missing)?;
    let (place, columns) = (Places::of(&raw), raw.table.columns());
    let table = place.explain(LibraryTable::new(columns, raw.cells()))?;
    let encoding = place.explain(Encoding::learn(&table, &options.encoding_choices()))?;
    place.check_size(&table, &encoding)?;
    let encoded = place.explain(encoding.encode(table))?;
    Ok((finish(raw, encoded, &encoding)?, encoding))
}

/// Reads a table of the columns that an encoding was learnt from.
///
/// # Errors
/// Data that cannot be read; other columns; missing cells or levels that the encoding does not accept.
pub fn encode_like(data: &OsStr, options: &ReadOptions, encoding: &Encoding) -> Result<EncodedTable, Failure> {
    let encoding = &with_flags(encoding, options);
    let options = &ReadOptions { missing: encoding.missing, spellings: encoding.spellings.clone(), ..options.clone() };
    let raw = read_raw(data, options)?;
    let expected: Vec<String> = encoding.columns.iter().map(|column| column.name.clone()).collect();
    if encoding.is_plain() {
        let table = plain(raw)?;
        return Ok(EncodedTable { dataset: features_match::reorder(&expected, table.dataset)?, ..table });
    }
    let mut raw = checked(raw, encoding.missing)?;
    let (place, columns) = (Places::of(&raw), raw.table.columns());
    let cells = Dataset {
        name: raw.name.clone(),
        features: raw.table.features.clone(),
        x: raw.cells(),
        labels: None,
        aside: Vec::new(),
    };
    let columns = columns_in_order(&expected, &cells, &columns)?;
    let cells = features_match::reorder(&expected, cells)?;
    let table = place.explain(LibraryTable::new(columns, cells.x))?;
    place.check_size(&table, encoding)?;
    let encoded = place.explain(encoding.encode(table))?;
    finish(raw, encoded, encoding)
}

/// An encoding with what flags say in place of what was learnt.
fn with_flags(encoding: &Encoding, options: &ReadOptions) -> Encoding {
    let mut encoding = encoding.clone();
    encoding.missing = options.missing.or(encoding.missing);
    encoding.unknown = options.unknown.unwrap_or(encoding.unknown);
    let more = options.spellings.iter().filter(|text| !encoding.spellings.contains(text)).cloned().collect::<Vec<_>>();
    encoding.spellings.extend(more);
    encoding
}

/// A table of finite numbers. The error says which flags would accept the others.
fn plain(raw: RawTable) -> Result<EncodedTable, Failure> {
    let RawTable { name, table, x, y, .. } = raw;
    let (missing, texts) = table.missing_and_texts();
    let messages = Messages::of_notes(&x, &table.notes);
    let kept = (0..table.rows()).collect();
    let dataset = table.finish(name, &x, &y).map_err(|source| match source {
        DataError::Line { .. } | DataError::NotFinite { .. } | DataError::Format { .. } => {
            let advice = advice(&TableError::Unprepared { texts, missing });
            if advice.is_empty() {
                Failure::from(source)
            } else {
                Failure::Unprepared { source: Box::new(source), advice }
            }
        }
        source => source.into(),
    })?;
    Ok(EncodedTable { dataset, categories: None, kept, messages })
}

/// Checks what no choice accepts. Samples without a label go where those with missing cells go.
fn checked(mut raw: RawTable, missing: Option<Missing>) -> Result<RawTable, Failure> {
    if missing == Some(Missing::Drop) {
        raw.unlabelled = raw.table.drop_unlabelled();
    }
    raw.table.check_not_empty(&raw.x)?;
    raw.table.check_not_infinite(&raw.x)?;
    raw.table.labels = raw.table.take_labels(&raw.y)?;
    Ok(raw)
}

impl RawTable {
    /// The cells (c×n), which are taken out of the table.
    fn cells(&mut self) -> DMatrix<f64> {
        let (c, n) = (self.table.features.len(), self.table.rows());
        DMatrix::from_vec(c, n, std::mem::take(&mut self.table.values))
    }
}

/// The features with their labels, and what is to be said of them.
fn finish(raw: RawTable, encoded: Encoded, encoding: &Encoding) -> Result<EncodedTable, Failure> {
    let RawTable { name, table, x: path, unlabelled, .. } = raw;
    let mut messages = Messages::of_notes(&path, &table.notes);
    messages.warnings = warnings(&path, &encoded, encoding, unlabelled);
    let Encoded { x, categories, kept, .. } = encoded;
    if kept.is_empty() {
        return Err(DataError::empty(&path, "every row misses a cell: --missing mean fills them").into());
    }
    let there = |column: Vec<String>| -> Vec<String> { kept.iter().map(|&row| column[row].clone()).collect() };
    let (labels, aside) = (table.labels.map(there), table.aside.into_iter().map(there).collect());
    let dataset = Dataset { name, features: encoding.features(), x, labels, aside };
    Ok(EncodedTable { dataset, categories: Some(categories), kept, messages })
}

fn warnings(path: &Path, encoded: &Encoded, encoding: &Encoding, unlabelled: usize) -> Vec<String> {
    let counted = |columns: &[(String, usize)]| {
        let named: Vec<String> = columns.iter().map(|(name, count)| format!("`{name}` ({count})")).collect();
        let more = named.len().saturating_sub(10);
        let more = if more > 0 { format!(" and {more} more columns") } else { String::new() };
        named.iter().take(10).cloned().collect::<Vec<_>>().join(", ") + &more
    };
    let total = |columns: &[(String, usize)]| columns.iter().map(|(_, count)| count).sum::<usize>();
    let done = |rows: usize| match encoding.missing {
        Some(Missing::Drop) => format!("{} left out", count(rows, "row")),
        _ => "the mean of the column stands for each".into(),
    };
    let of_file = |text: String| format!("{}: {text}", path.display());
    let mut warnings = Vec::new();
    if unlabelled > 0 {
        warnings.push(of_file(format!("{} without a label left out", count(unlabelled, "row"))));
    }
    if !encoded.missing.is_empty() {
        let (cells, dropped) = (total(&encoded.missing), encoded.rows - encoded.kept.len());
        let columns = counted(&encoded.missing);
        warnings.push(of_file(format!("{} missing, in {columns}: {}", count(cells, "cell"), done(dropped))));
    }
    if !encoded.unknown.is_empty() {
        let (cells, columns) = (total(&encoded.unknown), counted(&encoded.unknown));
        warnings.push(of_file(format!(
            "{} of unknown levels, in {columns}: the mean stands for each",
            count(cells, "cell")
        )));
    }
    warnings
}

/// The places of a table's rows, for errors.
struct Places {
    path: PathBuf,
    /// Those of the table, which has no cells.
    table: Table,
}

impl Places {
    fn of(raw: &RawTable) -> Self {
        let (lines, files) = (raw.table.lines.clone(), raw.table.files.clone());
        Self { path: raw.x.clone(), table: Table { lines, files, ..Table::numbers(Vec::new(), Vec::new()) } }
    }

    /// Refuses more features than memory holds, before any is made: each level of a category is one.
    fn check_size(&self, table: &LibraryTable, encoding: &Encoding) -> Result<(), DataError> {
        let features = encoding.columns.iter().map(|column| column.levels.as_ref().map_or(1, Vec::len)).sum::<usize>();
        Budget::new().matrix(&self.path, table.cells().ncols() as u64, features as u64)
    }

    /// Adds the file, the line where there is one, and what to do about it.
    fn explain<T>(&self, result: Result<T, TableError>) -> Result<T, Failure> {
        result.map_err(|source| {
            let advice = advice(&source);
            if let TableError::Unprepared { .. } = &source {
                return Failure::Other(format!("{}: {advice}", self.path.display()));
            }
            let row = match &source {
                TableError::NotANumber { row, .. } | TableError::UnknownLevel { row, .. } => Some(*row),
                _ => None,
            };
            let line = row.and_then(|row| self.table.place(row - 1).line);
            let path = row.map_or(&*self.path, |row| self.table.file(&self.path, row - 1)).into();
            let source = DataError::Table { path, line, source: Box::new(source) };
            if advice.is_empty() { source.into() } else { Failure::Unprepared { source: Box::new(source), advice } }
        })
    }
}

/// The flags that help, in sentences, each on a line of its own.
fn advice(error: &TableError) -> String {
    match error {
        TableError::Unprepared { texts, missing } => {
            let cells: usize = missing.iter().map(|(_, count)| count).sum();
            let columns: Vec<String> = missing.iter().map(|(name, count)| format!("`{name}` ({count})")).collect();
            let missing = (cells > 0).then(|| {
                format!(
                    "{} missing, in {}: --missing mean takes the mean of the column, --missing drop leaves the row out",
                    count(cells, "cell"),
                    columns.join(", ")
                )
            });
            let texts = (!texts.is_empty()).then(|| {
                let columns = if texts.len() == 1 { "column" } else { "columns" };
                format!(
                    "{columns} of text: {}: --categories one-hot makes features of it, --drop leaves a column out",
                    some_of(texts, 10)
                )
            });
            missing.into_iter().chain(texts).collect::<Vec<_>>().join("\n  ")
        }
        TableError::Dates { column, .. } | TableError::FreeText { column, .. } | TableError::NoCells { column } => {
            format!("--drop '{column}' leaves the column out")
        }
        TableError::UnknownLevel { .. } => "--unknown ignore takes the mean of the column for it".into(),
        _ => String::new(),
    }
}
