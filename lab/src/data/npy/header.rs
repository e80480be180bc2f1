//! The header of a numpy array: a line of Python that tells the type, the order and the shape of its items.

use std::io::{self, Read};
use std::path::Path;

use super::super::error::DataError;
use super::super::source::Budget;

/// The longest header that is accepted, as in numpy.
const MAX_LENGTH: usize = 10_000;

/// The longest name of a type that numpy writes.
const MAX_TYPE: usize = 16;

/// The header of an array.
#[derive(Debug, PartialEq)]
pub(super) struct Header {
    /// The type of an item as numpy names it, such as `<f8`.
    pub type_name: String,
    /// The type of an item; `None` for one that has no fixed size or several fields.
    pub item: Option<Item>,
    /// True if the first index runs fastest.
    pub fortran_order: bool,
    /// The number of items along each dimension. Their product fits into 64 bits.
    pub shape: Vec<u64>,
    /// The length of the header itself, in bytes.
    pub length: u64,
}

/// The type of an item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Item {
    /// `f` for floating point, `i` and `u` for integers, `b` for Booleans, `S` for bytes and `U` for UTF-32.
    pub kind: char,
    /// The length of an item, in bytes.
    pub size: u64,
    /// True if the highest byte of a number or a character comes first.
    pub big_endian: bool,
}

impl Header {
    /// Reads a header from the start of an array.
    ///
    /// # Errors
    /// Bytes that do not begin an array of numpy, a shape whose product does not fit into 64 bits, or a failure to read.
    pub fn read(path: &Path, body: &mut impl Read) -> Result<Self, DataError> {
        let bytes = bytes(path, body)?;
        let text = String::from_utf8_lossy(&bytes);
        let strange = || DataError::format(path, "the header is not one that numpy writes");
        let type_name = type_name(entry(&text, "descr").ok_or_else(strange)?).ok_or_else(strange)?;
        let fortran_order = entry(&text, "fortran_order").ok_or_else(strange)?.starts_with("True");
        let shape = shape(path, entry(&text, "shape").and_then(|shape| shape.strip_prefix('(')))?;
        Ok(Header { item: Item::parse(&type_name), type_name, fortran_order, shape, length: bytes.len() as u64 })
    }

    /// Returns the number of items.
    pub fn len(&self) -> u64 {
        self.shape.iter().product()
    }
}

impl Item {
    fn parse(name: &str) -> Option<Self> {
        let mut letters = name.chars();
        let (order, kind) = (letters.next()?, letters.next()?);
        let width: u64 = letters.as_str().parse().ok()?;
        let size = if kind == 'U' { width.checked_mul(4)? } else { width };
        "<>|=".contains(order).then_some(Item { kind, size, big_endian: order == '>' })
    }
}

/// Reads the magic number, the version, the length and the text of a header.
fn bytes(path: &Path, body: &mut impl Read) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    let mut extend = |bytes: &mut Vec<u8>, count: usize| {
        body.by_ref().take(count as u64).read_to_end(bytes).map_err(DataError::io("read", path))
    };
    extend(&mut bytes, 8)?;
    if !bytes.starts_with(b"\x93NUMPY") || bytes.len() < 8 {
        return Err(DataError::format(path, "magic number of numpy arrays not found"));
    }
    let width = match bytes[6] {
        1 => 2,
        2 | 3 => 4,
        version => return Err(DataError::format(path, format!("version {version} of numpy arrays is not supported"))),
    };
    extend(&mut bytes, width)?;
    let length = bytes[8..].iter().rev().fold(0, |n, &byte| n << 8 | usize::from(byte));
    if length > MAX_LENGTH {
        return Err(DataError::format(path, format!("header of {length} bytes, at most {MAX_LENGTH} are accepted")));
    }
    if bytes.len() < 8 + width || extend(&mut bytes, length)? < length {
        return Err(DataError::io("read", path)(io::ErrorKind::UnexpectedEof.into()));
    }
    Ok(bytes)
}

/// Returns the text that begins with the value of a key, if the header has that key once.
fn entry<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let key = format!("'{key}':");
    let mut parts = text.split(&key);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(_), Some(value), None) => Some(value.trim_start()),
        _ => None,
    }
}

/// Returns the name of a type without its quotes, and that of a type with fields as it stands.
fn type_name(value: &str) -> Option<String> {
    match value.strip_prefix('\'') {
        Some(quoted) => {
            quoted.split_once('\'').map(|(name, _)| name.into()).filter(|name: &String| name.len() <= MAX_TYPE)
        }
        None => value.rsplit_once(']').map(|(fields, _)| format!("{fields}]")),
    }
}

/// Reads the sizes of a tuple; refuses a shape whose product overflows.
fn shape(path: &Path, tuple: Option<&str>) -> Result<Vec<u64>, DataError> {
    let bad = |problem: String| Err(DataError::format(path, problem));
    let Some((sizes, _)) = tuple.and_then(|tuple| tuple.split_once(')')) else {
        return bad("the header has no shape".into());
    };
    let (mut shape, mut product) = (Vec::new(), 1_u64);
    for size in sizes.split(',').map(str::trim).filter(|size| !size.is_empty()) {
        let Ok(size) = size.parse::<i128>() else { return bad("a dimension is not an integer".into()) };
        if size < 0 {
            return bad(format!("negative dimension {size}"));
        }
        match u64::try_from(size).ok().and_then(|size| Some((size, product.checked_mul(size.max(1))?))) {
            Some((size, next)) => {
                shape.push(size);
                product = next;
            }
            None => Budget::new().spend(None, path, || format!("shape ({sizes})"))?,
        }
    }
    Ok(shape)
}
