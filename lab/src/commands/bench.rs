//! `admm bench`: how long our methods, and on request the scripts of others, take to come close to the best known
//! objective.

mod lasso;
mod ours;
mod peers;
mod table;

use crate::failure::Failure;
use crate::flags::BenchOptions;
use crate::output::{self, Console};
use peers::Peers;
use table::GapTable;

/// Gaps above the best known objective.
const GAPS: [f64; 3] = [1e-2, 1e-4, 1e-6];

/// Seconds, passes over the data and the gap, after each iteration of a run.
type Trace = Vec<(f64, f64, f64)>;

/// Runs everything in turn, so many times, and prints medians: a table as soon as it is whole.
pub fn run(options: &BenchOptions, console: Console) -> Result<(), Failure> {
    options.out.as_deref().map_or(Ok(()), output::check_writable)?;
    let mut text = String::new();
    let mut publish = |table: GapTable| {
        let table = format!("{table}\n");
        text += &table;
        output::print(table)?;
        options.out.as_deref().map_or(Ok(()), |path| output::write(path, text.as_bytes()))
    };
    let Some(folder) = &options.peers else {
        let problem = ours::digits()?;
        let mut table = GapTable::new("digits, 2 components");
        for _ in 0..options.runs {
            problem.run(&mut |name, trace| table.add(name, true, &trace))?;
        }
        return publish(table);
    };
    let peers = Peers::new(folder, options, console)?;
    for name in &options.data {
        let mut table = GapTable::new(peers.title(name));
        for run in 1..=options.runs {
            console.note(&format!("{name}, run {run} of {}", options.runs));
            peers.run(name, &mut |name, ours, trace| table.add(name, ours, &trace))?;
        }
        publish(table)?;
    }
    Ok(())
}
