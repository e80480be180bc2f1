//! Random numbers of a test.

use super::{Matrix, Vector};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub struct Draw(ChaCha8Rng);

impl Draw {
    pub fn new(seed: u64) -> Self {
        Draw(ChaCha8Rng::seed_from_u64(seed))
    }
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        self.0.random_range(low..high)
    }
    /// A number that is nearly normal.
    pub fn number(&mut self) -> f64 {
        (0..12).map(|_| self.between(0.0, 1.0)).sum::<f64>() - 6.0
    }
    pub fn sign(&mut self) -> f64 {
        [-1.0, 1.0][self.below(2)]
    }
    pub fn below(&mut self, n: usize) -> usize {
        self.0.random_range(0..n as u64) as usize
    }
    pub fn matrix(&mut self, rows: usize, columns: usize) -> Matrix {
        Matrix::from_fn(rows, columns, |_, _| self.number())
    }
    pub fn vector(&mut self, rows: usize) -> Vector {
        Vector::from_fn(rows, |_, _| self.number())
    }
    /// A random semidefinite matrix of this rank.
    pub fn gram(&mut self, n: usize, rank: usize) -> Matrix {
        let root = self.matrix(rank, n);
        let p = root.tr_mul(&root) / n as f64;
        (&p + p.transpose()) / 2.0
    }
}
