//! One test a fault, and the formats against what wrote them.

mod binary;
mod csv;
mod files;
mod labels;
mod svmlight;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{DataError, Dataset, LabelColumn, LineProblem, ReadOptions, read, read_numbers};

/// A folder with one file.
struct Sample {
    folder: TempDir,
    path: PathBuf,
}

impl Sample {
    fn new(name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        Self { folder, path }
    }

    /// Another file in the folder.
    fn and(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn load(&self, options: &ReadOptions) -> Result<Dataset, DataError> {
        read(self.path.as_os_str(), options)
    }

    /// The error of reading as it comes; it names the file.
    fn error(&self) -> DataError {
        let error = self.load(&ReadOptions::default()).unwrap_err();
        assert!(error.to_string().contains(self.path.to_str().unwrap()), "{error}");
        error
    }
}

fn csv(text: impl AsRef<[u8]>) -> Result<Dataset, DataError> {
    Sample::new("a.csv", text).load(&ReadOptions::default())
}

/// The line and the problem of a CSV that breaks in one line.
fn line_problem(text: impl AsRef<[u8]>) -> (usize, LineProblem) {
    match Sample::new("a.csv", text).error() {
        DataError::Line { line, problem, .. } => (line, problem),
        error => panic!("{error}"),
    }
}

fn pair(x: &Path, y: &Path) -> Result<Dataset, DataError> {
    let mut data = x.as_os_str().to_owned();
    data.push(",");
    data.push(y);
    read(&data, &ReadOptions::default())
}

fn embedded(name: &str) -> Dataset {
    read(OsStr::new(name), &ReadOptions::default()).unwrap()
}

fn labelled(column: &str) -> ReadOptions {
    ReadOptions { label: LabelColumn::Named(column.into()), ..ReadOptions::default() }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
