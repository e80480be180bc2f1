//! Failures that end the program early, and their exit codes.

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::data::DataError;
use crate::flags::flagged;
use crate::output::figure::FigureError;
use crate::words::visible;

/// The exit code of a run that was asked to stop.
pub const INTERRUPTED: u8 = 130;

/// The reasons to end with an exit code other than 0.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Flags that are out of range, all of them.
    #[error("{}", .0.join("\n  "))]
    Usage(Vec<String>),
    /// Data that cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Data that flags would accept.
    #[error("{source}\n  {advice}")]
    Unprepared {
        /// The error of the data.
        source: Box<DataError>,
        /// The flags, in sentences.
        advice: String,
    },
    /// A figure that cannot be drawn.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// Data that do not fit others.
    #[error("{name}: {source}")]
    Mismatch {
        /// The name of the data.
        name: String,
        /// The error of the data.
        source: DataError,
    },
    /// The library could not do it.
    #[error("{task}: {source}")]
    Library {
        /// The task that failed.
        task: String,
        /// The error of the library.
        source: admm::Error,
    },
    /// A result that could not be read or written.
    #[error("cannot {operation} {}: {source}", .path.display())]
    Io {
        /// The operation that failed, such as `write`.
        operation: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// A file could not be written, or a checkpoint not be read.
    #[error(transparent)]
    File(#[from] admm::Error),
    /// Data that are not those of the run to be continued.
    #[error("{name}: the data have changed since the run began, which cannot be continued with others")]
    Changed {
        /// The name of the data.
        name: String,
    },
    /// Standard output does not take more.
    #[error("cannot write to standard output: {0}")]
    Stdout(#[source] io::Error),
    /// Anything else that the user can do something about.
    #[error("{0}")]
    Other(String),
    /// Ctrl-C or the time limit, after the results so far were printed and saved.
    #[error("interrupted")]
    Interrupted,
}

impl Failure {
    /// Returns a function for `map_err` that turns an error of the library into a failure of the task.
    pub fn library(task: impl Into<String>) -> impl FnOnce(admm::Error) -> Self {
        let task = task.into();
        move |source| Self::Library { task, source }
    }

    /// Returns a function for `map_err` that adds the name of the data to an error.
    pub fn mismatch(name: &str) -> impl FnOnce(DataError) -> Self {
        let name = name.into();
        move |source| Self::Mismatch { name, source }
    }

    /// Returns a function for `map_err` that adds operation and path to an error of the operating system.
    pub fn io(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { operation, path: path.into(), source }
    }

    /// Returns a function for `map_err` on the errors of a fit. It names the flags that do not fit the data, and γ
    /// where the objective has no lower bound without a constraint.
    pub fn of_fit(name: &str) -> impl FnOnce(admm::Error) -> Self {
        move |error| match error {
            admm::Error::Unbounded { rho, smallest } => Self::Other(format!(
                "{name}: without a constraint the objective is unbounded below at the shrinkage γ = {rho:?}, which must \
                 be above {smallest:?}; set it by --shrinkage, choose --constraint orthonormal, unit-norm or ball, or a weight \
                 of 0"
            )),
            admm::Error::Parameters(problems) => Self::Other(format!("{name}: {}", flagged(&problems).join("\n  "))),
            error => Self::library(name)(error),
        }
    }

    /// Prints the message on stderr. A run that was interrupted has said so, and a reader of stdout who has left wants
    /// to hear no more.
    pub fn print(&self) {
        if !matches!(self, Self::Interrupted) && !self.is_broken_pipe() {
            let _ = writeln!(io::stderr(), "error: {}", visible(&with_causes(self)));
        }
    }

    /// The exit code of the program. A reader of stdout who has left is no failure.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Interrupted => INTERRUPTED,
            _ if self.is_broken_pipe() => 0,
            _ => 1,
        }
    }

    fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Stdout(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// The message, and below it every cause that it does not tell already.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        if !text.contains(&message) {
            text = format!("{text}\n  caused by: {message}");
        }
        cause = error.source();
    }
    text
}
