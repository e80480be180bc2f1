//! numpy arrays: numbers for X, numbers or text for y.

mod header;

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use admm_solvers::{Scalar, data::Features};

use self::header::{Header, Item};
use super::error::DataError;
use super::source::{self, Budget};
use super::table::{Table, feature_names};

/// The longest string of an array of strings, in bytes.
const MAX_STRING: u64 = 1 << 16;

/// The least length of a file that a single process maps rather than reads, in bytes.
pub(super) const MAPPED_FROM: u64 = 1 << 30;

/// An array whose header has been read.
pub(super) struct Array<R> {
    path: PathBuf,
    header: Header,
    item: Item,
    body: R,
}

/// Reads X from a file of its own.
pub(super) fn read(path: &Path) -> Result<Table, DataError> {
    let (reader, length) = source::open(path)?;
    Array::new(path, reader, length)?.matrix()
}

/// Maps the files of X, one after the other, where they stand as this machine would write them in the type T, and have
/// at least so many bytes together.
pub(super) fn map<T: Scalar>(files: &[PathBuf], least: u64) -> Result<Option<Features<T>>, DataError> {
    let open = files.iter().map(|path| Ok((path, source::open(path)?))).collect::<Result<Vec<_>, DataError>>()?;
    if open.iter().map(|(_, (_, length))| length).sum::<u64>() < least {
        return Ok(None);
    }
    let mut parts = Vec::with_capacity(open.len());
    for (path, (reader, length)) in open {
        let Some(part) = map_any(path, reader, length)? else { return Ok(None) };
        parts.push(part);
    }
    if parts.len() == 1 {
        return Ok(parts.pop());
    }
    Features::in_parts(parts).map(Some).map_err(|error| DataError::format(&files[0], error.to_string()))
}

fn map_any<T: Scalar>(path: &Path, reader: BufReader<File>, length: u64) -> Result<Option<Features<T>>, DataError> {
    let array = Array::new(path, reader, length)?;
    let (&[n, d], false) = (&array.header.shape[..], array.header.fortran_order) else { return Ok(None) };
    if n == 0 || d == 0 || !array.is_native::<T>() {
        return Ok(None);
    }
    let (offset, file) = (length - n * d * size_of::<T>() as u64, array.body.get_ref());
    Features::map(file, offset, d as usize).map(Some).map_err(DataError::io("map", path))
}

/// Reads y from a file of its own.
pub(super) fn labels(path: &Path) -> Result<Vec<String>, DataError> {
    open(path)?.labels()
}

/// Reads some rows of y, whose files stand one after the other.
pub(super) fn labels_of(files: &[PathBuf], rows: &Range<usize>) -> Result<Vec<String>, DataError> {
    let (mut labels, mut first) = (Vec::new(), 0);
    for path in files {
        let array = open(path)?;
        let count = array.header.len() as usize;
        let within = rows.start.clamp(first, first + count) - first..rows.end.clamp(first, first + count) - first;
        labels.extend(array.rows(within)?.labels()?);
        first += count;
    }
    Ok(labels)
}

/// Returns the number of items of each file.
pub(super) fn counts(files: &[PathBuf]) -> Result<Vec<usize>, DataError> {
    files.iter().map(|path| Ok(open(path)?.header.len() as usize)).collect()
}

fn open(path: &Path) -> Result<Array<BufReader<File>>, DataError> {
    let (reader, length) = source::open(path)?;
    Array::new(path, reader, length)
}

/// Decodes all items by the type named in the header: the number `x` of that type becomes `$item`.
macro_rules! numbers {
    ($array:expr, $x:ident => $item:expr) => {
        match ($array.item.kind, $array.item.size) {
            ('f', 8) => numbers!($array, f64, $x => $item),
            ('f', 4) => numbers!($array, f32, $x => $item),
            ('i', 8) => numbers!($array, i64, $x => $item),
            ('i', 4) => numbers!($array, i32, $x => $item),
            ('i', 2) => numbers!($array, i16, $x => $item),
            ('i', 1) => numbers!($array, i8, $x => $item),
            ('u', 8) => numbers!($array, u64, $x => $item),
            ('u', 4) => numbers!($array, u32, $x => $item),
            ('u', 2) => numbers!($array, u16, $x => $item),
            ('u' | 'b', 1) => numbers!($array, u8, $x => $item),
            _ => Err($array.wrong_type()),
        }
    };
    ($array:expr, $number:ty, $x:ident => $item:expr) => {
        $array.items(&|bytes| {
            let $x = <$number>::from_le_bytes(bytes.try_into().ok()?);
            Some($item)
        })
    };
}

impl Array<BufReader<File>> {
    /// The items of some rows of an array of one dimension or one column; any other array as it is.
    fn rows(mut self, rows: Range<usize>) -> Result<Self, DataError> {
        if let [count] | [count, 1] = &mut self.header.shape[..] {
            *count = rows.len() as u64;
            let before = SeekFrom::Current((rows.start as u64 * self.item.size) as i64);
            self.body.seek(before).map_err(DataError::io("read", &self.path))?;
        }
        Ok(self)
    }
}

