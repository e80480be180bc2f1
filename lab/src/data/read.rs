//! Reading tables from files, and the few that come with the program.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use admm_solvers::{Scalar, data::Features};

#[cfg(feature = "parquet")]
use super::arrow_files;
use super::dataset::{Dataset, LabelColumn, ReadOptions};
use super::error::DataError;
use super::format::Format;
use super::problem::Place;
use super::spelling::Decimal;
use super::table::{self, Table};
use super::{csv, embedded, idx, labels, npy, npz, source, svmlight};

/// A table as it was read, and the files that it comes from.
pub(super) struct RawTable {
    pub(super) name: String,
    pub(super) table: Table,
    pub(super) x: PathBuf,
    pub(super) y: PathBuf,
    /// The number of samples that were left out for want of a label.
    pub(super) unlabelled: usize,
}

/// Reads an embedded data set (`digits`, `wine`, `iris`, `breast-cancer`, `penguins`, `diabetes`), a file, a pair `x,y` of
/// files, or standard input (`-`), in which all cells are finite numbers.
///
/// The name decides: `.npy`, `.npz`, `…ubyte` (IDX), `.svm`, `.svmlight`, `.libsvm`; anything else is CSV. Text and
/// IDX may be compressed by gzip or zstd. An embedded name comes before a file of that name, which `./digits` still
/// reaches.
pub fn read(data: &OsStr, options: &ReadOptions) -> Result<Dataset, DataError> {
    let RawTable { name, table, x, y, .. } = read_raw(data, options)?;
    table.finish(name, &x, &y)
}

/// Reads the same as it comes: numbers and texts, some of them missing.
pub(super) fn read_raw(data: &OsStr, options: &ReadOptions) -> Result<RawTable, DataError> {
    let path = Path::new(data);
    let raw = |table: Table, x: PathBuf, y: PathBuf| {
        let name = path.to_string_lossy().into_owned();
        RawTable { name, table: Table { numbers: options.numbers, ..table }, x, y, unlabelled: 0 }
    };
    if let Some(bytes) = embedded::bytes(path) {
        let reader = source::decompress(bytes).map_err(DataError::io("read", path))?;
        let table = csv::read(path, reader, options)?;
        return Ok(raw(Table { notes: Vec::new(), ..table }, path.into(), path.into()));
    }
    match source::pair(path) {
        Some((x, y)) => Ok(raw(read_pair(&x, &y, options)?, x, y)),
        None => Ok(raw(read_file(path, options)?, path.into(), path.into())),
    }
}

/// Maps a pair `x.npy,y.npy` of which x is large and holds numbers of type T, sample after sample. They stay in the
/// file, and whether they are finite is not known yet. `None` for all other data, which [`read`] reads.
pub fn map<T: Scalar>(data: &OsStr, options: &ReadOptions) -> Result<Option<Dataset<Features<T>>>, DataError> {
    let path = Path::new(data);
    let Some((x_path, y_path)) = source::pair(path).filter(|_| options.spellings.is_empty()) else { return Ok(None) };
    if (Format::of(&x_path), Format::of(&y_path)) != (Format::Npy, Format::Npy) {
        return Ok(None);
    }
    let least = if options.shared { 0 } else { npy::MAPPED_FROM };
    let Some(x) = npy::map(&x_path, least)? else { return Ok(None) };
    check_options(&x_path, options)?;
    let (labels, place) = (npy::labels(&y_path)?, |row: usize| Place { row: row + 1, line: None });
    let labels = match options.numbers {
        true => labels::numeric(&y_path, labels, place)?,
        false => labels::canonical(&y_path, labels, place)?,
    };
    if labels.len() != x.ncols() {
        return Err(DataError::Lengths { path: y_path, x: x.ncols(), y: labels.len() });
    }
    let features = table::feature_names(x.nrows());
    let labels = Some(labels).filter(|_| options.label != LabelColumn::None);
    Ok(Some(Dataset { name: path.to_string_lossy().into_owned(), features, x, labels, aside: Vec::new() }))
}

