//! Values separated by commas, tabs or semicolons.

use std::io::BufRead;
use std::path::Path;

use super::error::DataError;
use super::layout::Layout;
use super::problem::LineProblem;
use super::records::{Record, Records};
use super::source::Budget;
use super::{ReadOptions, Table};
use crate::words::excerpt;

/// Reads a table; a sample is a record.
pub(super) fn read<'a>(
    path: &'a Path,
    reader: Box<dyn BufRead + 'a>,
    options: &ReadOptions,
) -> Result<Table, DataError> {
    let mut records = Records::new(path, reader);
    let (mut first, mut record) = (Record::default(), Record::default());
    if !records.next(&mut first)? {
        return Err(DataError::empty(path, "the file is empty"));
    }
    let mut more = records.next(&mut record)?;
    let layout = Layout::new(path, &first, more.then_some(&record), options)?;
    let mut rows = Rows::new(path, layout);
    if !rows.layout.header {
        rows.push(&first)?;
    }
    while more {
        rows.push(&record)?;
        more = records.next(&mut record)?;
    }
    Ok(rows.finish())
}

/// The table so far.
struct Rows<'a> {
    path: &'a Path,
    layout: Layout,
    values: Vec<f64>,
    labels: Vec<String>,
    lines: Vec<usize>,
    budget: Budget,
}

impl<'a> Rows<'a> {
    fn new(path: &'a Path, layout: Layout) -> Self {
        let budget = Budget::new();
        Self { path, layout, values: Vec::new(), labels: Vec::new(), lines: Vec::new(), budget }
    }

    fn push(&mut self, record: &Record) -> Result<(), DataError> {
        let (expected, got) = (self.layout.width, record.len());
        if expected != got {
            return Err(DataError::line(self.path, record.line, LineProblem::Ragged { expected, got }));
        }
        let label = self.layout.label.map(|i| record.text(self.path, i)).transpose()?;
        self.spend(label.map_or(0, str::len))?;
        for k in 0..self.layout.features.len() {
            self.values.push(self.number(record, k)?);
        }
        self.labels.extend(label.map(String::from));
        self.lines.push(record.line);
        Ok(())
    }

    /// Feature `k` of a record.
    fn number(&self, record: &Record, k: usize) -> Result<f64, DataError> {
        let text = record.text(self.path, self.layout.features[k])?;
        text.parse().map_err(|_| {
            let problem = LineProblem::NotANumber { column: self.layout.names[k].clone(), value: excerpt(text) };
            DataError::line(self.path, record.line, problem)
        })
    }

    /// Accounts for one more sample. A growing vector may take twice its length.
    fn spend(&mut self, label: usize) -> Result<(), DataError> {
        let columns = self.layout.features.len();
        let bytes = 16 * columns + 2 * size_of::<String>() + label + 16;
        self.budget
            .spend(Some(bytes as u64), self.path, || format!("{} rows × {columns} columns", self.lines.len() + 1))
    }

    fn finish(self) -> Table {
        let labels = self.layout.label.map(|_| self.labels);
        Table { features: self.layout.names, values: self.values, labels, lines: Some(self.lines) }
    }
}
