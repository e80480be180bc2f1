//! The encoding of a table: from columns of numbers and of texts to features.

use super::categories::{check_category, number_text, order};
use super::table::{Column, Table};
use super::{Features, TableError};
use admm::Result;
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::ops::Range;

/// The treatment of missing cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Missing {
    /// The mean of the feature stands for the cell: 0 after scaling.
    Mean,
    /// The samples with missing cells are left out.
    Drop,
}

/// The features of a column of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Categories {
    /// A feature for each level, which is 1 in the samples of that level and else 0.
    OneHot,
}

/// The treatment of a level that was not there when the encoding was learnt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Unknown {
    /// The table is refused.
    #[default]
    Error,
    /// The cell counts as missing, and the mean stands for it.
    Ignore,
}

/// The choices for an [`Encoding`]. By default neither missing cells nor columns of text are accepted.
#[derive(Debug, Clone, Default)]
pub struct EncodingChoices {
    /// The treatment of missing cells, if they are accepted.
    pub missing: Option<Missing>,
    /// The features of columns of text, if these are accepted.
    pub categories: Option<Categories>,
    /// The treatment of unknown levels.
    pub unknown: Unknown,
    /// Texts that stand for a missing cell, for those who read files as the training file was read.
    pub spellings: Vec<String>,
}

/// The way from the columns of a table to features, learnt from one table and applied to others of the same kind. A model file keeps
/// it, see [`Names::with_encoding`](crate::joint::Names::with_encoding).
///
/// ```
/// use admm_solvers::data::{Categories, Cells, Encoding, EncodingChoices, Missing, Table};
/// use admm_solvers::joint::JointModel;
///
/// let table = |islands: [Option<&str>; 4], bills: [f64; 4]| {
///     let islands = islands.map(|island| island.map(String::from)).to_vec();
///     Table::of(vec![("island".into(), Cells::Texts(islands)), ("bill".into(), Cells::Numbers(bills.to_vec()))])
/// };
/// let train = table([Some("Dream"), None, Some("Biscoe"), Some("Dream")], [39.0, 40.0, f64::NAN, 45.0])?;
/// let choices = EncodingChoices {
///     missing: Some(Missing::Mean),
///     categories: Some(Categories::OneHot),
///     ..EncodingChoices::default()
/// };
/// let encoding = Encoding::learn(&train, &choices)?;
/// assert_eq!(encoding.features(), ["island=Biscoe", "island=Dream", "bill"]);
///
/// let x = encoding.encode(train)?.features()?;
/// let fitted = JointModel::builder().components(1).build()?.fit(x, &[0, 0, 1, 1])?;
///
/// let mut more = encoding.encode(table([Some("Biscoe"); 4], [f64::NAN, 38.0, 39.0, 40.0])?)?.x;
/// fitted.scaler.fill(&mut more);
/// assert_eq!(fitted.predict(&more)?.len(), 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encoding {
    /// The columns in their order.
    pub columns: Vec<EncodedColumn>,
    /// The treatment of missing cells, if they are accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
    /// The treatment of unknown levels.
    #[serde(default)]
    pub unknown: Unknown,
    /// The texts besides the usual ones that stood for a missing cell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spellings: Vec<String>,
}

/// A column, as it was learnt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncodedColumn {
    /// The name of the column.
    pub name: String,
    /// The levels of a category in their order; `None` for a column of numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub levels: Option<Vec<String>>,
    /// The number of its cells that were missing.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub missing: usize,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// A table as features.
#[derive(Debug, Clone)]
pub struct Encoded {
    /// The features (d×n), in which NaN is a missing cell.
    pub x: DMatrix<f64>,
    /// The features of each category.
    pub categories: Vec<Range<usize>>,
    /// The number of samples of the table.
    pub rows: usize,
    /// The samples of the table that are there: all but those with missing cells that were to be left out.
    pub kept: Vec<usize>,
    /// The number of missing cells of each column that has some.
    pub missing: Vec<(String, usize)>,
    /// The number of unknown levels of each column that has some.
    pub unknown: Vec<(String, usize)>,
}

impl Encoded {
    /// The features as the joint model takes them: it learns the means, the deviations and the weights of the categories.
    ///
    /// # Errors
    /// Categories that are not features of x, where somebody has changed either.
    pub fn features(self) -> Result<Features<f64>> {
        Features::mixed(self.x, self.categories)
    }
}

