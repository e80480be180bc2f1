//! `admm experiment run`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use admm::Exec;

use super::config::ExperimentConfig;
use super::grid::Cells;
use super::journal::{self, Journal};
use super::manifest::Manifest;
use super::results::{self, Results};
use super::shipped::SHIPPED;
use super::work::TimedRow;
use crate::failure::Failure;
use crate::flags::RunOptions;
use crate::interrupt;
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
    let opened = first.then(|| Journal::open(&path.join(results::JOURNAL), &manifest.run())).transpose()?;
    let (journal, done) = opened.unzip();
    let done = done.unwrap_or_default();
    if !done.is_empty() {
        console.warn(&format!("going on with an earlier run: {} of {} cells are there", done.len(), cells.cells.len()));
    }
    if let Some(dropped) = journal.as_ref().map(|journal| journal.dropped).filter(|dropped| *dropped > 0) {
        let cells = count(dropped, "finished cell");
        console.warn(&format!("dropped {cells} of another run, which was interrupted"));
    }
    let keep = |cell: usize, rows: &[TimedRow]| journal.iter().try_for_each(|journal| journal.add(cell, rows));
    let rows = run_cells(&cells, threads, console, done, keep);
    if matches!(rows, Err(Failure::Interrupted)) {
        console.warn("stopped; the same command goes on");
    }
    let rows = rows?;
    drop(journal);
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

/// The number of a cell, and its rows.
type CellRows = (usize, Vec<TimedRow>);

/// The rows of all cells in their order, of which the first process may know some. Each cell runs as a whole, on a thread
/// of a process, and is kept by the first one.
pub fn run_cells(
    cells: &Cells,
    threads: usize,
    console: Console,
    known: BTreeMap<usize, Vec<TimedRow>>,
    keep: impl Fn(usize, &[TimedRow]) -> Result<(), Failure> + Sync + Send,
) -> Result<Vec<Vec<TimedRow>>, Failure> {
    let exec = Exec::threads(threads).map_err(Failure::library("--threads"))?;
    let counter = console.count("cells", cells.cells.len() as u64);
    let done = ranks::of_first(known.keys().copied().collect::<BTreeSet<_>>())?;
    done.iter().for_each(|_| counter.tick());
    let missing: Vec<usize> = (0..cells.cells.len()).filter(|cell| !done.contains(cell)).collect();
    let kept = |(cell, rows): CellRows| {
        keep(cell, &rows)?;
        counter.tick();
        Ok((cell, rows))
    };
    let size = ranks::all().size();
    let found: Result<Vec<_>, Failure> = if size == 1 {
        exec.map(missing.len(), |i| kept((missing[i], run_cell(cells, missing[i])?))).into_iter().collect()
    } else {
        let rounds = missing.chunks(size * exec.width());
        let found = rounds.map(|round| run_round(cells, round, &exec, &kept)).collect::<Result<Vec<_>, _>>();
        found.map(|found| found.concat())
    };
    Ok(known.into_iter().chain(found?).collect::<BTreeMap<_, _>>().into_values().collect())
}

fn run_cell(cells: &Cells, cell: usize) -> Result<Vec<TimedRow>, Failure> {
    let rows = if interrupt::requested() { Vec::new() } else { cells.run(cell)? };
    // A path that was interrupted ends early, and so is not what it would be.
    if interrupt::requested() { Err(Failure::Interrupted) } else { Ok(rows) }
}

/// The cells of a round, which the processes share. What was finished is kept before the failure of another ends all.
fn run_round(
    cells: &Cells,
    round: &[usize],
    exec: &Exec,
    kept: &dyn Fn(CellRows) -> Result<CellRows, Failure>,
) -> Result<Vec<CellRows>, Failure> {
    // A line of the journal, or a failure in words, where an interruption has none.
    let told = |cell: usize| match run_cell(cells, cell) {
        Ok(rows) => Ok(journal::written(cell, &rows)),
        Err(Failure::Interrupted) => Err(None),
        Err(failure) => Err(Some(failure.to_string())),
    };
    let lines = ranks::spread(round.len(), |own| Ok(exec.map(own.len(), |i| told(round[own[i]]))));
    let (mut found, mut failure) = (Vec::new(), None);
    for line in lines? {
        match line {
            Ok(line) => found.push(kept(journal::read(&line).expect("a line of this program"))?),
            Err(problem) => failure = failure.or(Some(problem.map_or(Failure::Interrupted, Failure::Other))),
        }
    }
    failure.map_or(Ok(found), Err)
}
