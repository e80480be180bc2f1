//! Programs beside OSQP.

use super::draw::Draw;
use super::problems::{Problem, Term};
use super::runs::as_program;
use super::{WITHOUT, kinds};
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

/// The programs of all kinds, and 20 of either kind without a solution.
fn programs() -> Vec<Problem> {
    let without = WITHOUT.into_iter().zip([90_000, 95_000]);
    let without = without.flat_map(|((draw, _), seed)| (seed..seed + 20).map(move |seed| draw(&mut Draw::new(seed))));
    kinds::programs().into_iter().chain(without).collect()
}

/// A program as a line of JSON, in which null is an infinity.
fn line(problem: &Problem) -> String {
    let list = |entries: &[f64]| {
        let number = |entry: &f64| if entry.is_finite() { format!("{entry:e}") } else { "null".into() };
        entries.iter().map(number).collect::<Vec<_>>().join(",")
    };
    let (lower, upper): (Vec<f64>, Vec<f64>) = problem.terms.iter().map(Term::bounds).unzip();
    let (m, n) = problem.k.shape();
    let [p, q, k] = [problem.p.as_slice(), problem.q.as_slice(), problem.k.as_slice()].map(list);
    let (l, u) = (list(&lower), list(&upper));
    format!(r#"{{"n":{n},"m":{m},"p":[{p}],"q":[{q}],"k":[{k}],"l":[{l}],"u":[{u}]}}"#)
}

/// What OSQP says of each program: its status, iterations and seconds.
fn osqp(problems: &[Problem]) -> Vec<(String, u64, f64)> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/campaign/by_osqp.py");
    let mut python = Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = python.stdin.take().unwrap();
    let lines: Vec<String> = problems.iter().map(line).collect();
    let writer = std::thread::spawn(move || lines.iter().for_each(|line| writeln!(input, "{line}").unwrap()));
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let parsed = text.lines().map(|line| {
        let fields: Vec<&str> = line.split(',').collect();
        (fields[0].to_string(), fields[1].parse().unwrap(), fields[2].parse().unwrap())
    });
    parsed.collect()
}

/// Prints what the page on quadratic programs has.
#[test]
#[ignore = "needs python3 with osqp"]
fn wherever_osqp_decides_the_status_is_the_same() {
    let problems = programs();
    let theirs = osqp(&problems);
    assert_eq!(theirs.len(), problems.len());
    let (mut seconds, mut iterations, mut decided) = ([0.0; 2], [0; 2], [0; 3]);
    for (at, (problem, (status, taken, time))) in problems.iter().zip(&theirs).enumerate() {
        let start = Instant::now();
        let end = as_program(problem);
        seconds = [seconds[0] + start.elapsed().as_secs_f64(), seconds[1] + time];
        if at < 50 {
            iterations = [iterations[0] + end.iterations, iterations[1] + taken];
        }
        let same = match status.as_str() {
            "solved" => "converged",
            "primal infeasible" => "primal-infeasible",
            "dual infeasible" => "dual-infeasible",
            _ => {
                println!("{at}: {} and {status}", end.status);
                continue;
            }
        };
        assert_eq!(end.status.to_string(), same, "{at}");
        decided[usize::from(at >= 50) + usize::from(at >= 70)] += 1;
    }
    println!(
        "OSQP decides {decided:?} of 50, 20, 20; iterations of the 50 {iterations:?}, seconds of all {seconds:.2?}"
    );
}
