//! Reading tables from files, and the few that come with the program.

use std::ffi::OsStr;
use std::ops::Range;
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
use super::{csv, embedded, idx, labels, npy, npz, parts, source, svmlight};

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
        Some((x, y)) => Ok(raw(read_pair(&parts::files(&x), &parts::files(&y), options)?, x, y)),
        None => Ok(raw(read_files(&parts::files(path), options)?, path.into(), path.into())),
    }
}

/// Maps a pair `x.npy,y.npy` of which x is large and holds numbers of type T, sample after sample. They stay in their
/// files, and whether they are finite is not known yet. `None` for all other data, which [`read`] reads.
pub fn map<T: Scalar>(data: &OsStr, options: &ReadOptions) -> Result<Option<Dataset<Features<T>>>, DataError> {
    let path = Path::new(data);
    let Some((x, y)) = numpy_pair(path, options) else { return Ok(None) };
    let Some(x) = npy::map(&x, npy::MAPPED_FROM)? else { return Ok(None) };
    let (count, n) = (npy::counts(&y)?.iter().sum(), x.ncols());
    if count != n {
        return Err(DataError::Lengths { path: y.into_iter().next().unwrap_or_default(), x: n, y: count });
    }
    with_labels(path, x, &y, 0..n, options).map(Some)
}

/// The files of X and of y of a pair whose numbers can be mapped.
pub(super) fn numpy_pair(path: &Path, options: &ReadOptions) -> Option<(Vec<PathBuf>, Vec<PathBuf>)> {
    let (x, y) = source::pair(path).filter(|_| options.spellings.is_empty())?;
    let pair = (parts::files(&x), parts::files(&y));
    let is_numpy = |file: &PathBuf| Format::of(file) == Format::Npy;
    (pair.0.iter().chain(&pair.1).all(is_numpy) && check_options(&x, options).is_ok()).then_some(pair)
}

/// Some rows of a pair, whose features are mapped, with their labels.
pub(super) fn with_labels<T: Scalar>(
    path: &Path,
    x: Features<T>,
    y: &[PathBuf],
    rows: Range<usize>,
    options: &ReadOptions,
) -> Result<Dataset<Features<T>>, DataError> {
    let labels = npy::labels_of(y, &rows)?;
    let at = |row: usize| (y[0].clone(), Place { row: rows.start + row + 1, line: None });
    let labels = if options.numbers { labels::numeric(labels, at)? } else { labels::canonical(labels, at)? };
    let features = table::feature_names(x.nrows());
    let labels = Some(labels).filter(|_| options.label != LabelColumn::None);
    Ok(Dataset { name: path.to_string_lossy().into_owned(), features, x, labels, aside: Vec::new() })
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
        _ if data.to_str().is_some_and(|name| is_embedded(name) || name == parts::STDIN) => Vec::new(),
        Some((x, y)) => [parts::files(&x), parts::files(&y)].concat(),
        None => parts::files(Path::new(data)),
    }
}

/// Returns true if the data are read from standard input.
pub fn is_stdin(data: &OsStr) -> bool {
    data == parts::STDIN
}

/// Returns true if a data set of this name comes with the program.
pub fn is_embedded(name: &str) -> bool {
    embedded::names().any(|known| known == name)
}

/// Reads the files of a data set as one table.
fn read_files(files: &[PathBuf], options: &ReadOptions) -> Result<Table, DataError> {
    let path = &*files[0];
    let format = parts::format(files)?;
    if files.len() > 1 && !matches!(format, Format::Csv | Format::Svmlight) {
        let problem = "the parts of a data set are CSV or svmlight files, or pairs of .npy files (x-*.npy,y-*.npy)";
        return Err(DataError::format(path, problem));
    }
    match format {
        Format::Csv => {}
        Format::Parquet | Format::Arrow => check_text_options(path, options)?,
        _ => check_options(path, options)?,
    }
    let with_labels = options.label != LabelColumn::None;
    let mut table = match format {
        Format::Csv if files.len() > 1 => csv::read_parts(files, options)?,
        Format::Csv => csv::read(path, source::open_text(path)?, options)?,
        Format::Npy => npy::read(path)?,
        Format::Npz => npz::read(path, with_labels)?,
        Format::Idx => idx::read(path)?,
        Format::Svmlight => svmlight::read(files)?,
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

fn read_pair(x: &[PathBuf], y: &[PathBuf], options: &ReadOptions) -> Result<Table, DataError> {
    check_options(&x[0], options)?;
    let (mut table, labels) = match (parts::format(x)?, parts::format(y)?) {
        (Format::Npy, Format::Npy) => (read_arrays(x)?, npy::labels_of(y, &(0..usize::MAX))?),
        (Format::Idx, Format::Idx) if x.len() == 1 && y.len() == 1 => (idx::read(&x[0])?, idx::labels(&y[0])?),
        _ => {
            source::open(&x[0])?;
            source::open(&y[0])?;
            return Err(DataError::format(&x[0], "a pair of files is two .npy or two IDX files"));
        }
    };
    table.mark_missing(&options.spellings);
    table.labels = Some(labels).filter(|_| options.label != LabelColumn::None);
    Ok(table)
}

/// Reads the files of X, one after the other.
fn read_arrays(files: &[PathBuf]) -> Result<Table, DataError> {
    let mut table = npy::read(&files[0])?;
    if files.len() > 1 {
        table.files.push((files[0].clone(), 0));
        files[1..].iter().try_for_each(|path| table.append(npy::read(path)?, path))?;
    }
    Ok(table)
}

/// An option is never silently ignored.
pub(super) fn check_options(path: &Path, options: &ReadOptions) -> Result<(), DataError> {
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