impl Encoding {
    /// Learns the levels of the categories. Levels are ordered as numbers where all are integers, else as texts.
    ///
    /// # Errors
    /// Missing cells or columns of text that are not accepted, columns without a cell, dates, and more levels than a
    /// category has: more than 10, and more than a fifth as many as cells.
    pub fn learn(table: &Table, choices: &EncodingChoices) -> Result<Self, TableError> {
        let missing = table.missing();
        let texts = table.columns().iter().filter(|column| column.texts.is_some() && choices.categories.is_none());
        let texts: Vec<String> = texts.map(|column| column.name.clone()).collect();
        if !texts.is_empty() || !missing.is_empty() && choices.missing.is_none() {
            let missing = if choices.missing.is_none() { missing } else { Vec::new() };
            return Err(TableError::Unprepared { texts, missing });
        }
        let counts: HashMap<_, _> = missing.into_iter().collect();
        let whole = match choices.missing {
            Some(Missing::Drop) if !counts.is_empty() => table.whole(),
            _ => vec![true; table.cells().ncols()],
        };
        let learnt = |(at, column): (usize, &Column)| {
            let cells = table.cells().row(at);
            let there =
                || cells.iter().zip(&whole).filter(|(cell, whole)| **whole && !cell.is_nan()).map(|(cell, _)| *cell);
            if there().next().is_none() && whole.contains(&true) {
                return Err(TableError::NoCells { column: column.name.clone() });
            }
            let levels = column.texts.as_ref().map(|texts| levels(&column.name, texts, there())).transpose()?;
            let missing = counts.get(&column.name).copied().unwrap_or(0);
            Ok(EncodedColumn { name: column.name.clone(), levels, missing })
        };
        let columns = table.columns().iter().enumerate().map(learnt).collect::<Result<_, _>>()?;
        let EncodingChoices { missing, unknown, ref spellings, .. } = *choices;
        let encoding = Self { columns, missing, unknown, spellings: spellings.clone() };
        encoding.check_names()?;
        Ok(encoding)
    }

    /// An encoding of numbers alone, none of which may be missing.
    pub fn of_numbers(names: &[String]) -> Self {
        let column = |name: &String| EncodedColumn { name: name.clone(), levels: None, missing: 0 };
        let columns = names.iter().map(column).collect();
        Self { columns, missing: None, unknown: Unknown::Error, spellings: Vec::new() }
    }

    /// Returns true if there is nothing to be done: no category, and no missing cell accepted.
    pub fn is_plain(&self) -> bool {
        self.missing.is_none() && self.columns.iter().all(|column| column.levels.is_none())
    }

    /// The names of the features: that of a column of numbers, and `column=level` for each level of a category.
    pub fn features(&self) -> Vec<String> {
        self.names().collect()
    }

    /// The same names one after the other. A small file can describe more of them than memory holds.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> + '_ {
        self.columns.iter().flat_map(|column| {
            let plain = column.levels.is_none().then(|| column.name.clone());
            let levels = column.levels.as_deref().unwrap_or_default();
            plain.into_iter().chain(levels.iter().map(|level| format!("{}={level}", column.name)))
        })
    }

    fn check_names(&self) -> Result<(), TableError> {
        let mut names = self.features();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(TableError::SameName { name: pair[0].clone() }),
            None => Ok(()),
        }
    }

    /// Makes features of a table with the same columns, which may stand in another order.
    ///
    /// # Errors
    /// Other columns; text in a column of numbers; missing cells or unknown levels that are not accepted.
    pub fn encode(&self, table: Table) -> Result<Encoded, TableError> {
        let missing = table.missing();
        if self.missing.is_none() && !missing.is_empty() {
            return Err(TableError::Unprepared { texts: Vec::new(), missing });
        }
        let rows = table.cells().ncols();
        let (table, kept) = match self.missing {
            Some(Missing::Drop) => table.without_missing(),
            _ => {
                let all = (0..rows).collect();
                (table, all)
            }
        };
        let places = self.places(table.columns())?;
        let in_order = places.iter().copied().eq(0..places.len());
        let (columns, cells) = table.into_parts();
        if in_order && columns.iter().all(|column| column.texts.is_none()) && self.has_numbers_alone() {
            return Ok(Encoded { x: cells, categories: Vec::new(), rows, kept, missing, unknown: Vec::new() });
        }
        let mut encoded = Encoded {
            x: DMatrix::zeros(self.features().len(), cells.ncols()),
            categories: Vec::new(),
            rows,
            kept,
            missing,
            unknown: Vec::new(),
        };
        let mut first = 0;
        for (column, &place) in self.columns.iter().zip(&places) {
            let from = Cells { column: &columns[place], cells: &cells, place, kept: &encoded.kept };
            let (width, unknown) = match &column.levels {
                None => from.numbers(&mut encoded.x, first).map(|()| (1, 0))?,
                Some(levels) => (levels.len(), from.one_hot(levels, self.unknown, &mut encoded.x, first)?),
            };
            if column.levels.is_some() {
                encoded.categories.push(first..first + width);
            }
            if unknown > 0 {
                encoded.unknown.push((column.name.clone(), unknown));
            }
            first += width;
        }
        Ok(encoded)
    }

    fn has_numbers_alone(&self) -> bool {
        self.columns.iter().all(|column| column.levels.is_none())
    }

    /// The place of each column in a table.
    fn places(&self, columns: &[Column]) -> Result<Vec<usize>, TableError> {
        let named: HashMap<_, _> = columns.iter().enumerate().map(|(at, column)| (&column.name, at)).collect();
        let places: Vec<_> = self.columns.iter().map(|column| named.get(&column.name).copied()).collect();
        let found: Option<Vec<usize>> = places.iter().copied().collect();
        match found {
            Some(places) if places.len() == columns.len() => Ok(places),
            _ => {
                let absent = self.columns.iter().zip(&places).filter(|(_, place)| place.is_none());
                let missing = absent.map(|(column, _)| column.name.clone()).collect();
                let is_unknown = |column: &&Column| self.columns.iter().all(|known| known.name != column.name);
                let unknown = columns.iter().filter(is_unknown).map(|column| column.name.clone()).collect();
                Err(TableError::Columns { missing, unknown })
            }
        }
    }
}

