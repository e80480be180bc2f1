//! Quadratic programs from a file, and their solutions into another: what `programs.py` runs beside OSQP.
//!
//! A file has the number of programs, and of each program n, m and the numbers of entries of P and A, then P and A column by
//! column (offsets, rows, entries), q, l and u: words of eight bytes, the lowest first. The other file has x and y of each.

use super::clock::cpu;
use admm::nalgebra::DVector;
use admm::{Error, Result};
use admm_solvers::nalgebra_sparse::CscMatrix;
use admm_solvers::qp::{Program, Solution};

/// A program is solved again until so many CPU seconds are spent, and its time is the mean.
const LEAST: f64 = 0.2;

/// The words of a file, from the front on.
struct Words<'a>(std::slice::ChunksExact<'a, u8>);

impl Words<'_> {
    fn next(&mut self) -> Result<u64> {
        let word = self.0.next().and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes);
        word.ok_or_else(|| Error::numerical("the file of programs", "ends too early"))
    }
    fn counts(&mut self, count: usize) -> Result<Vec<usize>> {
        (0..count).map(|_| self.next().map(|word| word as usize)).collect()
    }
    fn numbers(&mut self, count: usize) -> Result<Vec<f64>> {
        (0..count).map(|_| self.next().map(f64::from_bits)).collect()
    }
    fn matrix(&mut self, rows: usize, columns: usize, entries: usize) -> Result<CscMatrix<f64>> {
        let (offsets, at, values) = (self.counts(columns + 1)?, self.counts(entries)?, self.numbers(entries)?);
        CscMatrix::try_from_csc_data(rows, columns, offsets, at, values)
            .map_err(|error| Error::numerical("the file of programs", format!("has no sparse matrix: {error}")))
    }
}

/// The solution of a program, and the mean of its CPU seconds, those of the checks and of the scaling included.
fn timed(make: impl Fn() -> Result<Program>) -> Result<(Solution, f64)> {
    let (mut spent, mut count) = (0.0, 0.0);
    loop {
        let begun = cpu();
        let solution = make()?.solve()?;
        (spent, count) = (spent + cpu() - begun, count + 1.0);
        if spent >= LEAST {
            return Ok((solution, spent / count));
        }
    }
}

/// Solves the programs of a file, and prints of each its CPU seconds, its iterations and its status.
pub(crate) fn solve(from: &str, to: &str) -> Result<()> {
    let unreadable = |error: std::io::Error| Error::numerical("the file of programs", error.to_string());
    let bytes = std::fs::read(from).map_err(unreadable)?;
    let (mut words, mut solutions) = (Words(bytes.chunks_exact(8)), Vec::new());
    for _ in 0..words.next()? {
        let sizes = words.counts(4)?;
        let [n, m] = [sizes[0], sizes[1]];
        let (p, a) = (words.matrix(n, n, sizes[2])?, words.matrix(m, n, sizes[3])?);
        let [q, l, u] = [n, m, m].map(|count| words.numbers(count).map(DVector::from_vec));
        let (q, l, u) = (q?, l?, u?);
        let (solution, seconds) = timed(|| Program::new(p.clone(), q.clone(), a.clone(), l.clone(), u.clone()))?;
        println!("{seconds} {} {}", solution.iterations, solution.status);
        let both = solution.x.iter().chain(solution.y.iter());
        solutions.extend(both.flat_map(|entry| entry.to_le_bytes()));
    }
    std::fs::write(to, solutions).map_err(unreadable)
}
