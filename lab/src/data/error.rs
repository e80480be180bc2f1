//! What can be wrong with data, and where.

use std::io;
use std::path::{Path, PathBuf};

use super::format::Format;
use super::problem::{HeaderProblem, LineProblem, Place};
use crate::words::{count, excerpt, some_of};

/// Data that cannot be used. Rows, lines and columns count from 1; a line is a physical line of the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The operating system refused.
    #[error("cannot {operation} {}: {source}", .path.display())]
    Io {
        /// What was attempted, such as `open`.
        operation: &'static str,
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// There is neither such a file nor such an embedded data set.
    #[error("{}: no such file, and the embedded data sets are {}", .path.display(), .embedded.join(", "))]
    NotFound {
        /// What was asked for.
        path: PathBuf,
        /// The names that would have worked without a file.
        embedded: Vec<String>,
    },
    /// A directory, a pipe or a device where a regular file is needed.
    #[error("{}: is a {kind}, not a regular file", .path.display())]
    NotAFile {
        /// What was asked for.
        path: PathBuf,
        /// What it is.
        kind: &'static str,
    },
    /// An option that the format of the file has no use for.
    #[error("{}: {option} applies to CSV only", .path.display())]
    Option {
        /// The file.
        path: PathBuf,
        /// The option.
        option: &'static str,
    },
    /// No samples or no features.
    #[error("{}: {what}", .path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// What is missing.
        what: &'static str,
    },
    /// The table does not fit into memory.
    #[error("{}: {shape} is too large: at most {limit} bytes are available", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The shape asked for, or reached when reading stopped.
        shape: String,
        /// Bytes available.
        limit: u64,
    },
    /// A binary file is shorter than its header says.
    #[error("{}: truncated: the header promises {expected} bytes, found {got}", .path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Bytes that the header promises.
        expected: u64,
        /// Bytes present.
        got: u64,
    },
    /// A binary file breaks its format.
    #[error("{}: {problem}", .path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// A text file breaks its format in one line.
    #[error("{}, line {line}: {problem}", .path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// What is wrong.
        problem: LineProblem,
    },
    /// A header that does not name its columns.
    #[error("{}: {problem}", .path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: HeaderProblem,
    },
    /// A column asked for by name or number is not there, or not usable.
    #[error("{}: column `{name}` {problem}; the columns are {}", .path.display(), list(.available))]
    Column {
        /// The file.
        path: PathBuf,
        /// The column asked for.
        name: String,
        /// What is wrong.
        problem: String,
        /// The columns of the file.
        available: Vec<String>,
    },
    /// X contains NaN or an infinity.
    #[error("{}, {place}, column `{column}`: {value} is not finite ({count} such values in all)", .path.display())]
    NotFinite {
        /// The file.
        path: PathBuf,
        /// Where the first one is.
        place: Place,
        /// The feature of the first one.
        column: String,
        /// The first one.
        value: f64,
        /// How many values are not finite.
        count: usize,
    },
    /// X and y do not have the same number of samples.
    #[error("{}: {x} samples but {y} labels", .path.display())]
    Lengths {
        /// The file that holds y.
        path: PathBuf,
        /// Samples in X.
        x: usize,
        /// Labels in y.
        y: usize,
    },
    /// A sample without a label.
    #[error("{}, {place}: the label is missing", .path.display())]
    MissingLabel {
        /// The file.
        path: PathBuf,
        /// Where.
        place: Place,
    },
    /// A number that is no class.
    #[error("{}, {place}: label {value} is not an integer; is it a regression target?{}", .path.display(), other_column(.path))]
    FractionalLabel {
        /// The file.
        path: PathBuf,
        /// Where.
        place: Place,
        /// The label.
        value: String,
    },
    /// A label that was not there when the classes were made.
    #[error("row {row}: unknown label `{label}`; the classes are {}", list(.classes))]
    UnseenLabel {
        /// The sample.
        row: usize,
        /// Its label.
        label: String,
        /// The known classes.
        classes: Vec<String>,
    },
    /// Fewer than two classes, or names that do not tell them apart.
    #[error("at least two distinct classes are needed, got {}", if .0.is_empty() { "none".into() } else { list(.0) })]
    Classes(Vec<String>),
    /// Other features than expected.
    #[error("{}: {}", features_found(*.expected, *.got), features_amiss(.missing, .unknown))]
    Features {
        /// The number of features expected.
        expected: usize,
        /// The number of features found.
        got: usize,
        /// Those that are not there.
        missing: Vec<String>,
        /// Those that are not expected.
        unknown: Vec<String>,
    },
}

fn features_found(expected: usize, got: usize) -> String {
    if expected == got {
        "other features than expected".into()
    } else {
        format!("expected {}, got {got}", count(expected, "feature"))
    }
}

fn features_amiss(missing: &[String], unknown: &[String]) -> String {
    let some = |names: &[String], is: &str, are: &str| {
        (!names.is_empty()).then(|| format!("{} {}", some_of(names, 3), if names.len() == 1 { is } else { are }))
    };
    let parts = [some(missing, "is missing", "are missing"), some(unknown, "is unknown", "are unknown")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What to do about a column of numbers that are no classes.
fn other_column(path: &Path) -> &'static str {
    if Format::of(path) == Format::Csv { " (--label says which column holds the classes)" } else { "" }
}

impl DataError {
    pub(super) fn io(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { operation, path: path.into(), source }
    }

    pub(super) fn empty(path: &Path, what: &'static str) -> Self {
        Self::Empty { path: path.into(), what }
    }

    pub(super) fn format(path: &Path, problem: impl Into<String>) -> Self {
        Self::Format { path: path.into(), problem: problem.into() }
    }

    pub(super) fn line(path: &Path, line: usize, problem: LineProblem) -> Self {
        Self::Line { path: path.into(), line, problem }
    }
}

fn list(names: &[String]) -> String {
    let shown = names.iter().take(12).map(|name| excerpt(name)).collect::<Vec<_>>().join(", ");
    if names.len() > 12 { format!("{shown}, … ({} in all)", names.len()) } else { shown }
}
