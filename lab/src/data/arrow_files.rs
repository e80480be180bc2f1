//! Tables of typed columns: Parquet and Arrow IPC.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::cast;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, DataType, Schema};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::contents::{ColumnReader, Contents};
use super::error::DataError;
use super::layout::Layout;
use super::source::{self, Budget};
use super::spelling::{Decimal, Spelling};
use super::{ReadOptions, Table};

/// Reads a Parquet file.
pub(super) fn read_parquet(path: &Path, options: &ReadOptions) -> Result<Table, DataError> {
    let file = source::open(path)?.0.into_inner();
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| damaged(path, error))?;
    let mut columns = Columns::new(path, builder.schema(), options)?;
    columns.read_all(builder.build().map_err(|error| damaged(path, error))?)?;
    Ok(columns.finish())
}

/// Reads an Arrow IPC file or stream.
pub(super) fn read_arrow(path: &Path, options: &ReadOptions) -> Result<Table, DataError> {
    let mut file = source::open(path)?.0;
    if is_stream(&mut file).map_err(DataError::io("read", path))? {
        let reader = StreamReader::try_new(file, None).map_err(|error| damaged(path, error))?;
        let mut columns = Columns::new(path, &reader.schema(), options)?;
        columns.read_all(reader)?;
        return Ok(columns.finish());
    }
    let reader = FileReader::try_new(file, None).map_err(|error| damaged(path, error))?;
    let mut columns = Columns::new(path, &reader.schema(), options)?;
    columns.read_all(reader)?;
    Ok(columns.finish())
}

/// A file begins with its name, a stream with its schema.
fn is_stream(file: &mut BufReader<File>) -> std::io::Result<bool> {
    let mut start = Vec::new();
    file.by_ref().take(6).read_to_end(&mut start)?;
    file.rewind()?;
    Ok(start != b"ARROW1")
}

fn damaged(path: &Path, error: impl std::fmt::Display) -> DataError {
    DataError::format(path, error.to_string())
}

/// The columns so far, the samples one after the other.
struct Columns<'a> {
    path: &'a Path,
    layout: Layout,
    spelling: Spelling,
    readers: Vec<ColumnReader>,
    values: Vec<f64>,
    labels: Vec<String>,
    aside: Vec<Vec<String>>,
    budget: Budget,
    /// True if missing cells are accepted: then the usual texts for them are no labels.
    accepts_missing: bool,
}

impl<'a> Columns<'a> {
    fn new(path: &'a Path, schema: &Schema, options: &ReadOptions) -> Result<Self, DataError> {
        let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
        let layout = Layout::of_names(path, &names, options)?;
        let reader = |column: &usize| {
            let texts = is_text(schema.field(*column).data_type()).then(Vec::new);
            ColumnReader::new(Contents { texts, ..Contents::default() })
        };
        let readers = layout.features.iter().map(reader).collect();
        let spelling = Spelling::new(&options.spellings, Decimal::Point, b',');
        let (values, labels, budget) = (Vec::new(), Vec::new(), Budget::new());
        let aside = vec![Vec::new(); layout.aside.len()];
        let accepts_missing = options.missing.is_some();
        Ok(Self { path, layout, spelling, readers, values, labels, aside, budget, accepts_missing })
    }

    fn read_all(
        &mut self,
        mut batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
    ) -> Result<(), DataError> {
        batches.try_for_each(|batch| self.push(&batch.map_err(|error| damaged(self.path, error))?))
    }

    fn push(&mut self, batch: &RecordBatch) -> Result<(), DataError> {
        let (d, n, first) = (self.layout.features.len(), batch.num_rows(), self.values.len());
        let shape = || format!("{} rows × {d} columns", first / d + n);
        self.budget.spend(n.checked_mul(16 * d + 64).map(|bytes| bytes as u64), self.path, shape)?;
        self.values.resize(first + d * n, f64::NAN);
        for k in 0..d {
            let column = batch.column(self.layout.features[k]);
            let cells = self.values[first..].iter_mut().skip(k).step_by(d);
            let (reader, row) = (&mut self.readers[k], first / d);
            match reader.is_numeric() {
                true => push_numbers(&number_column(self.path, &self.layout.names[k], column)?, cells, row, reader),
                false => push_texts(&text_column(self.path, column)?, cells, row, reader, &mut self.spelling),
            }
        }
        for (texts, &column) in self.aside.iter_mut().zip(&self.layout.aside) {
            let column = text_column(self.path, batch.column(column))?;
            texts.extend(column.as_string::<i32>().iter().map(|text| text.unwrap_or_default().trim().into()));
        }
        if let Some(label) = self.layout.label {
            let texts = text_column(self.path, batch.column(label))?;
            let missing = |text: &str| self.accepts_missing && self.spelling.is_missing(text);
            let text =
                |text: Option<&str>| text.map(str::trim).filter(|text| !missing(text)).unwrap_or_default().into();
            self.labels.extend(texts.as_string::<i32>().iter().map(text));
        }
        Ok(())
    }

    fn finish(self) -> Table {
        let labels = self.layout.label.map(|_| self.labels);
        let contents = self.readers.into_iter().map(|reader| reader.contents).collect();
        Table { labels, aside: self.aside, contents, ..Table::numbers(self.layout.names, self.values) }
    }
}

fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// The texts of a column of any type that has some.
fn text_column(path: &Path, column: &ArrayRef) -> Result<ArrayRef, DataError> {
    cast(column, &DataType::Utf8).map_err(|error| damaged(path, error))
}

/// The numbers of a column, 0 and 1 for booleans. Dates and times are no numbers.
fn number_column(path: &Path, name: &str, column: &ArrayRef) -> Result<ArrayRef, DataError> {
    let kind = column.data_type();
    let is_number = kind.is_numeric() || matches!(kind, DataType::Boolean | DataType::Null);
    if !is_number {
        let problem =
            format!("column `{name}`: {kind} is neither a number nor a text: leave it out by --drop '{name}'");
        return Err(DataError::format(path, problem));
    }
    cast(column, &DataType::Float64).map_err(|error| damaged(path, error))
}

fn push_numbers<'a>(
    column: &ArrayRef,
    cells: impl Iterator<Item = &'a mut f64>,
    first: usize,
    reader: &mut ColumnReader,
) {
    for ((row, cell), number) in (first..).zip(cells).zip(column.as_primitive::<Float64Type>()) {
        *cell = number.unwrap_or(f64::NAN);
        if cell.is_nan() {
            reader.note_missing(row, if number.is_some() { "NaN" } else { "" });
        }
    }
}

fn push_texts<'a>(
    column: &ArrayRef,
    cells: impl Iterator<Item = &'a mut f64>,
    first: usize,
    reader: &mut ColumnReader,
    spelling: &mut Spelling,
) {
    for ((row, cell), text) in (first..).zip(cells).zip(column.as_string::<i32>()) {
        let text = text.map(str::trim).unwrap_or_default();
        *cell = reader.read(text, row, spelling).expect("a column of texts takes every text");
    }
}
