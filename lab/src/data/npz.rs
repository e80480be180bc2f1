//! Archives of numpy arrays: `X` and `y`, read by name and never unpacked to files.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use flate2::bufread::DeflateDecoder;
use rawzip::{
    CompressionMethod, EntryFlags, FileReader, MAX_CENTRAL_DIRECTORY_RECORD_SIZE, ZipArchive, ZipArchiveEntryWayfinder,
};

use super::error::DataError;
use super::npy::Array;
use super::{Table, source};

/// Reads a table and, where they are wanted and there, its labels.
///
/// # Errors
/// No archive, no array of a known name in it, or an array that is damaged or of another kind.
pub(super) fn read(path: &Path, with_labels: bool) -> Result<Table, DataError> {
    let archive = Archive::open(path, source::open(path)?.0.into_inner())?;
    let Some(x) = archive.pick(&["X", "x", "data"]) else {
        let names = archive.members.into_keys().collect::<Vec<_>>().join(", ");
        return Err(DataError::format(path, format!("no array is named X, x or data: there are {names}")));
    };
    let mut table = archive.array(x)?.matrix()?;
    if let Some(y) = archive.pick(&["y", "labels", "target"]).filter(|_| with_labels) {
        table.labels = Some(archive.array(y)?.labels()?);
    }
    Ok(table)
}

/// The arrays of a zip file by name.
struct Archive<'a> {
    path: &'a Path,
    zip: ZipArchive<FileReader>,
    members: BTreeMap<String, Member>,
}

/// The place of an array in the file, and its compression.
struct Member {
    place: ZipArchiveEntryWayfinder,
    flags: EntryFlags,
    method: CompressionMethod,
}

impl<'a> Archive<'a> {
    fn open(path: &'a Path, file: File) -> Result<Self, DataError> {
        let unreadable = |error| DataError::format(path, format!("not a readable archive: {error}"));
        let mut buffer = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
        let zip = ZipArchive::from_file(file, &mut buffer).map_err(unreadable)?;
        let mut members = BTreeMap::new();
        let mut entries = zip.entries(&mut buffer);
        while let Some(entry) = entries.next_entry().map_err(unreadable)? {
            let name = String::from_utf8_lossy(entry.file_path().as_ref()).into_owned();
            if let Some(name) = name.strip_suffix(".npy") {
                let (place, flags, method) = (entry.wayfinder(), entry.flags(), entry.compression_method());
                members.insert(name.into(), Member { place, flags, method });
            }
        }
        Ok(Archive { path, zip, members })
    }

    /// Returns the first of several names that an array has, and the array.
    fn pick(&self, names: &[&str]) -> Option<(&str, &Member)> {
        names.iter().find_map(|&name| self.members.get_key_value(name)).map(|(name, member)| (name.as_str(), member))
    }

    /// Opens one array. The size that the archive claims for it bounds what is read.
    fn array(&self, (name, member): (&str, &Member)) -> Result<Array<BufReader<Box<dyn Read + '_>>>, DataError> {
        let path = &self.path.join(name);
        if member.flags.is_encrypted() {
            return Err(DataError::format(path, "the array is encrypted"));
        }
        let entry = self.zip.get_entry(member.place).map_err(|error| DataError::format(path, error.to_string()))?;
        let stored = BufReader::new(entry.reader());
        let body: Box<dyn Read> = match member.method {
            CompressionMethod::STORE => Box::new(entry.verifying_reader(stored)),
            CompressionMethod::DEFLATE => Box::new(entry.verifying_reader(DeflateDecoder::new(stored))),
            other => return Err(DataError::format(path, format!("compression method {other} is not supported"))),
        };
        Array::new(path, BufReader::new(body), member.place.uncompressed_size_hint())
    }
}
