//! numpy arrays. `npyz` decodes them; what it would overflow, recurse or allocate on is refused before.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use admm_solvers::{Scalar, data::Features};
use npyz::{DType, Deserialize, Endianness, NpyFile, NpyHeader, Order, TypeChar, TypeStr};

use super::error::DataError;
use super::source::{self, Budget};
use super::table::{Table, feature_names};

/// The longest header, as in numpy.
const MAX_HEADER: usize = 10_000;

/// The longest string of an array of strings, in bytes.
const MAX_STRING: u64 = 1 << 16;

/// The least length of a file that is mapped rather than read, in bytes.
const MAPPED_FROM: u64 = 1 << 30;

/// An array whose header has been read: `f64` for X, text for y.
pub(super) struct Array<'a, R> {
    path: &'a Path,
    header: NpyHeader,
    body: R,
}

/// Reads X from a file of its own.
pub(super) fn read(path: &Path) -> Result<Table, DataError> {
    let (reader, length) = source::open(path)?;
    Array::new(path, reader, length)?.matrix()
}

/// Maps X where it stands as this machine would write it in the type T, and is large.
pub(super) fn map<T: Scalar>(path: &Path) -> Result<Option<Features<T>>, DataError> {
    let (reader, length) = source::open(path)?;
    if length < MAPPED_FROM { Ok(None) } else { map_any(path, reader, length) }
}

fn map_any<T: Scalar>(path: &Path, reader: BufReader<File>, length: u64) -> Result<Option<Features<T>>, DataError> {
    let array = Array::new(path, reader, length)?;
    let (&[n, d], Order::C) = (array.header.shape(), array.header.order()) else { return Ok(None) };
    if n == 0 || d == 0 || !array.is_native::<T>() {
        return Ok(None);
    }
    let (offset, file) = (length - n * d * size_of::<T>() as u64, array.body.get_ref());
    Features::map(file, offset, d as usize).map(Some).map_err(DataError::io("map", path))
}

/// Reads y from a file of its own.
pub(super) fn labels(path: &Path) -> Result<Vec<String>, DataError> {
    let (reader, length) = source::open(path)?;
    Array::new(path, reader, length)?.labels()
}

/// Decodes all items by the type named in the header, each through the closure.
macro_rules! numbers {
    ($array:expr, $map:expr) => {{
        let (kind, size) = $array.kind();
        match (kind, size) {
            (Some(TypeChar::Float), 8) => $array.items::<f64, _>($map),
            (Some(TypeChar::Float), 4) => $array.items::<f32, _>($map),
            (Some(TypeChar::Int), 8) => $array.items::<i64, _>($map),
            (Some(TypeChar::Int), 4) => $array.items::<i32, _>($map),
            (Some(TypeChar::Int), 2) => $array.items::<i16, _>($map),
            (Some(TypeChar::Int), 1) => $array.items::<i8, _>($map),
            (Some(TypeChar::Uint), 8) => $array.items::<u64, _>($map),
            (Some(TypeChar::Uint), 4) => $array.items::<u32, _>($map),
            (Some(TypeChar::Uint), 2) => $array.items::<u16, _>($map),
            (Some(TypeChar::Uint), 1) => $array.items::<u8, _>($map),
            _ => Err($array.wrong_type()),
        }
    }};
}

impl<'a, R: Read> Array<'a, R> {
    /// Reads a header; `length` is how many bytes there are in all.
    pub(super) fn new(path: &'a Path, mut body: R, length: u64) -> Result<Self, DataError> {
        let bytes = header_bytes(path, &mut body)?;
        check_header(path, &bytes)?;
        let header = NpyHeader::from_reader(&bytes[..]).map_err(|error| DataError::format(path, error.to_string()))?;
        let array = Self { path, header, body };
        let size = match array.kind() {
            (None | Some(TypeChar::Object), _) => return Err(array.wrong_type()),
            (Some(TypeChar::UnicodeStr), size) => size.saturating_mul(4),
            (_, size) => size,
        };
        let expected = array.header.len().saturating_mul(size).saturating_add(bytes.len() as u64);
        if length < expected {
            return Err(DataError::Truncated { path: path.into(), expected, got: length });
        }
        if length > expected {
            return Err(DataError::format(path, format!("{} bytes after the array", length - expected)));
        }
        Ok(array)
    }

