//! Exceptions on their way from a method of the user, through the coordinator, to the caller.

use crate::failure::raised;
use admm::Error;
use pyo3::prelude::*;
use std::sync::{Arc, Mutex, PoisonError};

/// The first exception that a method of the user raised. The coordinator has an error in its place.
#[derive(Clone, Debug, Default)]
pub struct Stash(Arc<Mutex<Option<PyErr>>>);

impl Stash {
    /// Keeps an exception, and returns the error that stands for it.
    pub fn keep(&self, exception: PyErr) -> Error {
        let error = Error::numerical("a method of the block", format!("raised {exception}"));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(exception);
        error
    }

    /// Returns true if there is an exception.
    pub fn is_full(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// The exception, if there is one, with a note of where it was raised.
    pub fn raised(&self, py: Python<'_>, place: &str) -> Option<PyErr> {
        let exception = self.0.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        // Where a note cannot be added the exception is worth more than the place.
        _ = exception.value(py).call_method1("add_note", (place,));
        Some(exception)
    }

    /// The exception to raise for an error: the one that it stands for, with its place, or the error in words.
    pub fn failure(&self, py: Python<'_>, error: Error) -> PyErr {
        self.raised(py, &place(&error)).unwrap_or_else(|| raised(error))
    }
}

/// The block, the iteration and the member of an error, in words.
fn place(error: &Error) -> String {
    match error {
        Error::Block { block, iteration, source } => match &**source {
            Error::Member { index, .. } => format!("in block {block}, member {index}, iteration {iteration}"),
            _ => format!("in block {block}, iteration {iteration}"),
        },
        Error::Member { index, .. } => format!("in member {index}"),
        _ => "in a method of a block".into(),
    }
}
