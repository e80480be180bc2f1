//! Data for the tests: pseudo-random matrices that depend on a seed alone, labelled samples, and wine.

#![allow(dead_code)] // each test file takes what it needs

pub mod convolution;
pub mod network;
pub mod pca;
pub mod softmax;

use admm::method::DescentMethod;
use admm::random::SplitMix64;
use admm::{ConstraintSet, Iterate, Result, Smooth, Target};
use nalgebra::DMatrix;
use std::io::Read;

/// Random numbers from SplitMix64.
pub struct Random(SplitMix64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(SplitMix64(seed))
    }
    /// In (0, 1).
    pub fn uniform(&mut self) -> f64 {
        self.0.uniform()
    }
    /// A standard normal number.
    pub fn normal(&mut self) -> f64 {
        self.0.normal()
    }
    /// Below `count`.
    pub fn below(&mut self, count: usize) -> usize {
        ((self.uniform() * count as f64) as usize).min(count - 1)
    }
    /// 0 … count−1 in random order.
    pub fn order(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        (1..count).rev().for_each(|i| order.swap(i, self.below(i + 1)));
        order
    }
}

/// Standard normal entries.
pub fn matrix(rows: usize, columns: usize, seed: u64) -> DMatrix<f64> {
    let mut random = Random::new(seed);
    DMatrix::from_fn(rows, columns, |_, _| random.normal())
}

/// Orthonormal columns.
pub fn orthonormal(rows: usize, columns: usize, seed: u64) -> DMatrix<f64> {
    matrix(rows, columns, seed).qr().q()
}

/// Q diag(values) Qᵀ, and Q.
pub fn with_spectrum(values: &[f64], seed: u64) -> (DMatrix<f64>, DMatrix<f64>) {
    let q = orthonormal(values.len(), values.len(), seed);
    (&q * DMatrix::from_diagonal(&nalgebra::DVector::from_row_slice(values)) * q.transpose(), q)
}

/// n labels, every class among the first ones.
pub fn labels(n: usize, classes: usize, seed: u64) -> Vec<usize> {
    let mut random = Random::new(seed);
    (0..n).map(|i| if i < classes { i } else { random.below(classes) }).collect()
}

/// Positive weights that sum to 1.
pub fn weights(n: usize, seed: u64) -> Vec<f64> {
    let mut random = Random::new(seed);
    let weights: Vec<f64> = (0..n).map(|_| 0.1 + random.uniform()).collect();
    let total: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / total).collect()
}

/// Overlapping classes in features of unequal variance: X (d×n) and labels.
pub fn classes(d: usize, n: usize, classes: usize, seed: u64) -> (DMatrix<f64>, Vec<usize>) {
    let (noise, centres) = (matrix(d, n, seed), matrix(d, classes, !seed));
    let labels = labels(n, classes, seed ^ 1);
    let deviation = |i: usize| 3.0 / (1 + i) as f64;
    let x = DMatrix::from_fn(d, n, |i, j| deviation(i) * noise[(i, j)] + centres[(i, labels[j])] + i as f64);
    (x, labels)
}

/// X (d×n) and labels of a table with a header, whose last column is the class.
pub fn parse(table: &str) -> (DMatrix<f64>, Vec<usize>) {
    let rows: Vec<Vec<&str>> = table.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let d = rows[0].len() - 1;
    let x = DMatrix::from_fn(d, rows.len(), |i, j| rows[j][i].trim().parse().unwrap());
    let mut names: Vec<&str> = rows.iter().map(|row| row[d]).collect();
    names.sort();
    names.dedup();
    (x, rows.iter().map(|row| names.binary_search(&row[d]).unwrap()).collect())
}

/// Wine, 13×178 with 3 classes.
pub fn wine() -> (DMatrix<f64>, Vec<usize>) {
    parse(include_str!("../../../lab/data/wine.csv"))
}

/// Iris, 4×150 with 3 classes.
pub fn iris() -> (DMatrix<f64>, Vec<usize>) {
    parse(include_str!("../../../lab/data/iris.csv"))
}

/// Digits, 64×1797 with 10 classes.
pub fn digits() -> (DMatrix<f64>, Vec<usize>) {
    let mut table = String::new();
    let packed: &[u8] = include_bytes!("../../../lab/data/digits.csv.gz");
    flate2::read::GzDecoder::new(packed).read_to_string(&mut table).unwrap();
    parse(&table)
}

/// The columns of `x` with the given numbers.
pub fn columns(x: &DMatrix<f64>, numbers: &[usize]) -> DMatrix<f64> {
    DMatrix::from_fn(x.nrows(), numbers.len(), |i, j| x[(i, numbers[j])])
}

/// The sine of the largest angle between the spans of two matrices with orthonormal columns.
pub fn angle(a: &DMatrix<f64>, b: &DMatrix<f64>) -> f64 {
    (b - a * (a.transpose() * b)).singular_values().max()
}

/// −½ tr(XᵀAX), which is unbounded below on free matrices.
pub struct Captured(pub DMatrix<f64>);

impl Smooth<f64> for Captured {
    type Point = DMatrix<f64>;
    fn value_and_gradient(&self, x: &DMatrix<f64>) -> Result<(f64, DMatrix<f64>)> {
        let gradient = &self.0 * x * -1.0;
        Ok((0.5 * x.dot(&gradient), gradient))
    }
}

/// The end of a descent that has to reach a stationary point of the set.
pub fn minimised<F, M>(of: &F, by: M, on: &dyn ConstraintSet<f64>, from: DMatrix<f64>) -> DMatrix<f64>
where
    F: Smooth<f64, Point = DMatrix<f64>>,
    M: DescentMethod<f64, F, Point = DMatrix<f64>>,
{
    let (origin, mut iterate) = (from.clone() * 0.0, Iterate::new(from));
    by.minimise(of, on, &mut iterate, Target { v: &origin, rho: 0.0, tolerance: 1e-9 }).unwrap();
    assert!(on.residual(&iterate.point).unwrap() <= 1e-13);
    let gradient = of.value_and_gradient(&iterate.point).unwrap().1;
    assert!(on.stationarity(&iterate.point, &gradient).unwrap() <= 1e-9);
    iterate.point
}
