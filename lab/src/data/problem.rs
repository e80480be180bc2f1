//! Errors inside a text file, and the notation of a place.

use std::fmt;

/// An error in one line of text.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LineProblem {
    /// Not the same number of fields as in the first line.
    #[error("expected {expected} fields, got {got}")]
    Ragged {
        /// Fields in the first line.
        expected: usize,
        /// Fields in this line.
        got: usize,
    },
    /// Nothing in the line, and data after it.
    #[error("blank line inside the data")]
    Blank,
    /// A quoted field that never ends.
    #[error("a quote is opened and not closed")]
    OpenQuote,
    /// Text between a closing quote and the next separator.
    #[error("field {field} goes on after its closing quote")]
    AfterQuote {
        /// The number of the field, from 1.
        field: usize,
    },
    /// The line has a NUL byte.
    #[error("NUL byte: not a text file, or UTF-16 (convert it to UTF-8)")]
    Nul,
    /// UTF-16 by its byte order mark.
    #[error("the file is UTF-16: convert it to UTF-8 (iconv -f UTF-16 -t UTF-8)")]
    Utf16,
    /// Bytes that are not UTF-8.
    #[error("field {field} is not UTF-8")]
    NotUtf8 {
        /// The number of the field, from 1.
        field: usize,
    },
    /// A record that is longer than anything reasonable.
    #[error("longer than {limit} bytes")]
    TooLong {
        /// The longest record accepted.
        limit: usize,
    },
    /// Text where a number is needed.
    #[error("column `{column}`: `{value}` is not a number")]
    NotANumber {
        /// The column by its name or number.
        column: String,
        /// The field, shortened where it is long.
        value: String,
    },
    /// A field `index:value` of svmlight that cannot be used.
    #[error("`{item}`: {reason}")]
    Item {
        /// The field, shortened where it is long.
        item: String,
        /// The reason why it is no number.
        reason: &'static str,
    },
}

/// An error in a header.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderProblem {
    /// A column without a name.
    #[error("column {column} of the header has no name; name it, or drop it by its number")]
    EmptyName {
        /// The number of the column, from 1.
        column: usize,
    },
    /// Two columns with one name.
    #[error("the header names columns {first} and {second} both `{name}`")]
    SameName {
        /// The name that occurs twice.
        name: String,
        /// The first column of this name.
        first: usize,
        /// The second column of this name.
        second: usize,
    },
}

/// A sample, and its line where the file has lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The number of the sample, from 1.
    pub row: usize,
    /// The physical line of the file.
    pub line: Option<usize>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line} (row {})", self.row),
            None => write!(f, "row {}", self.row),
        }
    }
}
