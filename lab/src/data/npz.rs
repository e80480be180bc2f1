//! Archives of numpy arrays: `X` and `y`, read by name and never unpacked.

use std::io::{BufReader, Read, Seek};
use std::path::Path;

use npyz::npz::{NpzArchive, file_name_from_array_name};

use super::error::DataError;
use super::npy::Array;
use super::{Table, source};

/// Reads a table and, where they are wanted and there, its labels.
pub(super) fn read(path: &Path, with_labels: bool) -> Result<Table, DataError> {
    let mut archive = NpzArchive::new(source::open(path)?.0)
        .map_err(|error| DataError::format(path, format!("not a readable archive: {error}")))?;
    let mut names: Vec<_> = archive.array_names().map(String::from).collect();
    names.sort();
    let pick = |wanted: &[&str]| wanted.iter().find_map(|name| names.iter().find(|there| there == name));
    let Some(x) = pick(&["X", "x", "data"]) else {
        let problem = format!("no array is named X, x or data: there are {}", names.join(", "));
        return Err(DataError::format(path, problem));
    };
    let mut table = open(path, &mut archive, x, |array| array.matrix())?;
    if let Some(y) = pick(&["y", "labels", "target"]).filter(|_| with_labels) {
        table.labels = Some(open(path, &mut archive, y, |array| array.labels())?);
    }
    Ok(table)
}

/// Opens one array; what it claims to unpack to bounds what is read.
fn open<T>(
    path: &Path,
    archive: &mut NpzArchive<impl Read + Seek>,
    name: &str,
    read: impl FnOnce(Array<'_, BufReader<&mut dyn Read>>) -> Result<T, DataError>,
) -> Result<T, DataError> {
    let path = &path.join(name);
    let mut file = archive
        .zip_archive()
        .by_name(&file_name_from_array_name(name))
        .map_err(|error| DataError::format(path, error.to_string()))?;
    let length = file.size();
    read(Array::new(path, BufReader::new(&mut file as &mut dyn Read), length)?)
}
