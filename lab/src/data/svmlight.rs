//! svmlight and libsvm text: `label index:value index:value # comment`. What is not listed is 0.

use std::path::{Path, PathBuf};

use super::error::DataError;
use super::lines::Lines;
use super::problem::{LineProblem, Place};
use super::source::{self, Budget};
use super::stretch::RowReader;
use super::table::Table;
use crate::words::excerpt;

/// Reads the files of a table. Indices count from 1, or from 0 where a 0 occurs; blank lines and comments are skipped.
pub(super) fn read(files: &[PathBuf]) -> Result<Table, DataError> {
    let mut sparse = Sparse::new();
    for path in files {
        let mut lines = Lines::new(path, source::open_text(path)?);
        sparse.begin(path);
        while lines.advance()? {
            sparse.push(&lines)?;
        }
    }
    let indices = sparse.indices();
    let table = sparse.dense(&files[0], indices)?;
    Ok(if files.len() > 1 { table } else { Table { files: Vec::new(), ..table } })
}

/// The lines of a file, of which those with a sample are rows.
pub(super) struct SampleLines<'a>(pub(super) Lines<'a>);

impl SampleLines<'_> {
    /// Goes to the next line with a sample; `false` at the end of the file.
    pub(super) fn advance(&mut self) -> Result<bool, DataError> {
        while self.0.advance()? {
            let code = self.0.text.split(|&byte| byte == b'#').next().unwrap_or_default();
            if !code.trim_ascii().is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl RowReader for SampleLines<'_> {
    fn skip(&mut self) -> Result<bool, DataError> {
        self.advance()
    }

    fn position(&mut self) -> Result<u64, DataError> {
        self.0.next_start()
    }
}

/// The samples one after the other.
pub(super) struct Sparse {
    entries: Vec<(u32, f64)>,
    /// The end of the entries of each sample.
    ends: Vec<usize>,
    labels: Vec<String>,
    lines: Vec<usize>,
    files: Vec<(PathBuf, usize)>,
    budget: Budget,
}

impl Sparse {
    pub(super) fn new() -> Self {
        let (entries, ends, labels, lines, files) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { entries, ends, labels, lines, files, budget: Budget::new() }
    }

    /// Goes to the next file.
    pub(super) fn begin(&mut self, path: &Path) {
        self.files.push((path.into(), self.ends.len()));
    }

    /// Adds the sample of a line, if it has one.
    pub(super) fn push(&mut self, lines: &Lines) -> Result<(), DataError> {
        let before = self.entries.len();
        self.parse(lines)?;
        let (bytes, entries) = (32 * (self.entries.len() - before) + 128, self.entries.len());
        self.budget.spend(Some(bytes as u64), lines.path, || format!("a table of {entries} entries"))
    }

    /// The lowest and the highest index, if there is an entry.
    pub(super) fn indices(&self) -> Option<(u32, u32)> {
        let indices = || self.entries.iter().map(|&(index, _)| index);
        indices().min().zip(indices().max())
    }

    fn parse(&mut self, lines: &Lines) -> Result<(), DataError> {
        let code = lines.text.split(|&byte| byte == b'#').next().unwrap_or_default();
        let text = std::str::from_utf8(code).map_err(|error| {
            let before = String::from_utf8_lossy(&code[..error.valid_up_to()]);
            lines.error(LineProblem::NotUtf8 { field: (before + "?").split_whitespace().count() })
        })?;
        let mut items = text.split_whitespace();
        let Some(label) = items.next() else { return Ok(()) };
        if label.contains(':') {
            let first = self.files.last().map_or(0, |(_, first)| *first);
            let place = Place { row: self.ends.len() - first + 1, line: Some(lines.number) };
            return Err(DataError::MissingLabel { path: lines.path.into(), place });
        }
        if label.contains(',') {
            return Err(lines.error(fault(label, "several labels for one sample")));
        }
        let mut last = None;
        for item in items {
            let entry = parse(item, last).map_err(|reason| lines.error(fault(item, reason)))?;
            last = Some(entry.0);
            self.entries.push(entry);
        }
        self.ends.push(self.entries.len());
        self.labels.push(label.into());
        self.lines.push(lines.number);
        Ok(())
    }

    /// The table, in which the lowest and the highest index of all samples are these.
    pub(super) fn dense(mut self, path: &Path, indices: Option<(u32, u32)>) -> Result<Table, DataError> {
        let base = indices.map_or(1, |(lowest, _)| lowest.min(1));
        let columns = indices.map_or(0, |(_, highest)| u64::from(highest - base) + 1);
        self.budget.matrix(path, self.ends.len() as u64, columns)?;
        let columns = columns as usize;
        let mut values = vec![0.0; self.ends.len() * columns];
        let mut start = 0;
        for (row, &end) in self.ends.iter().enumerate() {
            for &(index, value) in &self.entries[start..end] {
                values[row * columns + (index - base) as usize] = value;
            }
            start = end;
        }
        let features = (0..columns).map(|i| format!("x{}", i + base as usize)).collect();
        let table = Table::numbers(features, values);
        Ok(Table { labels: Some(self.labels), lines: Some(self.lines), files: self.files, ..table })
    }
}

/// One `index:value` after the index `last`.
fn parse(item: &str, last: Option<u32>) -> Result<(u32, f64), &'static str> {
    let (index, value) = item.split_once(':').ok_or("expected index:value")?;
    if index == "qid" {
        return Err("query ids belong to ranking, which is not supported");
    }
    let index = index.parse::<u32>().map_err(|_| "the index is not an integer from 0 to 4294967295")?;
    let value = value.parse().map_err(|_| "the value is not a number")?;
    match last {
        Some(last) if index == last => Err("the index occurs twice"),
        Some(last) if index < last => Err("the indices are not in ascending order"),
        _ => Ok((index, value)),
    }
}

fn fault(item: &str, reason: &'static str) -> LineProblem {
    LineProblem::Item { item: excerpt(item), reason }
}
