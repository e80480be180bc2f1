//! A fit under way: what its observer sees, and what it is continued from.

use super::Progress;
use crate::joint::Method;
use admm::Result;
use serde::{Deserialize, Serialize};
use std::ops::Deref;

/// The position of a fit under way. On the same data, with the same choices,
/// [`Prepared::resume`](crate::joint::Prepared::resume) ends with the bits of a fit that went on from here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// The method of the fit.
    pub method: Method,
    /// One entry an outer iteration so far.
    pub history: Vec<Progress>,
    /// All that the method has besides, in the encoding of [`admm::checkpoint`].
    pub(crate) state: Vec<u8>,
}

/// An outer iteration as the observer of a fit sees it.
pub struct Moment<'a> {
    pub(crate) method: Method,
    pub(crate) history: &'a [Progress],
    pub(crate) progress: Progress,
    pub(crate) state: Option<&'a dyn Fn() -> Result<Vec<u8>>>,
}

impl Moment<'_> {
    /// Returns the position of the fit, unless it ends here.
    ///
    /// # Errors
    /// [`Error::Encoding`](admm::Error::Encoding).
    pub fn position(&self) -> Result<Option<Position>> {
        let of = |state| Position { method: self.method, history: self.history.to_vec(), state };
        self.state.map(|state| state().map(of)).transpose()
    }
}

impl Deref for Moment<'_> {
    type Target = Progress;
    fn deref(&self) -> &Progress {
        &self.progress
    }
}
