//! Numbers in a file, read by the operating system as they are used.

use super::Features;
use crate::scalar::Scalar;
use crate::view::Map;
use std::fs::File;
use std::io;

impl<T: Scalar> Features<T> {
    /// The samples of d features each that stand in a file from a byte offset to its end, one after the other, in the
    /// byte order of this machine. A row-major n×d `.npy` is such a file, and its header ends at a multiple of 64
    /// bytes.
    ///
    /// However large the file, it takes no memory but the operating system's cache. As every mapped file, it must not
    /// be changed while it is used; if it is cut short, the operating system ends the process.
    ///
    /// # Errors
    /// A file that cannot be mapped; an offset beyond its end, or that is no multiple of the size of a number; a length
    /// that is no multiple of d numbers.
    pub fn map(file: &File, offset: u64, d: usize) -> io::Result<Self> {
        let invalid = |problem: String| io::Error::new(io::ErrorKind::InvalidData, problem);
        Features::shared(Map::<T>::new(file, offset)?, d).map_err(|error| invalid(error.to_string()))
    }
}
