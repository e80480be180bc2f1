//! The cells of an experiment: data × settings × repeats.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;

use serde_json::{Map, Value as Json};
use toml::{Table as Toml, Value};

use super::catalogue::{self, DataFile};
use super::config::{ExperimentConfig, Grid, Official, TestChoice};
use super::work::{Case, TimedRow, Work};
use crate::data::LabelledSet;
use crate::failure::Failure;

/// A piece of work, and where it stands in the grid.
pub struct GridCell {
    /// The name of the data set.
    pub data: String,
    /// Counted from 0.
    pub repeat: u64,
    /// The seed of the split and of everything random in the work.
    seed: u64,
    test: Option<TestChoice>,
    settings: Toml,
    work: Box<dyn Work>,
}

/// The name of a data set, and whether its labels are numbers.
type SetKey = (String, bool);

/// All cells in their order, and the data that they need.
pub struct Cells {
    /// By their places.
    pub cells: Vec<GridCell>,
    sets: BTreeMap<SetKey, LabelledSet>,
    /// The files that were read.
    pub sources: Vec<DataFile>,
    /// The figures that are kept, or none for all.
    record: Vec<String>,
}

impl Cells {
    /// Every combination, and the data loaded. Nothing has run yet.
    pub fn new(config: &ExperimentConfig, folder: Option<&Path>) -> Result<Self, Failure> {
        catalogue::check_folder(folder)?;
        let mut cells = Vec::new();
        for (place, grid) in config.grid.iter().enumerate() {
            let new = expand(config, grid, folder).map_err(|problem| config.wrong_grid(place, problem))?;
            cells.extend(new);
        }
        if cells.is_empty() {
            return Err(Failure::Other(format!("{}: no grid has a cell: each needs data and settings", config.name)));
        }
        let (mut sets, mut sources) = (BTreeMap::new(), Vec::new());
        for cell in &cells {
            let key = cell.set();
            let numbers = key.1;
            if let Entry::Vacant(missing) = sets.entry(key) {
                let (set, files) = catalogue::load(&cell.data, folder, numbers).map_err(|failure| match failure {
                    Failure::Other(problem) => Failure::Other(format!("{}: {problem}", config.name)),
                    failure => failure,
                })?;
                missing.insert(set);
                sources.extend(files);
            }
        }
        Ok(Self { cells, sets, sources, record: config.record.clone() })
    }

    /// Does the work of a cell: its rows, with what tells it apart from the others.
    pub fn run(&self, index: usize) -> Result<Vec<TimedRow>, Failure> {
        let cell = &self.cells[index];
        let case = cell.case(&self.sets[&cell.set()])?;
        let named =
            || format!("cell {index}, {} {}", cell.data, cell.settings.to_string().replace('\n', " ").trim_end());
        let rows = cell.work.run(&case).map_err(Failure::library(named()))?;
        let kept = |name: &String| self.record.is_empty() || self.record.contains(name);
        let name = |row: TimedRow| {
            let values = row.values.into_iter().filter(|(name, _)| kept(name));
            TimedRow { values: cell.key(index).into_iter().chain(values).collect(), ..row }
        };
        Ok(rows.into_iter().map(name).collect())
    }
}

impl GridCell {
    fn set(&self) -> SetKey {
        (self.data.clone(), self.work.predicts_numbers())
    }

    fn case(&self, set: &LabelledSet) -> Result<Case, Failure> {
        let classes = set.classes.names().len();
        let (train, test) = match self.test {
            None => (set.train.clone(), None),
            Some(TestChoice::Fraction(share)) => {
                let (train, test) = set.keep_back(share, self.seed)?;
                (train, Some(test))
            }
            Some(TestChoice::Named(Official::Official)) => match &set.test {
                Some(test) => (set.train.clone(), Some(test.clone())),
                None => return Err(Failure::Other(format!("{}: there are no official test samples", self.data))),
            },
        };
        Ok(Case { train, test, classes, seed: self.seed })
    }

