//! Tables from files, and a few that come with the program.

mod csv;
mod embedded;
mod error;
mod idx;
mod labels;
mod layout;
mod lines;
mod npy;
mod npz;
mod problem;
mod records;
mod source;
mod svmlight;
mod table;
#[cfg(test)]
mod tests;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use admm_solvers::{Scalar, features::Features};
use nalgebra::DMatrix;

pub use error::DataError;
pub use labels::Classes;
pub use problem::LineProblem;
use problem::Place;
use table::Table;

/// A table, by default in memory and with every value finite. X is d×n: a sample is a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset<X = DMatrix<f64>> {
    /// What was loaded, as it was asked for.
    pub name: String,
    /// The name of each row of `x`; `x1`, `x2` and so on where the source has none, or from `x0` as the source counts.
    pub features: Vec<String>,
    /// The samples.
    pub x: X,
    /// The label of each sample, integers in one spelling (`1` for `1.0`).
    pub labels: Option<Vec<String>>,
}

/// How to read a table. The default: the last column is the label, a header is recognised, nothing is dropped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Where the labels are.
    pub label: LabelColumn,
    /// Whether the first record of a CSV is a header; `None` looks whether it has text above a number, or the columns
    /// are numbered in order.
    pub header: Option<bool>,
    /// Columns of a CSV to leave out, by name or number.
    pub drop: Vec<String>,
}

/// Where the labels are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum LabelColumn {
    /// The last column of a CSV; what the other formats have for labels.
    #[default]
    Last,
    /// No labels, or ignore them.
    None,
    /// The name of a column of a CSV, or its number from 1.
    Named(String),
}

/// Loads an embedded data set (`digits`, `wine`, `iris`, `breast-cancer`), a file, or a pair `x,y` of files.
///
/// The name decides: `.npy`, `.npz`, `…ubyte` (IDX), `.svm`, `.svmlight`, `.libsvm`; anything else is CSV. Text and
/// IDX may be compressed by gzip. An embedded name comes before a file of that name, which `./digits` still reaches.
pub fn load(data: &OsStr, options: &ReadOptions) -> Result<Dataset, DataError> {
    let path = Path::new(data);
    let name = path.to_string_lossy().into_owned();
    if let Some(table) = embedded::read(path, options) {
        return table?.finish(name, path, path);
    }
    match source::pair(path) {
        Some((x, y)) => read_pair(&x, &y, options)?.finish(name, &x, &y),
        None => read_file(path, options)?.finish(name, path, path),
    }
}

/// Maps a pair `x.npy,y.npy` of which x is large and holds numbers of type T, sample after sample. They stay in the
/// file, and whether they are finite is not known yet. `None` for all other data, which [`load`] reads.
pub fn map<T: Scalar>(data: &OsStr, options: &ReadOptions) -> Result<Option<Dataset<Features<T>>>, DataError> {
    let path = Path::new(data);
    let Some((x_path, y_path)) = source::pair(path) else { return Ok(None) };
    if (Format::of(&x_path), Format::of(&y_path)) != (Format::Npy, Format::Npy) {
        return Ok(None);
    }
    let Some(x) = npy::map(&x_path)? else { return Ok(None) };
    check_options(&x_path, options)?;
    let labels = labels::canonical(&y_path, npy::labels(&y_path)?, |row| Place { row: row + 1, line: None })?;
    if labels.len() != x.ncols() {
        return Err(DataError::Lengths { path: y_path, x: x.ncols(), y: labels.len() });
    }
    let features = table::feature_names(x.nrows());
    let labels = Some(labels).filter(|_| options.label != LabelColumn::None);
    Ok(Some(Dataset { name: path.to_string_lossy().into_owned(), features, x, labels }))
}

/// The files that [`load`] reads.
pub fn files(data: &OsStr) -> Vec<PathBuf> {
    match source::pair(Path::new(data)) {
        _ if data.to_str().is_some_and(is_embedded) => Vec::new(),
        Some((x, y)) => vec![x, y],
        None => vec![data.into()],
    }
}

/// Whether a data set of that name comes with the program.
pub fn is_embedded(name: &str) -> bool {
    embedded::names().any(|known| known == name)
}

/// Whether the features have no names but their numbers.
pub fn is_unnamed(features: &[String]) -> bool {
    let first = usize::from(!counts_from_zero(features));
    features.iter().enumerate().all(|(i, name)| *name == format!("x{}", i + first))
}

/// Whether the first of them is feature 0.
pub fn counts_from_zero(features: &[String]) -> bool {
    features.first().is_some_and(|name| name == "x0")
}

impl<X> Dataset<X> {
    /// Whether samples list their features, and those that none of them has may be missing.
    pub fn is_sparse(&self) -> bool {
        Format::of(Path::new(&self.name)) == Format::Svmlight
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Format {
    Csv,
    Npy,
    Npz,
    Idx,
    Svmlight,
}

impl Format {
    fn of(path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
            "npy" => Self::Npy,
            "npz" => Self::Npz,
            "svm" | "svmlight" | "libsvm" => Self::Svmlight,
            _ if name.ends_with("ubyte") => Self::Idx,
            _ => Self::Csv,
        }
    }
}

fn read_file(path: &Path, options: &ReadOptions) -> Result<Table, DataError> {
    let format = Format::of(path);
    if format != Format::Csv {
        check_options(path, options)?;
    }
    let with_labels = options.label != LabelColumn::None;
    let mut table = match format {
        Format::Csv => csv::read(path, source::open_text(path)?, options)?,
        Format::Npy => npy::read(path)?,
        Format::Npz => npz::read(path, with_labels)?,
        Format::Idx => idx::read(path)?,
        Format::Svmlight => svmlight::read(path, source::open_text(path)?)?,
    };
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
    table.labels = Some(labels).filter(|_| options.label != LabelColumn::None);
    Ok(table)
}

/// An option is never silently ignored.
fn check_options(path: &Path, options: &ReadOptions) -> Result<(), DataError> {
    let unused = match options {
        ReadOptions { label: LabelColumn::Named(_), .. } => "a label column by name or number",
        ReadOptions { header: Some(_), .. } => "a header",
        ReadOptions { drop, .. } if !drop.is_empty() => "dropping columns",
        _ => return Ok(()),
    };
    Err(DataError::Option { path: path.into(), option: unused })
}
