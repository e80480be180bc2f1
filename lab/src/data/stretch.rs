//! Stretches of text files: which rows start in a range of bytes, found without reading what the rows say.

use std::fs::File;
use std::io::{BufReader, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::DataError;
use super::lines::Lines;
use super::source;

/// A reader that goes from row to row.
pub(super) trait RowReader {
    /// Goes behind the next row; `false` at the end of the file.
    fn skip(&mut self) -> Result<bool, DataError>;
    /// The byte at which the next line starts.
    fn position(&mut self) -> Result<u64, DataError>;
}

/// Consecutive rows of a file, of data in several files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Stretch {
    pub(super) file: usize,
    /// The bytes from the first row to the line after the last row.
    pub(super) bytes: Range<u64>,
    pub(super) rows: usize,
}

impl Stretch {
    /// The rows that start in a range of bytes of a file, if there are lines that do. It is taken for granted that no row
    /// goes on behind the line that the range begins in: [`are_whole`] tells whether that was right.
    pub(super) fn find<R: RowReader>(
        file: usize,
        path: &Path,
        range: Range<u64>,
        reader: impl FnOnce(BufReader<File>, u64) -> R,
    ) -> Result<Option<Self>, DataError> {
        let start = first_line(path, range.start)?;
        if start >= range.end {
            return Ok(None);
        }
        let mut reader = reader(open_at(path, start)?, start);
        let mut rows = 0;
        while reader.position()? < range.end && reader.skip()? {
            rows += 1;
        }
        Ok(Some(Stretch { file, bytes: start..reader.position()?, rows }))
    }
}

/// Opens a file at a byte.
pub(super) fn open_at(path: &Path, byte: u64) -> Result<BufReader<File>, DataError> {
    let (mut reader, _) = source::open(path)?;
    reader.seek(SeekFrom::Start(byte)).map_err(DataError::io("read", path))?;
    Ok(reader)
}

/// The first byte from a given one on where a line starts.
fn first_line(path: &Path, byte: u64) -> Result<u64, DataError> {
    let Some(before) = byte.checked_sub(1) else { return Ok(0) };
    let mut lines = Lines::from_byte(path, Box::new(open_at(path, before)?), before);
    lines.advance()?;
    lines.next_start()
}

/// Returns true if each stretch begins where the one before ends, and together they are all bytes of the files. Then every
/// one begins where a row does, as the first does: a row over several lines was cut nowhere. Empty lines at the end of a
/// file may belong to several.
pub(super) fn are_whole(stretches: &[Stretch], lengths: &[u64]) -> bool {
    let of_file = |file: usize| stretches.iter().filter(move |stretch| stretch.file == file);
    lengths.iter().enumerate().all(|(file, &length)| {
        let end = of_file(file).try_fold(0, |end, next| {
            let adds_nothing = next.rows == 0 && next.bytes.end <= end;
            (adds_nothing || next.bytes.start == end).then_some(end.max(next.bytes.end))
        });
        end == Some(length)
    })
}

/// The bytes of each file that belong to a part of all bytes, one file after the other.
pub(super) fn within(lengths: &[u64], bytes: &Range<u64>) -> Vec<(usize, Range<u64>)> {
    let mut first = 0;
    let of_file = |(file, length): (usize, &u64)| {
        let (start, end) = (bytes.start.max(first), bytes.end.min(first + length));
        let own = (start < end).then(|| (file, start - first..end - first));
        first += length;
        own
    };
    lengths.iter().enumerate().filter_map(of_file).collect()
}

#[cfg(test)]
mod tests {
    use super::super::records::{Record, Records};
    use super::*;

    /// The rows of a CSV that start in each of so many ranges of bytes, and whether nothing was cut.
    fn cut(text: &str, ranges: u64) -> (usize, bool) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.csv");
        std::fs::write(&path, text).unwrap();
        let length = text.len() as u64;
        let find = |i: u64| {
            let range = length * i / ranges..length * (i + 1) / ranges;
            Stretch::find(0, &path, range, |file, at| Records::from_byte(&path, Box::new(file), at)).unwrap()
        };
        let found: Vec<Stretch> = (0..ranges).filter_map(find).collect();
        (found.iter().map(|stretch| stretch.rows).sum(), are_whole(&found, &[length]))
    }

    #[test]
    fn every_row_starts_in_one_range_of_bytes() {
        for text in
            ["1,2\n3,4\n5,6\n", "1,2\r\n3,4\r\n5,6", "1\r2\r3\r", "\"a\"\"b\",1\nc,2\n\"d,\",3\n\n\n", "1\n2\n3"]
        {
            for ranges in 1..=text.len() as u64 + 2 {
                assert_eq!(cut(text, ranges), (3, true), "{text:?} in {ranges} ranges");
            }
        }
    }

    /// A range that begins inside quotes takes the rest of the row for rows. Wherever that happens it is seen.
    #[test]
    fn a_row_over_several_lines_is_whole_or_seen_to_be_cut() {
        let text = "\"a\nb\",1\nc,2\n\"d\n\ne\n\",3\nf,4\n";
        let cuts = (1..=text.len() as u64).filter_map(|ranges| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("data.csv");
            std::fs::write(&path, text).unwrap();
            let length = text.len() as u64;
            let find = |i: u64| {
                let range = length * i / ranges..length * (i + 1) / ranges;
                Stretch::find(0, &path, range, |file, at| Records::from_byte(&path, Box::new(file), at))
            };
            let found: Vec<Stretch> =
                (0..ranges).map(find).collect::<Result<Vec<_>, _>>().ok()?.into_iter().flatten().collect();
            are_whole(&found, &[length]).then(|| found.iter().map(|stretch| stretch.rows).sum::<usize>())
        });
        let cuts: Vec<usize> = cuts.collect();
        assert!(cuts.len() < text.len() && cuts.iter().all(|&rows| rows == 4), "{cuts:?}");
        let mut record = Record::default();
        let mut records = Records::new(Path::new("data.csv"), Box::new(text.as_bytes()));
        assert_eq!(std::iter::from_fn(|| records.next(&mut record).unwrap().then_some(())).count(), 4);
    }

    #[test]
    fn a_part_of_all_bytes_lies_in_some_files() {
        let lengths = [4, 0, 3, 5];
        assert_eq!(within(&lengths, &(0..12)), [(0, 0..4), (2, 0..3), (3, 0..5)]);
        assert_eq!(within(&lengths, &(3..8)), [(0, 3..4), (2, 0..3), (3, 0..1)]);
        assert_eq!(within(&lengths, &(7..7)), []);
    }
}
