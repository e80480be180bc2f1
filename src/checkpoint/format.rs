//! The bytes of a checkpoint.
//!
//! | Bytes | |
//! |---|---|
//! | 8 | `ADMMCKPT` |
//! | 4 | version of the format, little-endian as all numbers |
//! | 16 | hash of the configuration |
//! | 8 | length of the state |
//! | 16 | XXH3 (128 bits) of all that precedes and of the state |
//! | … | the state, in the encoding of [`postcard`](https://postcard.jamesmunns.com/wire-format) |

use crate::error::{Unusable, caught};
use crate::file::Files;
use crate::{Error, Result};
use serde::{Serialize, de::DeserializeOwned};
use std::io;
use std::path::Path;
use twox_hash::XxHash3_128;

const MAGIC: &[u8; 8] = b"ADMMCKPT";
const VERSION: u32 = 1;
/// The length of the header that the checksum covers. The checksum follows it, and then the state.
const CHECKED: usize = 36;
const HEADER: usize = CHECKED + 16;

/// Every number keeps its bits; equal values have equal bytes.
///
/// # Errors
/// [`Error::Encoding`] for what does not say its length, such as a filtered sequence.
pub fn to_bytes(value: &impl Serialize) -> Result<Vec<u8>> {
    postcard::to_stdvec(value).map_err(|error| Error::Encoding(format!("cannot be written as bytes: {error}")))
}

/// The inverse of [`to_bytes`]. It takes no more memory than the bytes account for.
///
/// # Errors
/// [`Error::Encoding`] for bytes of another kind of value, missing or superfluous ones.
pub fn from_bytes<S: DeserializeOwned>(bytes: &[u8]) -> Result<S> {
    let bad = |problem: String| Error::Encoding(format!("cannot be read: {problem}"));
    match caught(|| postcard::take_from_bytes(bytes).map_err(|error| bad(error.to_string())))? {
        (value, []) => Ok(value),
        (_, rest) => Err(bad(format!("{} bytes are left over", rest.len()))),
    }
}

/// A hash of the bytes of a value, the same on every machine.
///
/// # Errors
/// Those of [`to_bytes`].
pub fn fingerprint(value: &impl Serialize) -> Result<u128> {
    struct Hash(XxHash3_128);
    impl io::Write for Hash {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.write(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let hashed = postcard::to_io(value, Hash(XxHash3_128::new()));
    hashed.map(|hash| hash.0.finish_128()).map_err(|error| Error::Encoding(format!("cannot be hashed: {error}")))
}

pub(super) fn encode(configuration: u128, state: &impl Serialize) -> Result<Vec<u8>> {
    let state = to_bytes(state)?;
    let mut bytes = Vec::with_capacity(HEADER + state.len());
    bytes.extend(MAGIC);
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend(configuration.to_le_bytes());
    bytes.extend((state.len() as u64).to_le_bytes());
    bytes.extend(checksum(&bytes, &state).to_le_bytes());
    bytes.extend(state);
    Ok(bytes)
}

/// The whole file. Its header is read first, so that another kind of file, or a length that is not true, takes no
/// memory.
pub(super) fn read(files: &dyn Files, path: &Path) -> Result<Vec<u8>> {
    let first = |most: u64| files.read(path, most).map_err(Error::file("read", path));
    let expected = announced(&first(HEADER as u64)?).map_err(unusable(path))?;
    let bytes = first(expected.saturating_add(1))?;
    match bytes.len() as u64 {
        got if got == expected => Ok(bytes),
        got => Err(unusable(path)(Unusable::Length { expected, got })),
    }
}

/// The state in a file of the right length.
pub(super) fn decode<S: DeserializeOwned>(bytes: &[u8], configuration: u128) -> Result<S, Unusable> {
    let (head, state) = (&bytes[..CHECKED], &bytes[HEADER..]);
    if bytes[CHECKED..HEADER] != checksum(head, state).to_le_bytes() {
        return Err(Unusable::Checksum);
    }
    if head[12..28] != configuration.to_le_bytes() {
        return Err(Unusable::Configuration);
    }
    from_bytes(state).map_err(|error| Unusable::Content(error.to_string()))
}

pub(super) fn unusable(path: &Path) -> impl FnOnce(Unusable) -> Error {
    move |problem| Error::Checkpoint { path: path.into(), problem }
}

/// The length of the file, by its header.
fn announced(header: &[u8]) -> Result<u64, Unusable> {
    if !header.starts_with(MAGIC) {
        return Err(Unusable::Magic);
    }
    let version = header[8..].first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
    let length = header.get(28..).and_then(|rest| rest.first_chunk()).map(|bytes| u64::from_le_bytes(*bytes));
    match (version, length) {
        (Some(got), _) if got != VERSION => Err(Unusable::Version { got, known: VERSION }),
        (Some(_), Some(length)) => Ok(length.saturating_add(HEADER as u64)),
        _ => Err(Unusable::Length { expected: HEADER as u64, got: header.len() as u64 }),
    }
}

fn checksum(head: &[u8], state: &[u8]) -> u128 {
    let mut hash = XxHash3_128::new();
    hash.write(head);
    hash.write(state);
    hash.finish_128()
}
