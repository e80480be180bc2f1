//! The data sets inside the program. Where they come from is in `data/README.md`.

use std::path::Path;

use super::error::DataError;
use super::{ReadOptions, Table, csv, source};

const SETS: [(&str, &[u8]); 4] = [
    ("digits", include_bytes!("../../data/digits.csv.gz")),
    ("wine", include_bytes!("../../data/wine.csv")),
    ("iris", include_bytes!("../../data/iris.csv")),
    ("breast-cancer", include_bytes!("../../data/breast-cancer.csv")),
];

/// What [`load`](super::load) takes for DATA besides files.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    SETS.iter().map(|(name, _)| *name)
}

/// The set of that name, if there is one.
pub(super) fn read(name: &Path, options: &ReadOptions) -> Option<Result<Table, DataError>> {
    let (_, bytes) = SETS.iter().find(|(set, _)| name.as_os_str() == *set)?;
    let reader = source::ungzip(*bytes).map_err(DataError::io("read", name));
    Some(reader.and_then(|reader| csv::read(name, reader, options)))
}