/// Reads the numbers of an array of numpy that has one dimension.
///
/// # Errors
/// A file that cannot be read, or an array of another kind.
pub fn read_numbers(path: &Path) -> Result<Vec<f64>, DataError> {
    let number = |text: String| text.parse().map_err(|_| DataError::format(path, format!("`{text}` is not a number")));
    npy::labels(path)?.into_iter().map(number).collect()
}

/// The files that [`read`] reads.
pub fn input_files(data: &OsStr) -> Vec<PathBuf> {
    match source::pair(Path::new(data)) {
        _ if data.to_str().is_some_and(|name| is_embedded(name) || name == source::STDIN) => Vec::new(),
        Some((x, y)) => vec![x, y],
        None => vec![data.into()],
    }
}

/// Returns true if the data are read from standard input.
pub fn is_stdin(data: &OsStr) -> bool {
    data == source::STDIN
}

/// Returns true if a data set of this name comes with the program.
pub fn is_embedded(name: &str) -> bool {
    embedded::names().any(|known| known == name)
}

fn read_file(path: &Path, options: &ReadOptions) -> Result<Table, DataError> {
    let format = Format::of(path);
    match format {
        Format::Csv => {}
        Format::Parquet | Format::Arrow => check_text_options(path, options)?,
        _ => check_options(path, options)?,
    }
    let with_labels = options.label != LabelColumn::None;
    let mut table = match format {
        Format::Csv => csv::read(path, source::open_text(path)?, options)?,
        Format::Npy => npy::read(path)?,
        Format::Npz => npz::read(path, with_labels)?,
        Format::Idx => idx::read(path)?,
        Format::Svmlight => svmlight::read(path, source::open_text(path)?)?,
        #[cfg(feature = "parquet")]
        Format::Parquet => arrow_files::read_parquet(path, options)?,
        #[cfg(feature = "parquet")]
        Format::Arrow => arrow_files::read_arrow(path, options)?,
        #[cfg(not(feature = "parquet"))]
        Format::Parquet | Format::Arrow => {
            source::open(path)?;
            let problem = "Parquet and Arrow files need a program that was built with `--features parquet`";
            return Err(DataError::format(path, problem));
        }
    };
    if format != Format::Csv {
        table.mark_missing(&options.spellings);
    }
    table.labels = table.labels.filter(|_| with_labels);
    Ok(table)
}

fn read_pair(x: &Path, y: &Path, options: &ReadOptions) -> Result<Table, DataError> {
    check_options(x, options)?;
    let (mut table, labels) = match (Format::of(x), Format::of(y)) {
        (Format::Npy, Format::Npy) => (npy::read(x)?, npy::labels(y)?),
        (Format::Idx, Format::Idx) => (idx::read(x)?, idx::labels(y)?),
        _ => {
            source::open(x)?;
            source::open(y)?;
            return Err(DataError::format(x, "a pair of files is two .npy or two IDX files"));
        }
    };
    table.mark_missing(&options.spellings);
    table.labels = Some(labels).filter(|_| options.label != LabelColumn::None);
    Ok(table)
}

/// An option is never silently ignored.
fn check_options(path: &Path, options: &ReadOptions) -> Result<(), DataError> {
    let unused = match options {
        ReadOptions { label: LabelColumn::Named(_), .. } => "a label column by name or number",
        ReadOptions { drop, .. } if !drop.is_empty() => "dropping columns",
        ReadOptions { weights: Some(_), .. } => "a column of weights",
        ReadOptions { groups: Some(_), .. } => "a column of groups",
        ReadOptions { more_labels, .. } if !more_labels.is_empty() => "a label column by name or number",
        _ => return check_text_options(path, options),
    };
    Err(DataError::Option { path: path.into(), option: unused })
}

/// An option about the text of a file is never silently ignored.
fn check_text_options(path: &Path, options: &ReadOptions) -> Result<(), DataError> {
    let unused = match options {
        ReadOptions { header: Some(_), .. } => "a header",
        ReadOptions { delimiter: Some(_), .. } => "a delimiter",
        ReadOptions { decimal: Decimal::Comma, .. } => "a decimal comma",
        _ => return Ok(()),
    };
    Err(DataError::Option { path: path.into(), option: unused })
}
