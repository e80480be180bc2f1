//! Some consecutive samples of X as an X of its own.

use super::{Features, Storage};
use crate::scalar::Scalar;
use std::ops::Range;
use std::sync::Arc;

/// A part of memory that somebody else owns.
struct Window<T> {
    owner: Arc<dyn AsRef<[T]> + Send + Sync>,
    numbers: Range<usize>,
}

impl<T> AsRef<[T]> for Window<T> {
    fn as_ref(&self) -> &[T] {
        &(*self.owner).as_ref()[self.numbers.clone()]
    }
}

impl<T: Scalar> Features<T> {
    /// The samples of a range: in the same memory where that is shared or mapped, else a copy.
    ///
    /// ```
    /// use admm_solvers::data::Features;
    ///
    /// let x = Features::shared((0..12).map(f64::from).collect::<Vec<_>>(), 3)?;
    /// let last = x.range(2..4);
    /// assert!(last.is_shared() && last.to_dense() == x.to_dense().columns(2, 2));
    /// # Ok::<(), admm::Error>(())
    /// ```
    ///
    /// # Panics
    /// If the range ends beyond n.
    pub fn range(&self, range: Range<usize>) -> Self {
        assert!(range.end <= self.ncols(), "samples of X");
        let storage = match &self.storage {
            Storage::Shared { owner, d } => {
                let owner = Arc::new(Window { owner: owner.clone(), numbers: range.start * d..range.end * d });
                Storage::Shared { owner, d: *d }
            }
            Storage::Parts(x) => x.range(range).storage,
            _ => return self.select(&range.collect::<Vec<_>>()),
        };
        Features { storage, ..self.clone() }
    }

    /// Returns true if the numbers are in memory of another owner, such as a mapped file.
    pub fn is_shared(&self) -> bool {
        matches!(self.storage, Storage::Shared { .. } | Storage::Parts(_))
    }
}
