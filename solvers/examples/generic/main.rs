//! Twelve families of generic problems, beside other frameworks: the CPU seconds and the iterations to relative gaps of
//! 10⁻³, 10⁻⁶ and 10⁻⁹, on one thread.
//!
//! `cargo run --release --example generic -- [--budget SECONDS] [--peers FOLDER] [NAME …]` solves the problems with these
//! names, T1_256 for instance, or all of them. With a folder of scripts, each script is called for the same problems:
//! `$PYTHON SCRIPT --data NAME --budget SECONDS` prints a line for each method.
//!
//! `… -- --programs FILE SOLUTIONS` solves the quadratic programs of a file, for the script `programs.py` beside this file.
//!
//! It is an example and no command of the program, which has neither quadratic programs nor Fourier transforms in it.

mod clock;
mod data;
mod problems;
mod programs;

use clock::{Clock, GAPS};
use problems::{PROBLEMS, Problem};
use std::path::Path;
use std::process::Command;

/// The scripts of a folder of peers that state generic problems, one framework each.
const SCRIPTS: [&str; 3] = ["g1_pyproximal.py", "g2_scico.py", "g6_sporco.py"];

/// What the command line asks for.
struct Wanted {
    budget: f64,
    peers: Option<String>,
    names: Vec<String>,
}

fn wanted() -> Option<Wanted> {
    let mut wanted = Wanted { budget: 15.0, peers: None, names: Vec::new() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match &*word {
            "--budget" => wanted.budget = words.next()?.parse().ok()?,
            "--peers" => wanted.peers = Some(words.next()?),
            _ if PROBLEMS.iter().any(|problem| problem.full_name() == word) => wanted.names.push(word),
            _ => return None,
        }
    }
    Some(wanted)
}

impl Problem {
    fn full_name(&self) -> String {
        format!("{}_{}", self.name, self.size)
    }
}

/// A row of the table.
fn row(problem: &Problem, budget: f64) -> admm::Result<String> {
    let mut clock = Clock::new(problem.optimum, &GAPS, budget);
    (problem.solve)(problem.size, &mut clock)?;
    let cell = |i: usize| clock.reached.get(i).map_or("–".into(), |(time, steps)| format!("{time:.3} ({steps})"));
    let cells: Vec<String> = (0..GAPS.len()).map(cell).collect();
    let (time, steps) = clock.end;
    Ok(format!("| {} | {} | {:.0e} after {steps}, {time:.2} s |", problem.full_name(), cells.join(" | "), clock.best))
}

/// Lets the scripts of a folder print their lines, each on one thread.
fn call_peers(folder: &str, name: &str, budget: f64) {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    for script in SCRIPTS.iter().map(|script| Path::new(folder).join(script)).filter(|script| script.exists()) {
        let mut call = Command::new(&python);
        call.arg(&script).args(["--data", name, "--budget", &budget.to_string()]).env("PEER_THREADS", "1");
        if !call.status().is_ok_and(|status| status.success()) {
            println!("{} failed", script.display());
        }
    }
}

fn main() -> admm::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, from, to] = &words[..]
        && flag == "--programs"
    {
        return programs::solve(from, to);
    }
    let Some(Wanted { budget, peers, names }) = wanted() else {
        println!(
            "cargo run --release --example generic -- [--budget SECONDS] [--peers FOLDER] [NAME …], with NAME one of"
        );
        PROBLEMS.iter().for_each(|problem| println!("    {}", problem.full_name()));
        return Ok(());
    };
    println!("| problem | 1e-3: CPU s (iterations) | 1e-6 | 1e-9 | smallest gap |\n|---|---|---|---|---|");
    for problem in PROBLEMS.iter().filter(|problem| names.is_empty() || names.contains(&problem.full_name())) {
        println!("{}", row(problem, budget)?);
        if let Some(folder) = &peers {
            call_peers(folder, &problem.full_name(), budget);
        }
    }
    Ok(())
}
