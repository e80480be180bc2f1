//! The spelling of cells: numbers with a decimal point or comma, missing cells, and texts.

use admm_solvers::data::number_text;

/// The mark before the decimals of a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Decimal {
    /// A point, whatever the separator.
    #[default]
    Point,
    /// A comma, whatever the separator.
    Comma,
    /// A comma in files whose columns are separated by semicolons, as spreadsheets write them, unless numbers have points.
    Look,
}

/// The texts that stand for a missing cell in every file.
const MISSING: [&str; 8] = ["", "NA", "N/A", "nan", "NaN", "null", "None", "?"];

/// Returns true if a text stands for a missing cell.
pub(super) fn is_missing(text: &str, more: &[String]) -> bool {
    MISSING.contains(&text) || more.iter().any(|spelling| spelling == text)
}

/// A cell that was read.
pub(super) enum Cell {
    /// A number, which may be an infinity.
    Number(f64),
    /// One of the texts for a missing cell.
    Missing,
    /// Anything else.
    Text,
}

/// The spelling of the cells of a file, and what was seen of it.
#[derive(Clone)]
pub(super) struct Spelling {
    /// More texts that stand for a missing cell.
    more: Vec<String>,
    decimal: Decimal,
    /// A cell with a decimal comma, and one with a point, where both are looked for.
    seen: [Option<String>; 2],
}

impl Spelling {
    /// The spelling in a file with this separator.
    pub(super) fn new(more: &[String], decimal: Decimal, separator: u8) -> Self {
        let decimal = match decimal {
            Decimal::Look if separator != b';' => Decimal::Point,
            decimal => decimal,
        };
        Self { more: more.to_vec(), decimal, seen: [None, None] }
    }

    /// Returns true if the mark before the decimals is looked for.
    pub(super) fn looks(&self) -> bool {
        self.decimal == Decimal::Look
    }

    /// Returns true if a text stands for a missing cell.
    pub(super) fn is_missing(&self, text: &str) -> bool {
        is_missing(text, &self.more)
    }

    /// Reads a cell without blanks around it.
    pub(super) fn read(&mut self, text: &str) -> Cell {
        if self.more.iter().any(|spelling| spelling == text) {
            return Cell::Missing;
        }
        match self.number(text) {
            Some(number) if number.is_nan() => Cell::Missing,
            Some(number) if self.more.iter().any(|spelling| spelling.parse() == Ok(number)) => Cell::Missing,
            Some(number) => Cell::Number(number),
            None if MISSING.contains(&text) => Cell::Missing,
            None => Cell::Text,
        }
    }

    /// Returns true if a text is a number, which may be NaN.
    pub(super) fn is_number(&self, text: &str) -> bool {
        self.parse(text).is_some()
    }

    fn parse(&self, text: &str) -> Option<f64> {
        let with_comma = || if text.contains('.') { None } else { text.replacen(',', ".", 1).parse().ok() };
        match self.decimal {
            Decimal::Point => text.parse().ok(),
            Decimal::Comma => with_comma(),
            Decimal::Look => text.parse().ok().or_else(with_comma),
        }
    }

    fn number(&mut self, text: &str) -> Option<f64> {
        let number = self.parse(text);
        if self.decimal == Decimal::Look
            && number.is_some()
            && let Some(mark) = [',', '.'].iter().position(|&mark| text.contains(mark))
        {
            self.seen[mark].get_or_insert_with(|| text.into());
        }
        number
    }

    /// The text of a cell, where numbers have one spelling.
    pub(super) fn text(&mut self, text: &str) -> String {
        self.number(text).map_or_else(|| text.into(), number_text)
    }

    /// Cells with a decimal comma and with a point, as far as there are some of either.
    pub(super) fn seen(&self) -> (Option<&str>, Option<&str>) {
        (self.seen[0].as_deref(), self.seen[1].as_deref())
    }
}
