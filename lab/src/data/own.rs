//! The samples of one process among several, read from where they stand.
//!
//! The processes agree after every step. Whatever one of them cannot do with its part, be it for a wrong cell or for a
//! text, all of them do with the whole data, as a single process does. So they end with its results or its errors.

#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use admm::ranks::{Ranks, agree, gather};
use admm_solvers::Scalar;
use admm_solvers::data::{Encoding, Features, own_samples};
use serde::{Serialize, de::DeserializeOwned};

use super::dataset::{Dataset, ReadOptions};
use super::encode::Messages;
use super::format::Format;
use super::labelled::LabelledSet;
use super::labels::Classes;
use super::load::{Rows, Source, load, load_like};
use super::storage::{cast, check_resolved};
use super::table::Table;
use super::{npy, parts, read, source};
use crate::failure::Failure;

/// Loads the samples of this process: [whole chunks](own_samples) of all samples, or what is left of these.
///
/// # Errors
/// Those of [`load`], and files that are not the same for all processes.
pub fn load_own<T: Scalar>(source: &Source<'_>, ranks: &dyn Ranks) -> Result<LabelledSet<Features<T>>, Failure> {
    if ranks.size() == 1 {
        return load(source);
    }
    let (path, reading) = (Path::new(source.data), &source.reading);
    let own = Own { path, reading, ranks };
    let read = own.table()?.and_then(|(table, messages)| Some((Rows::of(table, reading).ok()?, messages)));
    let read = read.filter(|(rows, _)| !rows.count_for_nothing());
    let names = |rows: &Rows<_>| if reading.numbers { BTreeSet::new() } else { rows.labels.iter().cloned().collect() };
    let names = own.all(read.as_ref().map(|(rows, _)| names(rows)))?;
    let (Some(names), Some((rows, mut messages))) = (names, read) else {
        let set = load(source)?;
        let train = set.train.share(ranks);
        return Ok(LabelledSet { train, ..set });
    };
    let (name, features) = (rows.table.name.clone(), rows.table.features.clone());
    let classes = Classes::of(reading, names.iter().flatten()).map_err(Failure::mismatch(&name))?;
    let (train, encoding) = (rows.labelled(&classes)?, Encoding::of_numbers(&features));
    let test = source.test.map(|test| load_like(test, reading, &encoding, &classes)).transpose()?;
    let test = test.map(|(test, more)| messages.with(more, test));
    Ok(LabelledSet { name, features, classes, encoding, messages, train, test })
}

/// Numbers by sample, and what is said of them.
type Found<T> = (Dataset<Features<T>>, Messages);

/// The data, and who reads them.
struct Own<'a> {
    path: &'a Path,
    reading: &'a ReadOptions,
    ranks: &'a dyn Ranks,
}

impl Own<'_> {
    /// The values of all processes, if each has one.
    fn all<V: Serialize + DeserializeOwned>(&self, mine: Option<V>) -> Result<Option<Vec<V>>, Failure> {
        Ok(gather(self.ranks, Ok(mine))?.into_iter().collect())
    }

    /// The rows of this process, if the data are such that it can read them alone.
    fn table<T: Scalar>(&self) -> Result<Option<Found<T>>, Failure> {
        if self.reading.accepts_more_than_numbers() || self.reading.groups.is_some() {
            return Ok(None);
        }
        let agree = |files: &[PathBuf], lengths: &Option<Vec<u64>>| {
            let names: Vec<_> = files.iter().map(|file| file.to_string_lossy()).collect();
            agree(self.ranks, "list of files", &(names, lengths))
        };
        if let Some((x, y)) = read::numpy_pair(self.path, self.reading) {
            agree(&[&x[..], &y].concat(), &None)?;
            return Ok(self.arrays(&x, &y)?.map(|table| (table, Messages::default())));
        }
        let files = parts::files(self.path);
        let lengths: Option<Vec<u64>> = files.iter().map(|file| source::text_length(file)).collect();
        agree(&files, &lengths)?;
        let (Some(lengths), Ok(format)) = (lengths, parts::format(&files)) else { return Ok(None) };
        let is_plain = self.reading.spellings.is_empty() && read::check_options(&files[0], self.reading).is_ok();
        let table = match format {
            Format::Csv => self.records(&files, &lengths)?,
            Format::Svmlight if is_plain => self.samples(&files, &lengths)?,
            _ => None,
        };
        Ok(table.and_then(|table| self.features(table)))
    }

    /// The rows of mapped arrays. Those that a single process would read, and not map, are in memory here as well: then
    /// they are scaled in the same way.
    fn arrays<T: Scalar>(&self, x: &[PathBuf], y: &[PathBuf]) -> Result<Option<Dataset<Features<T>>>, Failure> {
        let mapped = npy::map::<T>(x, 0).ok().flatten().zip(npy::counts(y).ok());
        let mapped = mapped.filter(|(x, counts)| counts.iter().sum::<usize>() == x.ncols()).map(|(x, _)| x);
        let Some(counts) = self.all(mapped.as_ref().map(Features::ncols))? else { return Ok(None) };
        let own = own_samples(self.ranks, counts[0]);
        Ok(mapped.and_then(|x| {
            let is_small = ((x.nrows() * x.ncols() * size_of::<T>()) as u64) < npy::MAPPED_FROM;
            let rows = if is_small { x.dense(own.clone()).into() } else { x.range(own.clone()) };
            read::with_labels(self.path, rows, y, own, self.reading).ok()
        }))
    }

    /// The features of rows that hold nothing but numbers.
    fn features<T: Scalar>(&self, table: Table) -> Option<Found<T>> {
        let messages = Messages::of_notes(self.path, &table.notes);
        let name = self.path.to_string_lossy().into_owned();
        let table = table.finish_rows(name, self.path, self.path).ok()?;
        check_resolved::<T>(&table).ok()?;
        Some((cast(table, None).ok()?, messages))
    }
}
