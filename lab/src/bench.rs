//! `admm bench`: how long our methods, and on request the scripts of others, take to come close to the best known objective.

mod lasso;
mod ours;
mod peers;
mod table;

use crate::cli::BenchOptions;
use crate::failure::Failure;
use crate::output;
use crate::progress::Console;
use peers::Peers;
use table::Table;

/// Gaps above the best known objective.
const GAPS: [f64; 3] = [1e-2, 1e-4, 1e-6];

/// Seconds, passes over the data and the gap, after each iteration of a run.
type Trace = Vec<(f64, f64, f64)>;

/// Runs everything in turn, so many times, and prints medians.
pub fn run(options: &BenchOptions, console: Console) -> Result<(), Failure> {
    let mut tables = Vec::new();
    match &options.peers {
        None => {
            let problem = ours::digits()?;
            let mut table = Table::new("digits, 2 components");
            for _ in 0..options.runs {
                problem.run(&mut |name, trace| table.add(name, true, &trace))?;
            }
            tables.push(table);
        }
        Some(folder) => {
            let peers = Peers::new(folder, options)?;
            for name in &options.data {
                let mut table = Table::new(peers.title(name));
                for run in 1..=options.runs {
                    console.note(&format!("{name}, run {run} of {}", options.runs));
                    peers.run(name, &mut |name, ours, trace| table.add(name, ours, &trace))?;
                }
                tables.push(table);
            }
        }
    }
    let text: String = tables.iter().map(|table| format!("{table}\n")).collect();
    options.out.as_deref().map_or(Ok(()), |path| output::write(path, text.as_bytes()))?;
    output::print(text)
}