/// The levels that some cell of a column has, in order.
fn levels(name: &str, texts: &[String], cells: impl Iterator<Item = f64>) -> Result<Vec<String>, TableError> {
    let (mut seen, mut count) = (vec![false; texts.len()], 0);
    for cell in cells {
        seen[cell as usize] = true;
        count += 1;
    }
    let seen = texts.iter().zip(seen).filter(|(_, seen)| *seen);
    let mut levels: Vec<String> = seen.map(|(text, _)| text.clone()).collect();
    order(&mut levels);
    check_category(name, &levels, count)?;
    Ok(levels)
}

/// The cells of one column of a table.
struct Cells<'a> {
    column: &'a Column,
    cells: &'a DMatrix<f64>,
    place: usize,
    /// The number that each sample had before others were left out.
    kept: &'a [usize],
}

impl Cells<'_> {
    fn numbers(&self, x: &mut DMatrix<f64>, feature: usize) -> Result<(), TableError> {
        if let Some(texts) = &self.column.texts {
            let is_text = |cell: &f64| !cell.is_nan();
            if let Some(sample) = self.cells.row(self.place).iter().position(is_text) {
                let text = texts[self.cells[(self.place, sample)] as usize].clone();
                let (row, column) = (self.kept[sample] + 1, self.column.name.clone());
                return Err(TableError::NotANumber { row, column, text });
            }
        }
        x.row_mut(feature).copy_from(&self.cells.row(self.place));
        Ok(())
    }

    /// Writes a feature for each level, from feature `first` on, and returns the number of unknown levels.
    fn one_hot(
        &self,
        levels: &[String],
        unknown: Unknown,
        x: &mut DMatrix<f64>,
        first: usize,
    ) -> Result<usize, TableError> {
        let known: HashMap<_, _> = levels.iter().enumerate().map(|(at, level)| (level.as_str(), at)).collect();
        let of_text = self.column.texts.as_ref();
        let of_text: Option<Vec<_>> =
            of_text.map(|texts| texts.iter().map(|text| known.get(&**text).copied()).collect());
        let mut count = 0;
        for (sample, cell) in self.cells.row(self.place).iter().copied().enumerate() {
            let level = match &of_text {
                _ if cell.is_nan() => None,
                Some(levels) => levels[cell as usize],
                None => known.get(number_text(cell).as_str()).copied(),
            };
            if let Some(level) = level {
                x[(first + level, sample)] = 1.0;
                continue;
            }
            x.view_mut((first, sample), (levels.len(), 1)).fill(f64::NAN);
            if !cell.is_nan() {
                count += 1;
                if unknown == Unknown::Error {
                    return Err(self.unknown(cell, sample, levels));
                }
            }
        }
        Ok(count)
    }

    fn unknown(&self, cell: f64, sample: usize, levels: &[String]) -> TableError {
        let level = match &self.column.texts {
            Some(texts) => texts[cell as usize].clone(),
            None => number_text(cell),
        };
        let (row, column) = (self.kept[sample] + 1, self.column.name.clone());
        TableError::UnknownLevel { row, column, level, levels: levels.to_vec() }
    }
}
