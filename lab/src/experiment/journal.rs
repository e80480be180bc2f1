//! The finished cells of a run that may be killed at any moment: one line each, durable before the next.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::work::TimedRow;
use crate::failure::Failure;

/// A line: the rows of a cell, and the seconds that each took.
#[derive(Serialize, Deserialize)]
struct Line {
    cell: usize,
    seconds: Vec<f64>,
    rows: Vec<Map<String, Value>>,
}

/// An open file of lines. The first says what the run is, so that no other run goes on with it.
pub struct Journal {
    path: PathBuf,
    file: Mutex<File>,
    /// The number of finished cells of another run that it held.
    pub dropped: usize,
}

impl Journal {
    /// Opens the journal of a run; what it holds already, if it is of the same run. A line that was cut off is dropped.
    pub fn open(path: &Path, run: &str) -> Result<(Self, BTreeMap<usize, Vec<TimedRow>>), Failure> {
        let text = match crate::output::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read.map_err(Failure::io("read", path))?,
        };
        let mut lines = text.split_inclusive(|&byte| byte == b'\n').filter(|line| line.ends_with(b"\n"));
        let same = lines.next().is_some_and(|line| line.strip_suffix(b"\n") == Some(run.as_bytes()));
        let found: Vec<&[u8]> = lines.take_while(|line| read(line).is_some()).collect();
        let (kept, dropped) = if same { (found, 0) } else { (Vec::new(), found.len()) };
        let done = kept.iter().filter_map(|line| read(line)).collect();
        // Rewritten whole: after a cut-off line nothing could be appended.
        crate::output::write_here(path, &[&[run.as_bytes(), b"\n"], &kept[..]].concat().concat())?;
        let file = File::options().append(true).open(path).map_err(Failure::io("open", path))?;
        Ok((Self { path: path.into(), file: Mutex::new(file), dropped }, done))
    }

    /// Adds a cell, from any thread.
    pub fn add(&self, cell: usize, rows: &[TimedRow]) -> Result<(), Failure> {
        let line = written(cell, rows);
        let mut file = self.file.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        file.write_all(&line).and_then(|()| file.sync_data()).map_err(Failure::io("write", &self.path))
    }
}

/// The line of a cell.
pub fn written(cell: usize, rows: &[TimedRow]) -> Vec<u8> {
    let (seconds, rows) = rows.iter().map(|row| (row.seconds, row.values.clone())).unzip();
    let mut line = serde_json::to_vec(&Line { cell, seconds, rows }).expect("values have a JSON form");
    line.push(b'\n');
    line
}

/// The cell and the rows of a line, unless it is cut off.
pub fn read(line: &[u8]) -> Option<(usize, Vec<TimedRow>)> {
    let Line { cell, seconds, rows } = serde_json::from_slice(line).ok()?;
    Some((cell, rows.into_iter().zip(seconds).map(|(values, seconds)| TimedRow { values, seconds }).collect()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn row(value: f64) -> TimedRow {
        TimedRow { seconds: 0.5, ..TimedRow::default() }.with("value", value)
    }

    #[test]
    fn what_was_finished_comes_back_and_a_torn_line_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let (journal, done) = Journal::open(&path, "run 1").unwrap();
        assert!(done.is_empty());
        journal.add(3, &[row(1.0 / 3.0), row(2.0)]).unwrap();
        journal.add(1, &[]).unwrap();
        drop(journal);
        let whole = fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let (journal, done) = Journal::open(&path, "run 1").unwrap();
            let lines = whole[..cut].iter().filter(|&&byte| byte == b'\n').count();
            assert_eq!(done.len(), lines.saturating_sub(1), "{cut}");
            journal.add(7, &[row(0.0)]).unwrap();
            let (_, again) = Journal::open(&path, "run 1").unwrap();
            assert!(again.contains_key(&7) && again.len() == done.len() + 1, "{cut}");
        }
        fs::write(&path, &whole).unwrap();
        let (_, done) = Journal::open(&path, "run 1").unwrap();
        assert_eq!(done[&3][0].values["value"].as_f64(), Some(1.0 / 3.0));
        let (other, done) = Journal::open(&path, "run 2").unwrap();
        assert_eq!((done.len(), other.dropped), (0, 2));
    }
}