    /// X: rows are samples, so that C order is our column-major order.
    #[allow(clippy::unnecessary_cast, reason = "one arm of the macro is f64 already")]
    pub(super) fn matrix(self) -> Result<Table, DataError> {
        let &[n, d] = self.header.shape() else { return Err(self.wrong_shape("samples × features")) };
        let order = self.header.order();
        Budget::new().matrix(self.path, n, if order == Order::C { d } else { d.saturating_mul(2) })?;
        let (n, d) = (n as usize, d as usize);
        let values = match self.kind().0 {
            Some(TypeChar::Bool) => self.items(|b: bool| f64::from(u8::from(b)))?,
            _ => numbers!(self, |x| x as f64)?,
        };
        let values = match order {
            Order::C => values,
            Order::Fortran => (0..n * d).map(|k| values[k / d + n * (k % d)]).collect(),
        };
        Ok(Table { features: feature_names(d), values, labels: None, lines: None })
    }

    /// y: one dimension, or one column.
    pub(super) fn labels(self) -> Result<Vec<String>, DataError> {
        if !matches!(self.header.shape(), [_] | [_, 1]) {
            return Err(self.wrong_shape("one label a sample"));
        }
        let (kind, size) = self.kind();
        let shape = || format!("an array of {} labels", self.header.len());
        Budget::new().spend(self.header.len().checked_mul(size.saturating_add(32)), self.path, shape)?;
        match kind {
            Some(TypeChar::UnicodeStr | TypeChar::ByteStr) if size <= MAX_STRING => self.items(|s: String| s),
            Some(TypeChar::Bool) => self.items(|b: bool| u8::from(b).to_string()),
            _ => numbers!(self, |x| x.to_string()),
        }
    }

    fn kind(&self) -> (Option<TypeChar>, u64) {
        match self.header.dtype() {
            DType::Plain(plain) => (Some(plain.type_char()), plain.size_field()),
            _ => (None, 0),
        }
    }

    /// Whether the items are the numbers T as this machine writes them.
    fn is_native<T: Scalar>(&self) -> bool {
        let native = |plain: &TypeStr| match plain.endianness() {
            Endianness::Little => cfg!(target_endian = "little"),
            Endianness::Big => cfg!(target_endian = "big"),
            Endianness::Irrelevant => false,
        };
        let DType::Plain(plain) = self.header.dtype() else { return false };
        self.kind() == (Some(TypeChar::Float), size_of::<T>() as u64) && native(&plain)
    }

    fn items<T: Deserialize, O>(self, map: impl Fn(T) -> O) -> Result<Vec<O>, DataError> {
        let Self { path, header, mut body } = self;
        let mut items = Vec::with_capacity(header.len() as usize);
        let data = NpyFile::with_header(header, &mut body).data::<T>();
        for item in data.map_err(|error| DataError::format(path, error.to_string()))? {
            items.push(map(item.map_err(DataError::io("read", path))?));
        }
        // The end of a member of an archive is where its checksum is compared.
        body.read(&mut [0]).map_err(DataError::io("read", path))?;
        Ok(items)
    }

    fn wrong_type(&self) -> DataError {
        DataError::format(self.path, format!("type {} is not supported", self.header.dtype().descr()))
    }

    fn wrong_shape(&self, expected: &str) -> DataError {
        DataError::format(self.path, format!("shape {:?}, expected {expected}", self.header.shape()))
    }
}

