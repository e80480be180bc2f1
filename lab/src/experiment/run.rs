//! `admm experiment run`.

use std::fs;
use std::path::Path;

use admm::Exec;

use super::config::ExperimentConfig;
use super::grid::Cells;
use super::journal::Journal;
use super::manifest::Manifest;
use super::results::{self, Results};
use super::shipped::SHIPPED;
use super::work::TimedRow;
use crate::failure::Failure;
use crate::flags::RunOptions;
use crate::interrupt;
use crate::output::{self, Console, Folder};
use crate::words::count;

/// Runs what is not done yet, and writes everything.
pub fn run(options: &RunOptions, console: Console) -> Result<(), Failure> {
    let (name, text) = find(&options.experiment)?;
    let config = ExperimentConfig::parse(&options.experiment, &text, &options.set)?;
    let cells = Cells::new(&config, options.data_dir.as_deref())?;
    let path = options.out.clone().unwrap_or_else(|| results::default_folder(&name));
    let folder = Folder::claim(&path, results::is_result)?;
    interrupt::install().map_err(|error| Failure::Other(format!("cannot watch for Ctrl-C: {error}")))?;
    let threads = options.threads.into();
    let manifest = Manifest::new(&name, &config, &cells.sources, options.data_dir.is_some(), threads);
    let (journal, done) = Journal::open(&path.join(results::JOURNAL), &manifest.run())?;
    if !done.is_empty() {
        console.warn(&format!("going on with an earlier run: {} of {} cells are there", done.len(), cells.cells.len()));
    }
    if journal.dropped > 0 {
        let cells = count(journal.dropped, "finished cell");
        console.warn(&format!("dropped {cells} of another run, which was interrupted"));
    }
    let known = |cell: usize| done.get(&cell).cloned();
    let rows = run_cells(&cells, threads, console, known, |cell, rows| journal.add(cell, rows));
    if matches!(rows, Err(Failure::Interrupted)) {
        console.warn("stopped; the same command goes on");
    }
    let rows = rows?;
    drop(journal);
    let results = Results::new(&rows);
    folder.fill(&results::files(&config, &manifest, &results)?)?;
    results.warnings(&config).iter().for_each(|warning| console.warn(warning));
    let done = format!("{}: {}\n", count(cells.cells.len(), "cell"), path.display());
    output::print(results::text(&config, &results) + &done)
}

/// An experiment by name, or the TOML file.
fn find(experiment: &str) -> Result<(String, String), Failure> {
    if let Some((name, text)) = SHIPPED.iter().find(|(name, _)| *name == experiment) {
        return Ok((name.to_string(), text.to_string()));
    }
    let path = Path::new(experiment);
    let names = SHIPPED.map(|(name, _)| name).join(", ");
    if path.extension().is_none() && !path.exists() {
        return Err(Failure::Other(format!(
            "there is no experiment `{experiment}`; there are {names}, or give a TOML file"
        )));
    }
    let text = fs::read_to_string(path).map_err(Failure::io("read", path))?;
    Ok((path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), text))
}

/// The rows of all cells in their order, by as many threads as there are; each cell runs on one of them.
pub fn run_cells(
    cells: &Cells,
    threads: usize,
    console: Console,
    known: impl Fn(usize) -> Option<Vec<TimedRow>> + Sync + Send,
    keep: impl Fn(usize, &[TimedRow]) -> Result<(), Failure> + Sync + Send,
) -> Result<Vec<Vec<TimedRow>>, Failure> {
    let exec = Exec::threads(threads).map_err(Failure::library("--threads"))?;
    let counter = console.count("cells", cells.cells.len() as u64);
    let rows = exec.map(cells.cells.len(), |cell| {
        if interrupt::requested() {
            return Err(Failure::Interrupted);
        }
        let rows = match known(cell) {
            Some(rows) => rows,
            None => {
                let rows = cells.run(cell)?;
                // A path that was interrupted ends early, and so is not what it would be.
                if interrupt::requested() {
                    return Err(Failure::Interrupted);
                }
                keep(cell, &rows)?;
                rows
            }
        };
        counter.tick();
        Ok(rows)
    });
    rows.into_iter().collect()
}
