//! The folder of results of an experiment.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::config::ExperimentConfig;
use super::display::{FigureSpec, TableSpec, Where};
use super::manifest::Manifest;
use super::rows::{ResultRow, matches};
use super::tables::MadeTable;
use super::work::TimedRow;
use super::{charts, tables};
use crate::failure::Failure;
use crate::journal::JOURNAL;
use crate::output;
use crate::output::figure::FigureError;

/// A line a row, in the order of the grid.
pub const CELLS: &str = "cells.jsonl";
/// The seconds of each row, which no two runs share.
pub const TIMINGS: &str = "timings.jsonl";
/// The file with its overrides.
pub const CONFIG: &str = "experiment.toml";
/// All of it as a page, where it was asked for.
pub const REPORT: &str = "report.html";
/// The file that says what was run on which data.
pub const MANIFEST: &str = "manifest.json";

/// Returns true if the name is that of a result file of an experiment.
pub fn is_result(name: &str) -> bool {
    let table = name.strip_prefix("table-").and_then(|rest| rest.rsplit_once('.'));
    let figure = name.strip_prefix("figure-").and_then(|rest| rest.rsplit_once('.'));
    [JOURNAL, CELLS, TIMINGS, CONFIG, MANIFEST, REPORT].contains(&name)
        || table.is_some_and(|(_, kind)| ["csv", "md", "tex"].contains(&kind))
        || figure.is_some_and(|(_, kind)| kind == "svg")
}

/// Returns the default folder of an experiment's results.
pub fn default_folder(name: &str) -> PathBuf {
    Path::new("results").join(name)
}

/// The rows of all cells.
pub struct Results {
    /// With the seconds as a column.
    pub rows: Vec<Map<String, Value>>,
    /// The text of the file [`CELLS`].
    pub cells: String,
    timings: String,
}

impl Results {
    /// Makes the results of the rows of each cell.
    pub fn new(cells: &[Vec<TimedRow>]) -> Self {
        let mut results = Results { rows: Vec::new(), cells: String::new(), timings: String::new() };
        for (cell, rows) in cells.iter().enumerate() {
            for (place, TimedRow { values, seconds }) in rows.iter().enumerate() {
                results.cells += &(Value::Object(values.clone()).to_string() + "\n");
                results.timings += &(json!({"cell": cell, "row": place, "seconds": seconds}).to_string() + "\n");
                let mut row = values.clone();
                row.insert("seconds".into(), (*seconds).into());
                results.rows.push(row);
            }
        }
        results
    }

    /// Those that have rows: some data sets may not be there.
    pub fn tables<'a>(&self, config: &'a ExperimentConfig) -> Vec<(&'a TableSpec, MadeTable)> {
        let made = config.table.iter().map(|table| (table, tables::make(table, &self.rows)));
        made.filter(|(_, made)| !made.shown.rows.is_empty()).collect()
    }

    /// Those that have rows.
    pub fn figures<'a>(&self, config: &'a ExperimentConfig) -> impl Iterator<Item = &'a FigureSpec> {
        config.figure.iter().filter(|figure| self.rows.iter().any(|row| matches(&figure.only, row)))
    }

    /// The columns that a table or a figure asks for in vain.
    pub fn warnings(&self, config: &ExperimentConfig) -> Vec<String> {
        let missing = |kind: &str, name: &str, columns: Vec<&String>, only: &Where| {
            let all: Vec<&ResultRow> = self.rows.iter().collect();
            let rows: Vec<&ResultRow> = all.iter().filter(|row| matches(only, row)).copied().collect();
            let lack = |rows: &[&ResultRow], column: &str| rows.iter().all(|row| !row.contains_key(column));
            let filters = only.keys().filter(|column| lack(&all, column));
            let columns = columns.into_iter().filter(|column| !rows.is_empty() && lack(&rows, column));
            let text = |column| format!("{kind} `{name}`: no row has the column `{column}`");
            filters.chain(columns).map(text).collect::<Vec<_>>()
        };
        let tables = config.table.iter().flat_map(|of| missing("table", &of.name, of.asked(), &of.only));
        let figures = config.figure.iter().flat_map(|of| missing("figure", &of.name, of.asked(), &of.only));
        tables.chain(figures).collect()
    }
}

