//! svmlight and libsvm text: `label index:value index:value # comment`. What is not listed is 0.

use std::io::BufRead;
use std::path::Path;

use super::error::DataError;
use super::lines::Lines;
use super::problem::{LineProblem, Place};
use super::source::Budget;
use super::table::Table;
use crate::words::excerpt;

/// Reads a table. Indices count from 1, or from 0 where a 0 occurs; blank lines and comments are skipped.
pub(super) fn read<'a>(path: &'a Path, reader: Box<dyn BufRead + 'a>) -> Result<Table, DataError> {
    let mut lines = Lines::new(path, reader);
    let mut sparse = Sparse::default();
    let mut budget = Budget::new();
    while lines.advance()? {
        let before = sparse.entries.len();
        sparse.push(&lines)?;
        let bytes = 32 * (sparse.entries.len() - before) + 128;
        budget.spend(Some(bytes as u64), path, || format!("a table of {} entries", sparse.entries.len()))?;
    }
    sparse.dense(path, budget)
}

/// The samples one after the other.
#[derive(Default)]
struct Sparse {
    entries: Vec<(u32, f64)>,
    /// The end of the entries of each sample.
    ends: Vec<usize>,
    labels: Vec<String>,
    lines: Vec<usize>,
}

impl Sparse {
    fn push(&mut self, lines: &Lines) -> Result<(), DataError> {
        let code = lines.text.split(|&byte| byte == b'#').next().unwrap_or_default();
        let text = std::str::from_utf8(code).map_err(|error| {
            let before = String::from_utf8_lossy(&code[..error.valid_up_to()]);
            lines.error(LineProblem::NotUtf8 { field: (before + "?").split_whitespace().count() })
        })?;
        let mut items = text.split_whitespace();
        let Some(label) = items.next() else { return Ok(()) };
        if label.contains(':') {
            let place = Place { row: self.ends.len() + 1, line: Some(lines.number) };
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

    fn dense(self, path: &Path, mut budget: Budget) -> Result<Table, DataError> {
        let base = u32::from(self.entries.iter().all(|&(index, _)| index > 0));
        let columns = self.entries.iter().map(|&(index, _)| u64::from(index - base) + 1).max().unwrap_or(0);
        budget.matrix(path, self.ends.len() as u64, columns)?;
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
        Ok(Table { labels: Some(self.labels), lines: Some(self.lines), ..table })
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