    /// The columns that every row of the cell begins with.
    fn key(&self, index: usize) -> Map<String, Json> {
        let mut key = Map::from_iter([("cell".to_string(), index.into()), ("data".into(), self.data.as_str().into())]);
        key.insert("repeat".into(), self.repeat.into());
        for (name, value) in &self.settings {
            key.insert(name.replace('-', "_"), serde_json::to_value(value).expect("TOML has a JSON form"));
        }
        key
    }
}

fn expand(config: &ExperimentConfig, grid: &Grid, folder: Option<&Path>) -> Result<Vec<GridCell>, String> {
    let names = grid.folder_data.as_ref().filter(|_| folder.is_some()).unwrap_or(&grid.data);
    let mut common = config.settings.clone();
    common.extend(grid.settings.clone());
    check_count(&common, names.len(), grid.repeats)?;
    let mut cells = Vec::new();
    for data in names {
        for settings in product(&common) {
            for repeat in 0..grid.repeats {
                let (settings, work) = (settings.clone(), grid.work.with(settings.clone())?);
                let seed = config.seed.wrapping_add(repeat);
                cells.push(GridCell { data: data.clone(), repeat, seed, test: grid.test, settings, work });
            }
        }
    }
    Ok(cells)
}

/// The most cells of a part of the grid.
const MAX_CELLS: u64 = 1_000_000;

/// Refuses more cells than anybody waits for, before they take memory.
fn check_count(settings: &Toml, sets: usize, repeats: u64) -> Result<(), String> {
    let lengths = settings.values().filter_map(Value::as_array).map(|values| values.len() as u64);
    let cells = lengths.fold(repeats.saturating_mul(sets as u64), u64::saturating_mul);
    if cells > MAX_CELLS { Err(format!("{cells} cells are more than {MAX_CELLS}")) } else { Ok(()) }
}

/// Every choice of one value for each list, the last list fastest.
fn product(settings: &Toml) -> Vec<Toml> {
    settings.iter().fold(vec![Toml::new()], |chosen, (key, value)| {
        let values = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
        let with = |table: &Toml, value: Value| {
            let mut table = table.clone();
            table.insert(key.clone(), value);
            table
        };
        chosen
            .iter()
            .flat_map(|table| values.iter().map(|value| with(table, value.clone())).collect::<Vec<_>>())
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_multiplied_and_the_rest_is_kept() {
        let settings: Toml = "a = [1, 2]\nb = 'x'\nc = [true, false]".parse().unwrap();
        let all: Vec<String> = product(&settings).iter().map(|table| table.to_string().replace('\n', ";")).collect();
        let (first, last) = ("a = 1;b = \"x\";c = true;", "a = 2;b = \"x\";c = false;");
        assert_eq!((all.len(), all[0].as_str(), all[3].as_str()), (4, first, last));
        assert!(product(&"a = []".parse().unwrap()).is_empty());
    }

    #[test]
    fn more_cells_than_anybody_waits_for_are_refused() {
        let settings: Toml = "a = [1, 2]\nb = 'x'".parse().unwrap();
        check_count(&settings, 1, MAX_CELLS / 2).unwrap();
        check_count(&settings, 1, MAX_CELLS / 2 + 1).unwrap_err();
        check_count(&settings, 2, u64::MAX).unwrap_err();
    }

    #[test]
    fn a_setting_that_no_work_knows_is_refused() {
        let text = "title = ''\nquestion = ''\n[[grid]]\nwork = 'fit'\ndata = ['iris']\nsettings.colour = 'red'\n";
        let config = ExperimentConfig::parse("x", text, &[]).unwrap();
        let error = Cells::new(&config, None).err().unwrap().to_string();
        assert!(error.starts_with("x, line 3: grid 0: ") && error.contains("colour"), "{error}");
    }
}
