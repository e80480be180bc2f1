//! The rows of a process in text files, which it finds without reading the others.
//!
//! Every process looks for the rows that start in its share of the bytes, and all tell each other how many these are. So
//! each knows in which stretches its own rows are, and reads them.

use std::fs::File;
use std::io::BufReader;
use std::ops::Range;
use std::path::PathBuf;

use admm_solvers::data::own_samples;

use super::super::csv::{Rows, Start};
use super::super::error::DataError;
use super::super::lines::Lines;
use super::super::records::Record;
use super::super::source;
use super::super::stretch::{self, RowReader, Stretch};
use super::super::svmlight::{SampleLines, Sparse};
use super::super::table::Table;
use super::Own;
use crate::failure::Failure;

/// The rows that a process reads.
struct Share {
    /// Some rows of each of these stretches, counted from its first.
    rows: Vec<(Stretch, Range<usize>)>,
    count: usize,
}

impl Own<'_> {
    /// The rows of this process in CSV files.
    pub(super) fn records(&self, files: &[PathBuf], lengths: &[u64]) -> Result<Option<Table>, Failure> {
        let start = |path| Start::read(path, source::open_text(path)?, self.reading);
        let starts = files.iter().map(|path| start(path)).collect::<Result<Vec<_>, _>>();
        let starts = starts.ok().filter(|starts| !starts.iter().any(Start::looks_for_decimals));
        let found = starts.as_ref().and_then(|starts| {
            let find = |(file, bytes): (usize, Range<u64>)| {
                let start = &starts[file];
                let found = Stretch::find(file, &files[file], bytes, |reader, byte| start.records_from(reader, byte))?;
                Ok(found.map(|found| Stretch { rows: found.rows - header(start, &found), ..found }))
            };
            self.find(lengths, find)
        });
        let (Some(share), Some(starts)) = (self.share(found, lengths)?, starts) else { return Ok(None) };
        let read = || -> Result<Table, DataError> {
            let mut table = Rows::new(&starts[0], self.reading);
            starts.iter().try_for_each(|start| table.begin(start))?;
            for (stretch, rows) in &share.rows {
                let (start, at) = (&starts[stretch.file], stretch.bytes.start);
                let mut records = start.records_from(stretch::open_at(&files[stretch.file], at)?, at);
                skip(&mut records, rows.start + header(start, stretch))?;
                let mut record = Record::default();
                for _ in rows.clone() {
                    records.next(&mut record)?;
                    table.push(&record)?;
                }
            }
            table.finish()
        };
        Ok(read().ok().filter(|table| table.rows() == share.count))
    }

    /// The rows of this process in svmlight files.
    pub(super) fn samples(&self, files: &[PathBuf], lengths: &[u64]) -> Result<Option<Table>, Failure> {
        let lines = |file: usize, reader: BufReader<File>, byte: u64| {
            SampleLines(Lines::from_byte(&files[file], Box::new(reader), byte))
        };
        let find = |(file, bytes): (usize, Range<u64>)| {
            Stretch::find(file, &files[file], bytes, |reader, byte| lines(file, reader, byte))
        };
        let Some(share) = self.share(self.find(lengths, find), lengths)? else { return Ok(None) };
        let read = || -> Result<Sparse, DataError> {
            let mut sparse = Sparse::new();
            for (Stretch { file, bytes, .. }, rows) in &share.rows {
                let mut lines = lines(*file, stretch::open_at(&files[*file], bytes.start)?, bytes.start);
                skip(&mut lines, rows.start)?;
                for _ in rows.clone() {
                    lines.advance()?;
                    sparse.push(&lines.0)?;
                }
            }
            Ok(sparse)
        };
        let sparse = read().ok();
        let Some(indices) = self.all(sparse.as_ref().map(Sparse::indices))? else { return Ok(None) };
        let indices = indices.into_iter().flatten().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        let table = sparse.and_then(|sparse| sparse.dense(&files[0], indices).ok());
        Ok(table.filter(|table| table.labels.as_ref().is_some_and(|labels| labels.len() == share.count)))
    }

    /// The stretches that begin in this process's share of all bytes.
    fn find(
        &self,
        lengths: &[u64],
        find: impl Fn((usize, Range<u64>)) -> Result<Option<Stretch>, DataError>,
    ) -> Option<Vec<Stretch>> {
        let (total, size) = (lengths.iter().sum::<u64>() as u128, self.ranks.size() as u128);
        let bound = |rank: usize| (total * rank as u128 / size) as u64;
        let own = bound(self.ranks.rank())..bound(self.ranks.rank() + 1);
        let found = stretch::within(lengths, &own).into_iter().map(find).collect::<Result<Vec<_>, _>>();
        found.ok().map(|found| found.into_iter().flatten().collect())
    }

    /// The rows that this process reads, if the stretches that all have found are whole.
    fn share(&self, found: Option<Vec<Stretch>>, lengths: &[u64]) -> Result<Option<Share>, Failure> {
        let Some(stretches) = self.all(found)? else { return Ok(None) };
        let stretches = stretches.concat();
        let counts: Vec<u64> = stretches.iter().map(|stretch| stretch.rows as u64).collect();
        let n = counts.iter().sum::<u64>() as usize;
        if n == 0 || !stretch::are_whole(&stretches, lengths) {
            return Ok(None);
        }
        let own = own_samples(self.ranks, n);
        let rows = stretch::within(&counts, &(own.start as u64..own.end as u64)).into_iter();
        let rows = rows.map(|(at, rows)| (stretches[at].clone(), rows.start as usize..rows.end as usize));
        Ok(Some(Share { rows: rows.collect(), count: own.len() }))
    }
}

/// The records of a stretch that are no rows: the header is one.
fn header(start: &Start<'_>, stretch: &Stretch) -> usize {
    usize::from(stretch.bytes.start == 0 && start.has_header())
}

fn skip(reader: &mut impl RowReader, rows: usize) -> Result<(), DataError> {
    (0..rows).try_for_each(|_| reader.skip().map(|_| ()))
}
