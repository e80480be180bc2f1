//! Opening a file without hanging, and a limit on what is read from it.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use super::error::DataError;
use super::parts::{self, STDIN};
use super::{embedded, zstd};

/// The first bytes of a file that gzip has compressed.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The largest table, whatever the memory.
const MAX_BYTES: u64 = 1 << 36;

/// Opens a regular file; its length comes with it. Opening a pipe would wait for a writer, so the kind is asked first.
pub(super) fn open(path: &Path) -> Result<(BufReader<File>, u64), DataError> {
    let metadata = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && is_bare_name(path) => {
            let embedded = embedded::names().map(String::from).collect();
            return Err(DataError::NotFound { path: path.into(), embedded });
        }
        other => other.map_err(DataError::io("open", path))?,
    };
    if !metadata.is_file() {
        let kind = if metadata.is_dir() { "directory" } else { "pipe, socket or device" };
        return Err(DataError::NotAFile { path: path.into(), kind });
    }
    let file = File::open(path).map_err(DataError::io("open", path))?;
    Ok((BufReader::new(file), metadata.len()))
}

/// Opens a file, or standard input, that may be compressed by gzip or zstd, whatever its name.
pub(super) fn open_text(path: &Path) -> Result<Box<dyn BufRead>, DataError> {
    if path.as_os_str() == STDIN {
        return decompress(io::stdin().lock()).map_err(DataError::io("read", path));
    }
    decompress(open(path)?.0).map_err(DataError::io("read", path))
}

/// Returns the length of a file of text that is not compressed.
pub(super) fn text_length(path: &Path) -> Option<u64> {
    if embedded::names().any(|name| path == Path::new(name)) {
        return None;
    }
    let (mut reader, length) = open(path).ok()?;
    let start = reader.fill_buf().ok()?;
    (!is_compressed(start)).then_some(length)
}

fn is_compressed(start: &[u8]) -> bool {
    start.starts_with(&GZIP) || start.starts_with(&zstd::MAGIC)
}

/// Decompresses where the first bytes say so.
pub(super) fn decompress<'a>(mut reader: impl BufRead + 'a) -> io::Result<Box<dyn BufRead + 'a>> {
    let start = reader.fill_buf()?;
    if start.starts_with(&GZIP) {
        return Ok(Box::new(BufReader::new(MultiGzDecoder::new(reader))));
    }
    if start.starts_with(&zstd::MAGIC) {
        return Ok(Box::new(BufReader::new(zstd::Frames::new(reader))));
    }
    Ok(Box::new(reader))
}

/// The two names of `x,y`, unless `x,y` is the name of one file or of parts.
pub(super) fn pair(data: &Path) -> Option<(PathBuf, PathBuf)> {
    if parts::exist(data) {
        return None;
    }
    let pairs = split_at_commas(data);
    let present = pairs.iter().position(|(x, y)| parts::exist(x) && parts::exist(y));
    pairs.into_iter().nth(present.unwrap_or(0))
}

fn split_at_commas(data: &Path) -> Vec<(PathBuf, PathBuf)> {
    let bytes = data.as_os_str().as_encoded_bytes();
    let commas = (0..bytes.len()).filter(|&i| bytes[i] == b',');
    commas.filter_map(|i| Some((os_string(&bytes[..i])?.into(), os_string(&bytes[i + 1..])?.into()))).collect()
}

#[cfg(unix)]
fn os_string(bytes: &[u8]) -> Option<OsString> {
    use std::os::unix::ffi::OsStrExt;
    Some(std::ffi::OsStr::from_bytes(bytes).into())
}

/// Elsewhere the encoding of an `OsStr` is private, so that only Unicode can be split without `unsafe`.
#[cfg(not(unix))]
fn os_string(bytes: &[u8]) -> Option<OsString> {
    std::str::from_utf8(bytes).ok().map(OsString::from)
}

/// A word such as `digits`, which may be a misspelt embedded name rather than a path.
fn is_bare_name(path: &Path) -> bool {
    path.extension().is_none() && path.components().count() == 1
}

/// The memory that a table may still take.
pub(super) struct Budget {
    limit: u64,
    spent: u64,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self { limit: available_memory().unwrap_or(MAX_BYTES).min(MAX_BYTES), spent: 0 }
    }

    /// Accounts for bytes about to be allocated; `shape` describes them in the error.
    pub(super) fn spend(
        &mut self,
        bytes: Option<u64>,
        path: &Path,
        shape: impl FnOnce() -> String,
    ) -> Result<(), DataError> {
        match bytes.and_then(|bytes| self.spent.checked_add(bytes)).filter(|&total| total <= self.limit) {
            Some(total) => self.spent = total,
            None => return Err(DataError::TooLarge { path: path.into(), shape: shape(), limit: self.limit }),
        }
        Ok(())
    }

    /// Accounts for a matrix of 64-bit floats, and for the name of each column, of which a fit holds several copies:
    /// 300 bytes a column were measured with four rows.
    pub(super) fn matrix(&mut self, path: &Path, rows: u64, columns: u64) -> Result<(), DataError> {
        let bytes = rows.checked_add(34).and_then(|rows| rows.checked_mul(columns)?.checked_mul(8));
        self.spend(bytes, path, || format!("{rows} rows × {columns} columns"))
    }
}

/// Returns the memory that Linux can give without swapping, and below a limit on addresses (`ulimit -v`). On other
/// systems it is unknown.
fn available_memory() -> Option<u64> {
    let number = |file: &str, key: &str| first_number(&fs::read_to_string(file).ok()?, key);
    let kilobytes = |file: &str, key: &str| number(file, key)?.checked_mul(1024);
    let free = kilobytes("/proc/meminfo", "MemAvailable:");
    let taken = kilobytes("/proc/self/status", "VmSize:").unwrap_or(0);
    let addresses = number("/proc/self/limits", "Max address space").map(|limit| limit.saturating_sub(taken));
    free.into_iter().chain(addresses).min()
}

/// Returns the number behind a key at the start of a line, unless a word stands there.
fn first_number(text: &str, key: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(key))?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Budget, first_number};

    #[test]
    fn names_of_columns_count_as_well() {
        let fits = |limit: u64| Budget { limit, spent: 0 }.matrix(Path::new("x"), 4, 1_000).is_ok();
        assert!(fits(304_000) && !fits(303_999));
    }

    #[test]
    fn limits_of_linux_are_read_where_there_are_any() {
        let limits = "Limit            Soft Limit  Hard Limit  Units\nMax address space 4096000000 unlimited bytes\n";
        assert_eq!(first_number(limits, "Max address space"), Some(4_096_000_000));
        assert_eq!(first_number("Max address space unlimited unlimited bytes\n", "Max address space"), None);
        assert_eq!(first_number("MemFree: 1 kB\nMemAvailable:   23 kB\n", "MemAvailable:"), Some(23));
    }
}
