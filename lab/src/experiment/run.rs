//! `admm experiment run`.

use std::fs;
use std::path::Path;

use admm::Exec;

use super::config::ExperimentConfig;
use super::grid::Cells;
use super::manifest::Manifest;
use super::results::{self, Results};
use super::shipped::SHIPPED;
use super::work::TimedRow;
use crate::failure::Failure;
use crate::flags::RunOptions;
use crate::interrupt;
use crate::journal::{JOURNAL, Journal, Pieces};
use crate::output::{self, Console, Folder};
use crate::ranks;
use crate::words::count;

/// Runs what is not done yet, and writes everything.
pub fn run(options: &RunOptions, console: Console) -> Result<(), Failure> {
    let (name, text) = find(&options.experiment)?;
    let config = ExperimentConfig::parse(&options.experiment, &text, &options.set)?;
    let cells = Cells::new(&config, options.data_dir.as_deref())?;
    let path = options.out.clone().unwrap_or_else(|| results::default_folder(&name));
    let first = ranks::is_first();
    let folder = first.then(|| Folder::claim(&path, results::is_result)).transpose()?;
    interrupt::install().map_err(|error| Failure::Other(format!("cannot watch for Ctrl-C: {error}")))?;
    let threads = options.threads.into();
    let manifest = Manifest::new(&name, &config, &cells.sources, options.data_dir.is_some(), threads);
    let open = || Journal::open(&path.join(JOURNAL), &manifest.run());
    let journal = first.then(open).transpose()?;
    journal.iter().for_each(|journal| journal.tell(cells.cells.len(), "cell", console));
    let rows = run_cells(&cells, threads, console, journal);
    if matches!(rows, Err(Failure::Interrupted)) {
        console.warn("stopped; the same command goes on");
    }
    let rows = rows?;
    let Some(folder) = folder else { return Ok(()) };
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

/// The rows of all cells in their order, of which a journal may know some.
pub fn run_cells(
    cells: &Cells,
    threads: usize,
    console: Console,
    journal: Option<Journal<Vec<TimedRow>>>,
) -> Result<Vec<Vec<TimedRow>>, Failure> {
    let exec = Exec::threads(threads).map_err(Failure::library("--threads"))?;
    let count = cells.cells.len();
    let counter = console.count("cells", count as u64);
    Pieces { count, exec: &exec, counter: &counter }.complete(journal, |cell| cells.run(cell))
}