impl<R: Read> Array<R> {
    /// Reads a header; `length` is the number of bytes of the header and the items together.
    ///
    /// # Errors
    /// A header that is none, a type that is not supported, or another length than the header says.
    pub(super) fn new(path: &Path, mut body: R, length: u64) -> Result<Self, DataError> {
        let header = Header::read(path, &mut body)?;
        let Some(item) = header.item else { return Err(wrong_type(path, &header)) };
        let expected = header.len().saturating_mul(item.size).saturating_add(header.length);
        if length < expected {
            return Err(DataError::Truncated { path: path.into(), expected, got: length });
        }
        if length > expected {
            return Err(DataError::format(path, format!("{} bytes after the array", length - expected)));
        }
        Ok(Self { path: path.into(), header, item, body })
    }

    /// Decodes X, whose rows are samples: its C order is the column-major order of a matrix of d rows.
    ///
    /// # Errors
    /// Another shape or type, a size that memory does not hold, or a failure to read.
    #[allow(clippy::unnecessary_cast, reason = "one arm of the macro is f64 already")]
    pub(super) fn matrix(self) -> Result<Table, DataError> {
        let &[n, d] = &self.header.shape[..] else { return Err(self.wrong_shape("samples × features")) };
        let fortran_order = self.header.fortran_order;
        Budget::new().matrix(&self.path, n, if fortran_order { d.saturating_mul(2) } else { d })?;
        let (n, d) = (n as usize, d as usize);
        let mut values = numbers!(self, x => x as f64)?;
        if fortran_order {
            values = (0..n * d).map(|k| values[k / d + n * (k % d)]).collect();
        }
        Ok(Table::numbers(feature_names(d), values))
    }

    /// Decodes y, which has one dimension or one column.
    ///
    /// # Errors
    /// Another shape or type, text that is not Unicode, a size that memory does not hold, or a failure to read.
    pub(super) fn labels(self) -> Result<Vec<String>, DataError> {
        if !matches!(self.header.shape[..], [_] | [_, 1]) {
            return Err(self.wrong_shape("one label a sample"));
        }
        let Item { kind, size, .. } = self.item;
        let shape = || format!("an array of {} labels", self.header.len());
        Budget::new().spend(self.header.len().checked_mul(size.saturating_add(32)), &self.path, shape)?;
        match kind {
            'U' if size <= MAX_STRING => self.items(&utf32),
            'S' if size <= MAX_STRING => self.items(&|bytes| std::str::from_utf8(bytes).ok().map(without_padding)),
            _ => numbers!(self, x => x.to_string()),
        }
    }

    /// Returns whether the items are numbers of type T as this machine writes them.
    fn is_native<T: Scalar>(&self) -> bool {
        let Item { kind, size, big_endian } = self.item;
        (kind, size, big_endian) == ('f', size_of::<T>() as u64, cfg!(target_endian = "big"))
    }

    /// Decodes all items, each from its bytes with the lowest first; `None` is text that is not Unicode.
    fn items<O>(mut self, decode: &dyn Fn(&[u8]) -> Option<O>) -> Result<Vec<O>, DataError> {
        let Item { kind, size, big_endian } = self.item;
        let mut items = Vec::with_capacity(self.header.len() as usize);
        let mut bytes = vec![0; size as usize];
        for row in 1..=self.header.len() {
            self.body.read_exact(&mut bytes).map_err(DataError::io("read", &self.path))?;
            match kind {
                _ if !big_endian => (),
                'U' => bytes.chunks_exact_mut(4).for_each(<[u8]>::reverse),
                _ => bytes.reverse(),
            }
            let item = decode(&bytes).ok_or_else(|| DataError::format(&self.path, format!("row {row}: not Unicode")));
            items.push(item?);
        }
        // The end of a member of an archive is where its checksum is compared.
        self.body.read(&mut [0]).map_err(DataError::io("read", &self.path))?;
        Ok(items)
    }

    fn wrong_type(&self) -> DataError {
        wrong_type(&self.path, &self.header)
    }

    fn wrong_shape(&self, expected: &str) -> DataError {
        DataError::format(&self.path, format!("shape {:?}, expected {expected}", self.header.shape))
    }
}

fn wrong_type(path: &Path, header: &Header) -> DataError {
    DataError::format(path, format!("type '{}' is not supported", header.type_name))
}

/// Decodes UTF-32, lowest byte first.
fn utf32(bytes: &[u8]) -> Option<String> {
    let units = bytes.chunks_exact(4).map(|unit| char::from_u32(u32::from_le_bytes(unit.try_into().ok()?)));
    units.collect::<Option<String>>().as_deref().map(without_padding)
}

/// Returns text without the zeros that fill it up to the length of an item.
fn without_padding(text: &str) -> String {
    text.trim_end_matches('\0').into()
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
