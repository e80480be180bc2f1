//! A table as people bring it: columns of numbers and of texts, in which cells may be missing.

use super::TableError;
use nalgebra::DMatrix;
use std::collections::HashMap;

/// n samples in c columns of numbers and of texts.
///
/// ```
/// use admm_solvers::data::{Cells, Table};
///
/// let island = [Some("Biscoe"), None, Some("Dream")].map(|text| text.map(String::from));
/// let table = Table::of(vec![
///     ("bill".into(), Cells::Numbers(vec![39.1, f64::NAN, 40.3])),
///     ("island".into(), Cells::Texts(island.to_vec())),
/// ])?;
/// assert_eq!((table.columns().len(), table.cells().ncols()), (2, 3));
/// # Ok::<(), admm_solvers::data::TableError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Table {
    columns: Vec<Column>,
    cells: DMatrix<f64>,
}

/// A column of a table: its name, and its texts if it is one of texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The name, which no other column of the table has.
    pub name: String,
    /// The different texts of the column, in any order; `None` for a column of numbers.
    pub texts: Option<Vec<String>>,
}

/// The cells of one column.
#[derive(Debug, Clone)]
pub enum Cells {
    /// Numbers; NaN is a missing cell.
    Numbers(Vec<f64>),
    /// Texts; `None` is a missing cell.
    Texts(Vec<Option<String>>),
}

impl Table {
    /// A table of c columns from its cells (c×n, a sample is a column). A cell holds a number, or the place of its text
    /// among those of its column. NaN is a missing cell.
    ///
    /// # Errors
    /// Another number of columns than rows of cells, two columns of one name, a place without a text, an infinity.
    pub fn new(columns: Vec<Column>, cells: DMatrix<f64>) -> Result<Self, TableError> {
        if columns.len() != cells.nrows() {
            return Err(TableError::Sizes { expected: columns.len(), got: cells.nrows() });
        }
        let mut names = HashMap::new();
        for (column, Column { name, .. }) in columns.iter().enumerate() {
            if names.insert(name, column).is_some() {
                return Err(TableError::SameName { name: name.clone() });
            }
        }
        let known = |column: &Column, cell: f64| match &column.texts {
            None => cell.is_finite(),
            Some(texts) => cell.fract() == 0.0 && (0.0..texts.len() as f64).contains(&cell),
        };
        let is_wrong = |(at, cell): (usize, &f64)| !cell.is_nan() && !known(&columns[at % cells.nrows()], *cell);
        if let Some(at) = cells.iter().enumerate().position(is_wrong) {
            let (row, column) = (at / cells.nrows() + 1, columns[at % cells.nrows()].name.clone());
            return Err(TableError::Cell { row, column, cell: cells[at] });
        }
        Ok(Self { columns, cells })
    }

    /// A table of named columns, each with n cells.
    ///
    /// # Errors
    /// Columns of different lengths, two columns of one name, an infinity.
    pub fn of(columns: Vec<(String, Cells)>) -> Result<Self, TableError> {
        let length = |cells: &Cells| match cells {
            Cells::Numbers(numbers) => numbers.len(),
            Cells::Texts(texts) => texts.len(),
        };
        let n = columns.first().map_or(0, |(_, cells)| length(cells));
        if let Some((_, other)) = columns.iter().find(|(_, cells)| length(cells) != n) {
            return Err(TableError::Sizes { expected: n, got: length(other) });
        }
        let mut cells = DMatrix::zeros(columns.len(), n);
        let coded = columns.into_iter().enumerate().map(|(at, (name, column))| {
            let (numbers, texts) = column.coded();
            cells.row_mut(at).copy_from_slice(&numbers);
            Column { name, texts }
        });
        let columns = coded.collect();
        Self::new(columns, cells)
    }

    /// The columns, in the order of the cells.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The cells (c×n): a number, the place of a text among those of its column, or NaN.
    pub fn cells(&self) -> &DMatrix<f64> {
        &self.cells
    }

    /// The columns and their cells.
    pub fn into_parts(self) -> (Vec<Column>, DMatrix<f64>) {
        (self.columns, self.cells)
    }

    /// The number of missing cells of each column that has some.
    pub fn missing(&self) -> Vec<(String, usize)> {
        let mut counts = vec![0; self.columns.len()];
        for sample in self.cells.column_iter() {
            sample.iter().zip(&mut counts).for_each(|(cell, count)| *count += usize::from(cell.is_nan()));
        }
        let counted = self.columns.iter().zip(counts).filter(|(_, count)| *count > 0);
        counted.map(|(column, count)| (column.name.clone(), count)).collect()
    }

    /// Returns true for each sample that misses no cell.
    pub(super) fn whole(&self) -> Vec<bool> {
        self.cells.column_iter().map(|sample| sample.iter().all(|cell| !cell.is_nan())).collect()
    }

    /// The table without the samples that miss a cell, in the same memory, and the places of those that stay.
    pub fn without_missing(self) -> (Self, Vec<usize>) {
        let (c, whole) = (self.columns.len(), self.whole());
        let kept: Vec<usize> = (0..whole.len()).filter(|&sample| whole[sample]).collect();
        let mut cells: Vec<f64> = self.cells.data.into();
        for (to, &from) in kept.iter().enumerate() {
            cells.copy_within(from * c..(from + 1) * c, to * c);
        }
        cells.truncate(kept.len() * c);
        (Self { cells: DMatrix::from_vec(c, kept.len(), cells), columns: self.columns }, kept)
    }
}

impl Cells {
    /// The numbers, or the places of the texts; and the different texts, as they come.
    fn coded(self) -> (Vec<f64>, Option<Vec<String>>) {
        let texts = match self {
            Self::Numbers(numbers) => return (numbers, None),
            Self::Texts(texts) => texts,
        };
        let (mut places, mut different) = (HashMap::new(), Vec::new());
        let mut code = |text: String| {
            *places.entry(text).or_insert_with_key(|text: &String| {
                different.push(text.clone());
                different.len() - 1
            }) as f64
        };
        let codes = texts.into_iter().map(|text| text.map_or(f64::NAN, &mut code)).collect();
        (codes, Some(different))
    }
}
