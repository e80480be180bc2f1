//! Errors of data, each with its place.

use std::io;
use std::path::{Path, PathBuf};

use admm_solvers::data::TableError;

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
        /// The operation that failed, such as `open`.
        operation: &'static str,
        /// The file that was read.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// There is neither such a file nor such an embedded data set.
    #[error("{}: no such file, and the embedded data sets are {}", .path.display(), .embedded.join(", "))]
    NotFound {
        /// The path that was given.
        path: PathBuf,
        /// The names that would have worked without a file.
        embedded: Vec<String>,
    },
    /// A directory, a pipe or a device where a regular file is needed.
    #[error("{}: is a {kind}, not a regular file", .path.display())]
    NotAFile {
        /// The path that was given.
        path: PathBuf,
        /// The kind of thing at this path.
        kind: &'static str,
    },
    /// An option that the format of the file has no use for.
    #[error("{}: {option} applies to CSV only", .path.display())]
    Option {
        /// The file that was read.
        path: PathBuf,
        /// The flag that does not fit.
        option: &'static str,
    },
    /// No samples or no features.
    #[error("{}: {what}", .path.display())]
    Empty {
        /// The file that was read.
        path: PathBuf,
        /// The missing part.
        what: &'static str,
    },
    /// The table does not fit into memory.
    #[error("{}: {shape} is too large: at most {limit} bytes are available", .path.display())]
    TooLarge {
        /// The file that was read.
        path: PathBuf,
        /// The shape asked for, or reached when reading stopped.
        shape: String,
        /// Bytes available.
        limit: u64,
    },
    /// A binary file is shorter than its header says.
    #[error("{}: truncated: the header promises {expected} bytes, found {got}", .path.display())]
    Truncated {
        /// The file that was read.
        path: PathBuf,
        /// Bytes that the header promises.
        expected: u64,
        /// Bytes present.
        got: u64,
    },
    /// A binary file breaks its format.
    #[error("{}: {problem}", .path.display())]
    Format {
        /// The file that was read.
        path: PathBuf,
        /// A description of the problem.
        problem: String,
    },
    /// A text file breaks its format in one line.
    #[error("{}, line {line}: {problem}", .path.display())]
    Line {
        /// The file that was read.
        path: PathBuf,
        /// The number of the line, from 1.
        line: usize,
        /// The problem with its details.
        problem: LineProblem,
    },
    /// A header that does not name its columns.
    #[error("{}: {problem}", .path.display())]
    Header {
        /// The file that was read.
        path: PathBuf,
        /// The problem with its details.
        problem: HeaderProblem,
    },
    /// A column asked for by name or number is not there, or not usable.
    #[error("{}: column `{name}` {problem}; the columns are {}", .path.display(), list(.available))]
    Column {
        /// The file that was read.
        path: PathBuf,
        /// The column asked for.
        name: String,
        /// A description of the problem.
        problem: String,
        /// The columns of the file.
        available: Vec<String>,
    },
    /// X contains NaN or an infinity.
    #[error("{}, {place}, column `{column}`: {value} is not finite ({count} such values in all)", .path.display())]
    NotFinite {
        /// The file that was read.
        path: PathBuf,
        /// The place of the first such value.
        place: Place,
        /// The feature of the first one.
        column: String,
        /// The first one.
        value: f64,
        /// The number of values that are not finite.
        count: usize,
    },
    /// X and y do not have the same number of samples.
    #[error("{}: {x} samples but {y} labels", .path.display())]
    Lengths {
        /// The file that holds y.
        path: PathBuf,
        /// The number of samples in X.
        x: usize,
        /// The number of labels in y.
        y: usize,
    },
    /// A sample without a label.
    #[error("{}, {place}: the label is missing", .path.display())]
    MissingLabel {
        /// The file that was read.
        path: PathBuf,
        /// The place of the value.
        place: Place,
    },
    /// A number that is no class.
    #[error("{}, {place}: label {value} is not an integer; is it a regression target, for --loss squared?{}", .path.display(), other_column(.path))]
    FractionalLabel {
        /// The file that was read.
        path: PathBuf,
        /// The place of the value.
        place: Place,
        /// The label as text.
        value: String,
    },
    /// A target that is no finite number.
    #[error("{}, {place}: the target `{}` is not a finite number", .path.display(), excerpt(.value))]
    Target {
        /// The file that was read.
        path: PathBuf,
        /// The place of the value.
        place: Place,
        /// The target as text.
        value: String,
    },
    /// A target of several that is no finite number.
    #[error("{name}, row {row}, column `{column}`: the target `{}` is not a finite number", excerpt(.value))]
    TargetOf {
        /// The name of the data.
        name: String,
        /// The number of the sample, from 1.
        row: usize,
        /// The column of the target.
        column: String,
        /// The target as text.
        value: String,
    },
    /// A column that is to be predicted twice.
    #[error("--label gives `{0}` twice")]
    SameTarget(String),
    /// A weight that is no number from 0 up.
    #[error("{name}, row {row}, column `{column}`: a weight is a number from 0 up, not `{}`", excerpt(.value))]
    Weight {
        /// The name of the data.
        name: String,
        /// The number of the sample, from 1.
        row: usize,
        /// The column of the weights.
        column: String,
        /// The weight as text.
        value: String,
    },
    /// A sample without a group.
    #[error("{name}, row {row}, column `{column}`: the group is missing")]
    MissingGroup {
        /// The name of the data.
        name: String,
        /// The number of the sample, from 1.
        row: usize,
        /// The column of the groups.
        column: String,
    },
    /// A label that was not there when the classes were made.
    #[error("row {row}: unknown label `{label}`; the classes are {}", list(.classes))]
    UnseenLabel {
        /// The number of the sample, from 1.
        row: usize,
        /// The label of the sample.
        label: String,
        /// The known classes.
        classes: Vec<String>,
    },
    /// Fewer than two classes, or names that do not tell them apart.
    #[error("at least two distinct classes are needed, got {}", if .0.is_empty() { "none".into() } else { list(.0) })]
    Classes(Vec<String>),
    /// A table that cannot be made into features.
    #[error("{}{}: {source}", .path.display(), .line.map_or(String::new(), |line| format!(", line {line}")))]
    Table {
        /// The file that was read.
        path: PathBuf,
        /// The line of the row that is wrong, where the file has lines.
        line: Option<usize>,
        /// The problem with its details.
        source: Box<TableError>,
    },
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

/// Returns advice about a column of numbers that are no classes.
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
