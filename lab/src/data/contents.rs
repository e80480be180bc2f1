//! The contents of columns besides numbers: texts and missing cells.

use std::collections::HashMap;

use admm_solvers::data::number_text;

use super::spelling::{Cell, Spelling};

/// The texts and the missing cells of a column.
#[derive(Debug, Clone, Default)]
pub(super) struct Contents {
    /// The different texts, if there are any: then every cell is the place of its text among them.
    pub(super) texts: Option<Vec<String>>,
    /// The first cell that is a text.
    pub(super) first_text: Option<Spot>,
    /// The first missing cell.
    pub(super) first_missing: Option<Spot>,
}

/// A cell and its row, from 0.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    pub(super) row: usize,
    pub(super) text: String,
}

/// A column that is read cell by cell.
#[derive(Default)]
pub(super) struct ColumnReader {
    pub(super) contents: Contents,
    places: HashMap<String, usize>,
}

impl ColumnReader {
    /// A column of which it is known whether it holds texts.
    #[cfg(feature = "parquet")]
    pub(super) fn new(contents: Contents) -> Self {
        Self { contents, places: HashMap::new() }
    }

    /// Remembers the first missing cell.
    pub(super) fn note_missing(&mut self, row: usize, text: &str) {
        self.contents.first_missing.get_or_insert_with(|| Spot { row, text: text.into() });
    }

    /// Returns true if the column has numbers alone so far.
    pub(super) fn is_numeric(&self) -> bool {
        self.contents.texts.is_none()
    }

    /// Reads the cell of a row: a number, NaN, or the place of a text. `None` where it is the first text: then
    /// [`turn`](Self::turn) the cells above to texts, and read it again.
    pub(super) fn read(&mut self, text: &str, row: usize, spelling: &mut Spelling) -> Option<f64> {
        let spot = || Spot { row, text: text.into() };
        match spelling.read(text) {
            Cell::Missing => {
                self.note_missing(row, text);
                Some(f64::NAN)
            }
            Cell::Number(number) if self.is_numeric() => Some(number),
            Cell::Number(_) => Some(self.place(spelling.text(text))),
            Cell::Text => {
                self.contents.first_text.get_or_insert_with(spot);
                (!self.is_numeric()).then(|| self.place(text.into()))
            }
        }
    }

    /// Makes texts of the numbers above, each in one spelling.
    pub(super) fn turn<'a>(&mut self, above: impl Iterator<Item = &'a mut f64>) {
        self.contents.texts = Some(Vec::new());
        above.filter(|cell| !cell.is_nan()).for_each(|cell| *cell = self.place(number_text(*cell)));
    }

    /// The number of different texts.
    pub(super) fn count(&self) -> usize {
        self.places.len()
    }

    pub(super) fn place(&mut self, text: String) -> f64 {
        let texts = self.contents.texts.get_or_insert_default();
        let next = texts.len();
        let place = *self.places.entry(text).or_insert_with_key(|text| {
            texts.push(text.clone());
            next
        });
        place as f64
    }
}