/// A folder of results, read.
pub struct ResultsFolder {
    /// The experiment's file.
    pub config: ExperimentConfig,
    /// The record of the run.
    pub manifest: Manifest,
    /// The text of [`CELLS`].
    pub cells: String,
    timings: String,
    /// The rows of both.
    rows: Vec<Map<String, Value>>,
}

impl ResultsFolder {
    /// The folder that is so named, or that of the experiment.
    pub fn find(experiment: &Path) -> Result<PathBuf, Failure> {
        let candidates = [experiment.to_path_buf(), default_folder(&experiment.to_string_lossy())];
        let found = candidates.iter().find(|folder| folder.join(MANIFEST).exists());
        let begun = candidates.iter().any(|folder| folder.join(JOURNAL).exists());
        let advice = if begun {
            "its run was interrupted, and goes on when it is run again"
        } else {
            "run the experiment first"
        };
        let missing = || Failure::Other(format!("{}: there are no results; {advice}", experiment.display()));
        found.cloned().ok_or_else(missing)
    }

    /// Reads the folder.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        let text = |name: &str| {
            let path = folder.join(name);
            let bytes = output::read(&path).map_err(Failure::io("read", &path))?;
            let not_text = |_| Failure::Other(format!("{}: is not a text in UTF-8", path.display()));
            String::from_utf8(bytes).map_err(not_text)
        };
        let config = ExperimentConfig::parse(&folder.join(CONFIG).display().to_string(), &text(CONFIG)?, &[])?;
        let wrong = |name: &str, problem: &str| Failure::Other(format!("{}{problem}", folder.join(name).display()));
        let manifest =
            serde_json::from_str(&text(MANIFEST)?).map_err(|error| wrong(MANIFEST, &format!(": {error}")))?;
        let (cells, timings) = (text(CELLS)?, text(TIMINGS)?);
        let mut rows = lines(&cells).map_err(|problem| wrong(CELLS, &problem))?;
        let seconds = lines(&timings).map_err(|problem| wrong(TIMINGS, &problem))?;
        if rows.len() != seconds.len() {
            let problem = format!(": {} rows, and {} in {TIMINGS}: one of them is cut off", rows.len(), seconds.len());
            return Err(wrong(CELLS, &problem));
        }
        for (row, timing) in rows.iter_mut().zip(seconds) {
            row.insert("seconds".into(), timing.get("seconds").cloned().unwrap_or_default());
        }
        Ok(Self { config, manifest, cells, timings, rows })
    }

    /// The rows with their seconds, for the tables and figures.
    pub fn results(self) -> Results {
        Results { rows: self.rows, cells: self.cells, timings: self.timings }
    }
}

/// One object a line, or the line that is none.
fn lines(text: &str) -> Result<Vec<Map<String, Value>>, String> {
    let read = |(place, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| {
            if error.is_eof() {
                format!(", line {}: it is cut off", place + 1)
            } else {
                format!(", line {}, column {}: it is no object of JSON", place + 1, error.column())
            }
        })
    };
    text.lines().enumerate().map(read).collect()
}

/// Names and contents.
pub fn files(
    config: &ExperimentConfig,
    manifest: &Manifest,
    results: &Results,
) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let resolved = toml::to_string(&config.resolved).expect("it was a file of TOML");
    let mut files = vec![
        (CELLS.to_string(), results.cells.clone().into_bytes()),
        (TIMINGS.into(), results.timings.clone().into_bytes()),
        (CONFIG.into(), resolved.into_bytes()),
        (MANIFEST.into(), output::json(manifest)),
    ];
    for (table, made) in results.tables(config) {
        let forms = [("csv", made.csv), ("md", made.shown.markdown()), ("tex", made.shown.latex())];
        files.extend(forms.map(|(kind, text)| (format!("table-{}.{kind}", table.name), text.into_bytes())));
    }
    for figure in results.figures(config) {
        match charts::svg(figure, &results.rows) {
            Ok(svg) => files.push((format!("figure-{}.svg", figure.name), svg.into_bytes())),
            Err(FigureError::Empty(_)) => {} // no run may have come so far
            Err(error) => return Err(error.into()),
        }
    }
    Ok(files)
}

/// The question, and the tables that answer it.
pub fn text(config: &ExperimentConfig, results: &Results) -> String {
    let shown = |(table, made): (&TableSpec, MadeTable)| format!("{}\n\n{}\n", table.title, made.shown.text());
    let tables: String = results.tables(config).into_iter().map(shown).collect();
    format!("{}\n{}\n\n{tables}", config.title, config.question)
}
