//! Data in parts: the files of a folder or of a pattern, one after the other.

use std::path::{Path, PathBuf};

use super::embedded;
use super::error::DataError;
use super::format::Format;

/// The name of standard input.
pub(super) const STDIN: &str = "-";

/// The files of a name: the file itself, those of a folder whose names begin with `part-`, or those of a pattern such as
/// `day-*.csv`. They are in the order of their names.
pub(super) fn files(path: &Path) -> Vec<PathBuf> {
    let found = pattern(path).and_then(|pattern| glob::glob(&pattern).ok());
    let found: Vec<PathBuf> = found.into_iter().flatten().flatten().filter(|file| !file.is_dir()).collect();
    if found.is_empty() { vec![path.into()] } else { found }
}

/// The pattern that stands for several files, if the name does.
fn pattern(path: &Path) -> Option<String> {
    let name = path.to_str()?;
    let is_one = path.is_file() || name == STDIN || embedded::names().any(|known| known == name);
    match path.is_dir() {
        true => Some(glob::Pattern::escape(path.join("part-").to_str()?) + "*"),
        false => Some(name.into()).filter(|_| !is_one && name.contains(['*', '?', '['])),
    }
}

/// Returns true if there is such a file, or several.
pub(super) fn exist(path: &Path) -> bool {
    path.exists() || files(path) != [path]
}

/// The format that the names of all files stand for.
///
/// # Errors
/// Files of several formats.
pub(super) fn format(files: &[PathBuf]) -> Result<Format, DataError> {
    let format = Format::of(&files[0]);
    match files.iter().find(|file| Format::of(file) != format) {
        Some(other) => Err(DataError::format(other, format!("another format than {}", files[0].display()))),
        None => Ok(format),
    }
}
