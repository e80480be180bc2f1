//! IDX, the format of MNIST: a big-endian header, then bytes.

use std::io::{self, Read};
use std::path::Path;

use super::error::DataError;
use super::source::{self, Budget};
use super::table::{Table, feature_names};

/// The type code of unsigned bytes.
const UBYTE: u8 = 0x08;

/// Reads images; a sample is an image, a feature is a pixel.
pub(super) fn read(path: &Path) -> Result<Table, DataError> {
    let (shape, bytes) = array(path, 3)?;
    let features = feature_names(shape[1..].iter().product());
    Ok(Table::numbers(features, bytes.into_iter().map(f64::from).collect()))
}

/// Reads one label an image.
pub(super) fn labels(path: &Path) -> Result<Vec<String>, DataError> {
    Ok(array(path, 1)?.1.iter().map(u8::to_string).collect())
}

fn array(path: &Path, dimensions: usize) -> Result<(Vec<usize>, Vec<u8>), DataError> {
    let mut reader = source::open_text(path)?;
    let mut magic = [0; 4];
    exact(path, &mut reader, &mut magic)?;
    if magic != [0, 0, UBYTE, dimensions as u8] {
        let problem = format!("magic number {magic:02x?}, expected [00, 00, 08, {dimensions:02x}] (unsigned bytes)");
        return Err(DataError::format(path, problem));
    }
    let mut sizes = vec![0; 4 * dimensions];
    exact(path, &mut reader, &mut sizes)?;
    let shape: Vec<u64> = sizes.chunks(4).map(|b| b.iter().fold(0, |n, &byte| n << 8 | u64::from(byte))).collect();
    // Two factors of 32 bits cannot overflow.
    let columns = shape[1..].iter().product();
    Budget::new().matrix(path, shape[0], columns)?;
    let length = shape[0] * columns;
    Ok((shape.iter().map(|&n| n as usize).collect(), body(path, reader, length)?))
}

/// Exactly the bytes promised. The vector grows with what is there, not with what the header says.
fn body(path: &Path, mut reader: impl Read, expected: u64) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    let got = reader.by_ref().take(expected).read_to_end(&mut bytes).map_err(DataError::io("read", path))? as u64;
    if got < expected {
        return Err(DataError::Truncated { path: path.into(), expected, got });
    }
    if reader.read(&mut [0]).map_err(DataError::io("read", path))? > 0 {
        return Err(DataError::format(path, format!("more than the {expected} bytes that the header promises")));
    }
    Ok(bytes)
}

/// Fills a part of the header.
fn exact(path: &Path, reader: &mut impl Read, buffer: &mut [u8]) -> Result<(), DataError> {
    reader.read_exact(buffer).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => DataError::format(path, "ends inside the header"),
        _ => DataError::io("read", path)(error),
    })
}
