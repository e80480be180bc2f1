//! Values separated by commas, tabs or semicolons.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::contents::ColumnReader;
use super::error::DataError;
use super::layout::Layout;
use super::problem::LineProblem;
use super::records::{Record, Records};
use super::source::{self, Budget};
use super::spelling::Spelling;
use super::{ReadOptions, Table};
use crate::words::excerpt;

/// Reads a table; a sample is a record.
pub(super) fn read<'a>(
    path: &'a Path,
    reader: Box<dyn BufRead + 'a>,
    options: &ReadOptions,
) -> Result<Table, DataError> {
    let start = Start::read(path, reader, options)?;
    let mut rows = Rows::new(&start, options);
    start.read_rows(&mut rows)?;
    rows.finish()
}

/// Reads the tables of several files as one.
pub(super) fn read_parts(files: &[PathBuf], options: &ReadOptions) -> Result<Table, DataError> {
    let start = |path| Start::read(path, source::open_text(path)?, options);
    let mut rows = Rows::new(&start(&files[0])?, options);
    for path in files {
        let start = start(path)?;
        rows.begin(&start)?;
        start.read_rows(&mut rows)?;
    }
    rows.finish()
}

/// The start of a file: the records that tell how it is laid out.
pub(super) struct Start<'a> {
    path: &'a Path,
    records: Records<'a>,
    first: Record,
    second: Option<Record>,
    layout: Layout,
    spelling: Spelling,
}

impl<'a> Start<'a> {
    pub(super) fn read(
        path: &'a Path,
        reader: Box<dyn BufRead + 'a>,
        options: &ReadOptions,
    ) -> Result<Self, DataError> {
        let mut records = Records::new(path, reader).separated_by(options.delimiter);
        let (mut first, mut record) = (Record::default(), Record::default());
        if !records.next(&mut first)? {
            return Err(DataError::empty(path, "the file is empty"));
        }
        let second = records.next(&mut record)?.then_some(record);
        let spelling = Spelling::new(&options.spellings, options.decimal, records.separator());
        let layout = Layout::new(path, &first, second.as_ref(), options, &spelling)?;
        Ok(Self { path, records, first, second, layout, spelling })
    }

    /// Reads all rows of the file.
    fn read_rows(mut self, rows: &mut Rows<'_>) -> Result<(), DataError> {
        if !self.layout.header {
            rows.push(&self.first)?;
        }
        let Some(mut record) = self.second else { return Ok(()) };
        rows.push(&record)?;
        while self.records.next(&mut record)? {
            rows.push(&record)?;
        }
        Ok(())
    }

    /// Returns true if the first record is a header.
    pub(super) fn has_header(&self) -> bool {
        self.layout.header
    }

    /// Returns true if numbers may have a decimal comma in one row and a point in another.
    pub(super) fn looks_for_decimals(&self) -> bool {
        self.spelling.looks()
    }

    /// The records of the file from a byte on, where one starts.
    pub(super) fn records_from(&self, reader: BufReader<File>, byte: u64) -> Records<'a> {
        let separator = self.records.separator();
        Records::from_byte(self.path, Box::new(reader), byte).separated_by(Some(separator))
    }
}

/// The table so far.
pub(super) struct Rows<'a> {
    /// The file that is read.
    path: PathBuf,
    files: Vec<(PathBuf, usize)>,
    separator: u8,
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
    /// A table without rows, of which the first file has this start.
    pub(super) fn new(start: &Start<'_>, options: &'a ReadOptions) -> Self {
        let (path, files, separator) = (start.path.into(), Vec::new(), start.records.separator());
        let (layout, spelling) = (start.layout.clone(), start.spelling.clone());
        let columns = layout.features.iter().map(|_| ColumnReader::default()).collect();
        let (values, labels, lines, budget) = (Vec::new(), Vec::new(), Vec::new(), Budget::new());
        let aside = vec![Vec::new(); layout.aside.len()];
        Self { path, files, separator, layout, options, spelling, columns, values, labels, aside, lines, budget }
    }

    /// Goes to the next file of several, which must have the columns of the first.
    pub(super) fn begin(&mut self, start: &Start<'_>) -> Result<(), DataError> {
        if !self.layout.has_columns_of(&start.layout) || self.separator != start.records.separator() {
            let problem =
                format!("other columns than in {}", self.files.first().map_or(&self.path, |of| &of.0).display());
            return Err(DataError::format(start.path, problem));
        }
        self.path = start.path.into();
        self.files.push((start.path.into(), self.lines.len()));
        Ok(())
    }

    pub(super) fn push(&mut self, record: &Record) -> Result<(), DataError> {
        let (expected, got) = (self.layout.width, record.len());
        if expected != got {
            return Err(DataError::line(&self.path, record.line, LineProblem::Ragged { expected, got }));
        }
        let label = self.layout.label.map(|i| record.text(&self.path, i)).transpose()?;
        let aside = self.layout.aside.iter().map(|&i| record.text(&self.path, i)).collect::<Result<Vec<_>, _>>()?;
        let texts = aside.iter().map(|text| text.len() + 2 * size_of::<String>()).sum::<usize>();
        self.spend(label.map_or(0, str::len) + texts)?;
        for k in 0..self.layout.features.len() {
            let text = record.text(&self.path, self.layout.features[k])?;
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
            .spend(Some(bytes as u64), &self.path, || format!("{} rows × {columns} columns", self.lines.len() + 1))
    }

    /// Accounts for new texts of a column.
    fn spend_texts(&mut self, count: usize, text: &str) -> Result<(), DataError> {
        let bytes = count * (2 * text.len() + 4 * size_of::<String>());
        self.budget.spend(Some(bytes as u64), &self.path, || format!("a column of texts such as `{}`", excerpt(text)))
    }

    pub(super) fn finish(self) -> Result<Table, DataError> {
        let mut notes = self.layout.notes;
        match self.spelling.seen() {
            (Some(comma), Some(point)) => {
                let problem = format!("`{comma}` has a decimal comma and `{point}` a point: say which by --decimal");
                return Err(DataError::format(&self.path, problem));
            }
            (Some(comma), None) => notes.push(format!("a comma is before the decimals, as in `{comma}` (--decimal .)")),
            _ => {}
        }
        let labels = self.layout.label.map(|_| self.labels);
        let contents = self.columns.into_iter().map(|column| column.contents).collect();
        let (features, values, lines) = (self.layout.names, self.values, Some(self.lines));
        let numbers = self.options.numbers;
        Ok(Table { features, values, labels, numbers, aside: self.aside, lines, files: self.files, contents, notes })
    }
}
