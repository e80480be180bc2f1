//! The loader of labelled data, which every command that learns or judges goes through.

use std::ffi::OsStr;

use admm_solvers::data::Encoding;

use super::dataset::{Dataset, ReadOptions};
use super::encode::Messages;
use super::labelled::{Labelled, LabelledSet};
use super::labels::Classes;
use super::storage::SampleStorage;
use crate::failure::Failure;

/// The data that are asked for, and how they are read.
#[derive(Debug, Clone)]
pub struct Source<'a> {
    /// The samples to learn from: a name or files, as [`read`](super::read) takes them.
    pub data: &'a OsStr,
    /// The samples to be judged by, in files of their own.
    pub test: Option<&'a OsStr>,
    /// The options for reading both.
    pub reading: ReadOptions,
}

/// Loads a labelled data set.
///
/// # Errors
/// Data that cannot be read, that have no labels or fewer than two classes, and test samples with other features or
/// classes.
pub fn load<X: SampleStorage>(source: &Source<'_>) -> Result<LabelledSet<X>, Failure> {
    let (table, encoding, mut messages) = X::learn(source.data, &source.reading)?;
    let (table, labels) = labelled(table)?;
    let classes = Classes::from_labels(&labels).map_err(Failure::mismatch(&table.name))?;
    let train = Labelled { x: table.x, labels: classes.encode(&labels)? };
    let like = |test| load_like(test, &source.reading, &encoding, &classes);
    let test = source.test.map(like).transpose()?.map(|(test, of_test)| {
        messages.warnings.extend(of_test.warnings);
        messages.notes.extend(of_test.notes);
        test
    });
    Ok(LabelledSet { name: table.name, features: table.features, classes, encoding, messages, train, test })
}

/// Loads labelled samples that must have the columns and the classes of others.
///
/// # Errors
/// Data that cannot be read, that have no labels, or other columns or classes.
pub fn load_like<X: SampleStorage>(
    data: &OsStr,
    reading: &ReadOptions,
    encoding: &Encoding,
    classes: &Classes,
) -> Result<(Labelled<X>, Messages), Failure> {
    let (table, messages) = X::read_like(data, reading, encoding)?;
    let (table, labels) = labelled(table)?;
    let labels = classes.encode(&labels).map_err(Failure::mismatch(&table.name))?;
    Ok((Labelled { x: table.x, labels }, messages))
}

/// Takes the labels out of a table, which must have some.
fn labelled<X>(mut table: Dataset<X>) -> Result<(Dataset<X>, Vec<String>), Failure> {
    match table.labels.take() {
        Some(labels) => Ok((table, labels)),
        None => Err(Failure::Other(format!(
            "{name}: there are no labels; give both files as {name},LABELS, or a format that holds them",
            name = table.name
        ))),
    }
}
