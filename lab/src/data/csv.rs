//! Values separated by commas, tabs or semicolons.

use std::io::BufRead;
use std::path::Path;

use super::contents::ColumnReader;
use super::error::DataError;
use super::layout::Layout;
use super::problem::LineProblem;
use super::records::{Record, Records};
use super::source::Budget;
use super::spelling::Spelling;
use super::{ReadOptions, Table};
use crate::words::excerpt;

/// Reads a table; a sample is a record.
pub(super) fn read<'a>(
    path: &'a Path,
    reader: Box<dyn BufRead + 'a>,
    options: &ReadOptions,
) -> Result<Table, DataError> {
    let mut records = Records::new(path, reader).separated_by(options.delimiter);
    let (mut first, mut record) = (Record::default(), Record::default());
    if !records.next(&mut first)? {
        return Err(DataError::empty(path, "the file is empty"));
    }
    let mut more = records.next(&mut record)?;
    let spelling = Spelling::new(&options.spellings, options.decimal, records.separator());
    let layout = Layout::new(path, &first, more.then_some(&record), options, &spelling)?;
    let mut rows = Rows::new(path, layout, options, spelling);
    if !rows.layout.header {
        rows.push(&first)?;
    }
    while more {
        rows.push(&record)?;
        more = records.next(&mut record)?;
    }
    rows.finish()
}

/// The table so far.
struct Rows<'a> {
    path: &'a Path,
    layout: Layout,
    options: &'a ReadOptions,
    spelling: Spelling,
    columns: Vec<ColumnReader>,
    values: Vec<f64>,
    labels: Vec<String>,
    aside: Vec<Vec<String>>,
    lines: Vec<usize>,
    budget: Budget,
}

impl<'a> Rows<'a> {
    fn new(path: &'a Path, layout: Layout, options: &'a ReadOptions, spelling: Spelling) -> Self {
        let columns = layout.features.iter().map(|_| ColumnReader::default()).collect();
        let (values, labels, lines, budget) = (Vec::new(), Vec::new(), Vec::new(), Budget::new());
        let aside = vec![Vec::new(); layout.aside.len()];
        Self { path, layout, options, spelling, columns, values, labels, aside, lines, budget }
    }

    fn push(&mut self, record: &Record) -> Result<(), DataError> {
        let (expected, got) = (self.layout.width, record.len());
        if expected != got {
            return Err(DataError::line(self.path, record.line, LineProblem::Ragged { expected, got }));
        }
        let label = self.layout.label.map(|i| record.text(self.path, i)).transpose()?;
        let aside = self.layout.aside.iter().map(|&i| record.text(self.path, i)).collect::<Result<Vec<_>, _>>()?;
        let texts = aside.iter().map(|text| text.len() + 2 * size_of::<String>()).sum::<usize>();
        self.spend(label.map_or(0, str::len) + texts)?;
        for k in 0..self.layout.features.len() {
            let text = record.text(self.path, self.layout.features[k])?;
            let value = self.cell(k, text)?;
            self.values.push(value);
        }
        let label = label.map(|label| match self.options.missing {
            Some(_) if self.spelling.is_missing(label) => "",
            _ => label,
        });
        let numbers = self.options.numbers;
        let label = label.map(|label| if numbers { self.spelling.text(label) } else { label.into() });
        self.labels.extend(label);
        let roles = aside.len() - self.options.more_labels.len();
        for (at, (column, text)) in self.aside.iter_mut().zip(aside).enumerate() {
            column.push(if at < roles { text.into() } else { self.spelling.text(text) });
        }
        self.lines.push(record.line);
        Ok(())
    }

    /// Feature `k` of the next row.
    fn cell(&mut self, k: usize, text: &str) -> Result<f64, DataError> {
        let (column, row) = (&mut self.columns[k], self.lines.len());
        let (width, before) = (self.layout.features.len(), column.count());
        let value = column.read(text, row, &mut self.spelling).unwrap_or_else(|| {
            column.turn(self.values.iter_mut().skip(k).step_by(width).take(row));
            column.read(text, row, &mut self.spelling).expect("a column of texts takes every text")
        });
        let grown = column.count() - before;
        if grown > 0 {
            self.spend_texts(grown, text)?;
        }
        Ok(value)
    }

    /// Accounts for one more sample. A growing vector may take twice its length.
    fn spend(&mut self, label: usize) -> Result<(), DataError> {
        let columns = self.layout.features.len();
        let bytes = 16 * columns + 2 * size_of::<String>() + label + 16;
        self.budget
            .spend(Some(bytes as u64), self.path, || format!("{} rows × {columns} columns", self.lines.len() + 1))
    }

    /// Accounts for new texts of a column.
    fn spend_texts(&mut self, count: usize, text: &str) -> Result<(), DataError> {
        let bytes = count * (2 * text.len() + 4 * size_of::<String>());
        self.budget.spend(Some(bytes as u64), self.path, || format!("a column of texts such as `{}`", excerpt(text)))
    }

    fn finish(self) -> Result<Table, DataError> {
        let mut notes = self.layout.notes;
        match self.spelling.seen() {
            (Some(comma), Some(point)) => {
                let problem = format!("`{comma}` has a decimal comma and `{point}` a point: say which by --decimal");
                return Err(DataError::format(self.path, problem));
            }
            (Some(comma), None) => notes.push(format!("a comma is before the decimals, as in `{comma}` (--decimal .)")),
            _ => {}
        }
        let labels = self.layout.label.map(|_| self.labels);
        let contents = self.columns.into_iter().map(|column| column.contents).collect();
        let (features, values, lines) = (self.layout.names, self.values, Some(self.lines));
        let numbers = self.options.numbers;
        Ok(Table { features, values, labels, numbers, aside: self.aside, lines, contents, notes })
    }
}
