//! Errors of tables and their encoding, each with its column.

/// A table that cannot be made into features. Rows count from 1.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// Columns or cells of another number than expected.
    #[error("expected {expected} columns or cells, got {got}")]
    Sizes {
        /// The number expected.
        expected: usize,
        /// The number found.
        got: usize,
    },
    /// Two columns or features of one name.
    #[error("two columns or features have the name `{name}`")]
    SameName {
        /// The name that occurs twice.
        name: String,
    },
    /// A cell that is an infinity, or a text that its column does not have.
    #[error("row {row}, column `{column}`: {cell} is not finite, or no text of the column")]
    Cell {
        /// The number of the sample.
        row: usize,
        /// The name of the column.
        column: String,
        /// The content of the cell.
        cell: f64,
    },
    /// Columns of text or missing cells, where nobody has chosen what to do with them.
    #[error("{}", unprepared(.texts, .missing))]
    Unprepared {
        /// The columns of text.
        texts: Vec<String>,
        /// The columns with missing cells, and how many each has.
        missing: Vec<(String, usize)>,
    },
    /// A column without a single cell.
    #[error("column `{column}`: all cells are missing")]
    NoCells {
        /// The name of the column.
        column: String,
    },
    /// A column of dates, which is no category.
    #[error("column `{column}`: `{text}` is a date, which is no category: make numbers of it, such as days or months")]
    Dates {
        /// The name of the column.
        column: String,
        /// One of its texts.
        text: String,
    },
    /// A column of text with too many levels for a category.
    #[error("column `{column}`: {levels} different texts in {cells} cells are no category but free text or a name")]
    FreeText {
        /// The name of the column.
        column: String,
        /// The number of its levels.
        levels: usize,
        /// The number of its cells that are not missing.
        cells: usize,
    },
    /// A table with other columns than those that the encoding was learnt from.
    #[error("other columns than expected: missing {missing:?}, unknown {unknown:?}")]
    Columns {
        /// Those that are not there.
        missing: Vec<String>,
        /// Those that are not expected.
        unknown: Vec<String>,
    },
    /// Text in a column of numbers.
    #[error("row {row}, column `{column}`: `{text}` is not a number")]
    NotANumber {
        /// The number of the sample.
        row: usize,
        /// The name of the column.
        column: String,
        /// The text in the cell.
        text: String,
    },
    /// A level that was not there when the encoding was learnt.
    #[error("row {row}, column `{column}`: unknown level `{level}`; the levels are {}", .levels.join(", "))]
    UnknownLevel {
        /// The number of the sample.
        row: usize,
        /// The name of the column.
        column: String,
        /// The unknown level.
        level: String,
        /// The known levels.
        levels: Vec<String>,
    },
}

fn unprepared(texts: &[String], missing: &[(String, usize)]) -> String {
    let list = |names: Vec<String>| names.join(", ");
    let texts = (!texts.is_empty())
        .then(|| format!("columns of text: {}", list(texts.iter().map(|name| format!("`{name}`")).collect())));
    let total: usize = missing.iter().map(|(_, count)| count).sum();
    let counted = || list(missing.iter().map(|(name, count)| format!("`{name}` ({count})")).collect());
    let missing = (total > 0).then(|| format!("{total} cells are missing, in {}", counted()));
    texts.into_iter().chain(missing).collect::<Vec<_>>().join("; ")
}