/// The magic number, version, length and text of a header.
fn header_bytes(path: &Path, body: &mut impl Read) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    let mut extend = |bytes: &mut Vec<u8>, count: usize| {
        body.by_ref().take(count as u64).read_to_end(bytes).map_err(DataError::io("read", path))
    };
    extend(&mut bytes, 8)?;
    if !bytes.starts_with(b"\x93NUMPY") || bytes.len() < 8 {
        return Err(DataError::format(path, "magic number of numpy arrays not found"));
    }
    let width = if bytes[6] == 1 { 2 } else { 4 };
    extend(&mut bytes, width)?;
    let length = bytes[8..].iter().rev().fold(0, |n, &byte| n << 8 | usize::from(byte));
    if length > MAX_HEADER {
        return Err(DataError::format(path, format!("header of {length} bytes, at most {MAX_HEADER} are accepted")));
    }
    if bytes.len() < 8 + width || extend(&mut bytes, length)? < length {
        return Err(DataError::io("read", path)(io::ErrorKind::UnexpectedEof.into()));
    }
    Ok(bytes)
}

/// Refuses nesting that the parser would recurse into, and shapes whose product overflows.
fn check_header(path: &Path, bytes: &[u8]) -> Result<(), DataError> {
    let text = String::from_utf8_lossy(bytes);
    let bad = |problem: &str| Err(DataError::format(path, problem));
    if text.contains('\\') || text.matches(['(', '[', '{']).count() > 64 {
        return bad("the header is not one that numpy writes");
    }
    let mut parts = text.split("'shape': (");
    let (Some(_), Some(after), None) = (parts.next(), parts.next(), parts.next()) else {
        return bad("the header has no shape");
    };
    let shape = after.split(')').next().unwrap_or_default();
    let mut product = 1_u64;
    for size in shape.split(',').map(str::trim).filter(|size| !size.is_empty()) {
        let Ok(size) = size.parse::<i128>() else { return bad("a dimension is not an integer") };
        if size < 0 {
            return bad(&format!("negative dimension {size}"));
        }
        match u64::try_from(size).ok().and_then(|size| product.checked_mul(size.max(1))) {
            Some(next) => product = next,
            None => return Budget::new().spend(None, path, || format!("shape ({shape})")),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::DMatrix;

    /// Writes an array and maps it, however small.
    fn mapped<T: Scalar>(header: &str, numbers: &[u8]) -> Option<Features<T>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.npy");
        let header = format!("{header:<117}\n");
        let bytes =
            [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), numbers].concat();
        std::fs::write(&path, &bytes).unwrap();
        let (reader, length) = source::open(&path).unwrap();
        map_any(&path, reader, length).unwrap()
    }

    #[test]
    fn arrays_as_this_machine_writes_them_are_mapped_and_others_are_not() {
        let header = |descr: &str, fortran: &str, shape: &str| {
            format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': ({shape}), }}")
        };
        let native = if cfg!(target_endian = "little") { '<' } else { '>' };
        let foreign = if native == '<' { '>' } else { '<' };
        let single: Vec<u8> = (0..6).flat_map(|i| (i as f32).to_ne_bytes()).collect();
        let double: Vec<u8> = (0..6).flat_map(|i| f64::from(i).to_ne_bytes()).collect();
        let x = mapped::<f32>(&header(&format!("{native}f4"), "False", "2, 3"), &single).unwrap();
        assert_eq!(x.to_dense(), DMatrix::from_fn(3, 2, |i, j| (3 * j + i) as f32));
        let x = mapped::<f64>(&header(&format!("{native}f8"), "False", "3, 2"), &double).unwrap();
        assert_eq!(x.to_dense(), DMatrix::from_fn(2, 3, |i, j| (2 * j + i) as f64));
        assert!(mapped::<f64>(&header(&format!("{native}f4"), "False", "2, 3"), &single).is_none());
        assert!(mapped::<f32>(&header(&format!("{native}i4"), "False", "2, 3"), &single).is_none());
        assert!(mapped::<f32>(&header(&format!("{foreign}f4"), "False", "2, 3"), &single).is_none());
        assert!(mapped::<f32>(&header(&format!("{native}f4"), "True", "2, 3"), &single).is_none());
        assert!(mapped::<f32>(&header(&format!("{native}f4"), "False", "6,"), &single).is_none());
        assert!(mapped::<f32>(&header(&format!("{native}f4"), "False", "0, 3"), &[]).is_none());
    }
}
