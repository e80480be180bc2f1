//! Failures, with the place where they happened. An unsuccessful run is not a failure: see [`Status`](crate::Status).

use crate::Parameter;
use crate::space::Shape;
use std::any::Any;
use std::borrow::Cow;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};

/// The result of anything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure with its coordinates: parameter, place, block, iteration.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// One or more parameters are out of range; all of them are listed.
    #[error("invalid parameters: {}", .0.iter().map(Parameter::to_string).collect::<Vec<_>>().join("; "))]
    Parameters(Vec<Parameter>),
    /// A matrix does not have the size that its place asks for.
    #[error("{place}: expected size {expected}, got {got}")]
    Size {
        /// The place where the matrix was used.
        place: String,
        /// The size asked for.
        expected: Shape,
        /// The size found.
        got: Shape,
    },
    /// A quantity came out as NaN or infinite.
    #[error("{place} is not finite")]
    NotFinite {
        /// The quantity that has no answer.
        place: String,
    },
    /// A computation has no answer: an iteration that gave up, a matrix that cannot be factorised.
    #[error("{place} {problem}")]
    Numerical {
        /// The matrix, the system or the iteration, such as `the normal matrix`.
        place: String,
        /// The rest of the sentence, such as `is singular`.
        problem: String,
    },
    /// A penalty that is too small to bound f(x) + ρ/2 ‖x − v‖² from below, for a nonconvex f.
    #[error("the problem is unbounded below for the penalty {rho}: it must be above {smallest}")]
    Unbounded {
        /// The penalty ρ.
        rho: f64,
        /// The number that ρ must exceed.
        smallest: f64,
    },
    /// User code panicked; the panic was caught at the boundary.
    #[error("panicked: {0}")]
    Panic(String),
    /// The thread pool could not be made.
    #[error("threads: {0}")]
    Threads(String),
    /// A value has no form as bytes, or bytes are no such value.
    #[error("{0}")]
    Encoding(String),
    /// A file could not be read or written.
    #[error("cannot {operation} {}: {message}", .path.display())]
    File {
        /// The operation that failed, such as `write`.
        operation: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The kind of the cause.
        kind: io::ErrorKind,
        /// The cause in words.
        message: String,
    },
    /// A checkpoint that cannot be continued from.
    #[error("{}: {problem}", .path.display())]
    Checkpoint {
        /// The file of the checkpoint.
        path: PathBuf,
        /// The reason why it cannot be used.
        problem: Unusable,
    },
    /// A member of a group failed.
    #[error("member {index}: {source}")]
    Member {
        /// Its place in the group, counted from 0.
        index: usize,
        /// The error of the member.
        source: Box<Error>,
    },
    /// A rank failed: the same error on every rank.
    #[error("rank {rank}: {problem}")]
    Rank {
        /// The number of the rank, counted from 0.
        rank: usize,
        /// What is wrong with it, in words.
        problem: String,
    },
    /// A block failed inside a run. The state before the failing iteration is kept.
    #[error("block {block}, iteration {iteration}: {source}")]
    Block {
        /// The name of the block, `x` or `z`.
        block: String,
        /// Iteration, counted from 1.
        iteration: u64,
        /// The error of the block.
        source: Box<Error>,
    },
}

impl Error {
    /// An error about one parameter: its name, and the rest of a sentence that begins with the name.
    pub fn parameter(name: impl Into<Cow<'static, str>>, problem: impl Into<String>) -> Self {
        Error::Parameters(vec![Parameter::new(name, problem)])
    }

    /// An [`Error::Parameters`] with all of the problems, if there are any.
    ///
    /// # Errors
    /// [`Error::Parameters`] unless the list is empty.
    pub fn check_parameters(problems: Vec<Parameter>) -> Result<()> {
        if problems.is_empty() { Ok(()) } else { Err(Error::Parameters(problems)) }
    }

    /// An [`Error::NotFinite`]: the quantity at this place is not finite.
    pub fn not_finite(place: impl Into<String>) -> Self {
        Error::NotFinite { place: place.into() }
    }

    /// An [`Error::Numerical`]: a sentence in two parts, `the normal matrix` and `is singular`.
    pub fn numerical(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Error::Numerical { place: place.into(), problem: problem.into() }
    }

    /// Returns a function for `map_err` that adds operation and path to an error of the operating system.
    pub fn file(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |error| Error::File { operation, path: path.into(), kind: error.kind(), message: error.to_string() }
    }

    /// `Ok` where both shapes agree, an [`Error::Size`] that names the place where not.
    ///
    /// # Errors
    /// [`Error::Size`] where the sizes differ.
    pub fn check_size(place: &str, expected: impl Into<Shape>, got: impl Into<Shape>) -> Result<()> {
        let (expected, got) = (expected.into(), got.into());
        if expected == got {
            return Ok(());
        }
        Err(Error::Size { place: place.into(), expected, got })
    }

    /// This error with the block and the iteration in which it occurred.
    pub(crate) fn of_block(self, block: &str, iteration: u64) -> Self {
        Error::Block { block: block.into(), iteration, source: Box::new(self) }
    }

    /// Leaves code that cannot return an error. The next [`caught`] around it returns this error.
    pub fn unwind(self) -> ! {
        resume_unwind(Box::new(self))
    }

    /// The error that was [unwound](Self::unwind), or an [`Error::Panic`] with the message of a panic.
    fn panicked(panic: &(dyn Any + Send)) -> Self {
        if let Some(error) = panic.downcast_ref::<Error>() {
            return error.clone();
        }
        let message = panic.downcast_ref::<String>().cloned();
        let message = message.or_else(|| panic.downcast_ref::<&str>().map(|text| text.to_string()));
        Error::Panic(message.unwrap_or_else(|| "no message".into()))
    }
}

/// Why a checkpoint cannot be continued from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unusable {
    /// Its first bytes are not those of a checkpoint.
    #[error("it is no checkpoint")]
    Magic,
    /// It was written by a later version of this library, or by none.
    #[error("format {got} of checkpoints is unknown here, where it is {known}")]
    Version {
        /// The version in the file.
        got: u32,
        /// The one that is read here.
        known: u32,
    },
    /// A part of it is missing, or something was appended.
    #[error("it should have {expected} bytes and has {got}")]
    Length {
        /// The length that its header announces.
        expected: u64,
        /// The length found, or the expected length plus one if there is more.
        got: u64,
    },
    /// It was changed since it was written.
    #[error("it is damaged: its checksum is wrong")]
    Checksum,
    /// It belongs to a run of another configuration.
    #[error("it belongs to a run with other choices")]
    Configuration,
    /// It is whole, but holds another kind of state.
    #[error("it holds another kind of state: {0}")]
    Content(String),
}

/// Runs code of which a panic becomes an error, and an error that was [unwound](Error::unwind) that error.
///
/// ```
/// use admm::{Error, caught};
///
/// let failed = || -> usize { Error::not_finite("the sum").unwind() };
/// assert_eq!(caught(|| Ok(failed() + 1)), Err(Error::not_finite("the sum")));
/// assert_eq!(caught(|| Ok("3".parse::<usize>().unwrap())), Ok(3));
/// ```
///
/// # Errors
/// Those of the code, and [`Error::Panic`].
pub fn caught<R>(code: impl FnOnce() -> Result<R>) -> Result<R> {
    catch_unwind(AssertUnwindSafe(code)).unwrap_or_else(|panic| Err(Error::panicked(&*panic)))
}
