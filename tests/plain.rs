//! Vectors and matrices in plain loops, which the tests restate the methods with.
#![allow(dead_code)]

use crate::common::{LAMBDA, design, response};
use admm::state::Record;
use nalgebra::DMatrix;

pub type Vector = Vec<f64>;
pub type Rows = Vec<Vec<f64>>;

pub fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

pub fn norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

pub fn times(a: &Rows, x: &[f64]) -> Vector {
    a.iter().map(|row| row.iter().zip(x).map(|(a, x)| a * x).sum()).collect()
}

pub fn transposed(a: &Rows) -> Rows {
    (0..a[0].len()).map(|j| a.iter().map(|row| row[j]).collect()).collect()
}

pub fn identity(n: usize, diagonal: f64) -> Rows {
    (0..n).map(|i| (0..n).map(|j| if i == j { diagonal } else { 0.0 }).collect()).collect()
}

/// x + αy.
pub fn plus(x: &[f64], alpha: f64, y: &[f64]) -> Vector {
    x.iter().zip(y).map(|(x, y)| x + alpha * y).collect()
}

/// P + ρKᵀK.
pub fn normal(p: &Rows, rho: f64, k: &Rows) -> Rows {
    let (kt, n) = (transposed(k), p.len());
    let entry = |i: usize, j: usize| p[i][j] + rho * kt[i].iter().zip(&kt[j]).map(|(a, b)| a * b).sum::<f64>();
    (0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect()
}

/// Gaussian elimination with partial pivoting.
pub fn solve(mut a: Rows, mut b: Vector) -> Vector {
    let n = b.len();
    for k in 0..n {
        let pivot = (k..n).max_by(|&i, &j| a[i][k].abs().total_cmp(&a[j][k].abs())).unwrap();
        a.swap(k, pivot);
        b.swap(k, pivot);
        for i in k + 1..n {
            let factor = a[i][k] / a[k][k];
            let above = a[k].clone();
            a[i].iter_mut().zip(&above).for_each(|(entry, above)| *entry -= factor * above);
            b[i] -= factor * b[k];
        }
    }
    for k in (0..n).rev() {
        let known: f64 = (k + 1..n).map(|j| a[k][j] * b[j]).sum();
        b[k] = (b[k] - known) / a[k][k];
    }
    b
}

pub fn soft(v: f64, threshold: f64) -> f64 {
    if v > threshold {
        v - threshold
    } else if v < -threshold {
        v + threshold
    } else {
        0.0
    }
}

/// The residuals, and ρ before and after them.
pub struct Measured {
    pub r: f64,
    pub s: f64,
    pub rho: f64,
    pub next: f64,
}

/// Boyd et al. (2011, eq. 3.13); no `balance` is a fixed ρ.
pub fn measured(r: f64, s: f64, rho: f64, balance: Option<(f64, f64)>) -> Measured {
    let next = match balance {
        Some((mu, tau)) if r > mu * s => tau * rho,
        Some((mu, tau)) if s > mu * r => rho / tau,
        _ => rho,
    };
    Measured { r, s, rho, next }
}

pub fn rows(a: &DMatrix<f64>) -> Rows {
    a.row_iter().map(|row| row.iter().copied().collect()).collect()
}

/// Equal but for rounding.
#[track_caller]
pub fn assert_close(what: &str, iteration: usize, got: &[f64], expected: &[f64]) {
    assert_within(1e-12, what, iteration, got, expected);
}

#[track_caller]
pub fn assert_within(tolerance: f64, what: &str, iteration: usize, got: &[f64], expected: &[f64]) {
    let (gap, scale) = (norm(&plus(got, -1.0, expected)), norm(expected).max(1.0));
    assert!(gap <= tolerance * scale, "{what} of iteration {iteration}: {got:?}, expected {expected:?}, gap {gap:e}");
}

#[track_caller]
pub fn assert_record(iteration: usize, record: &Record<f64>, expected: &Measured) {
    assert_eq!(record.iteration, iteration as u64);
    assert_eq!(record.rho, expected.rho, "ρ of iteration {iteration}");
    assert_close("‖r‖", iteration, &[record.primal], &[expected.r]);
    assert_close("‖s‖", iteration, &[record.dual], &[expected.s]);
}

/// An iteration on ½‖Dx − b‖² + λ‖z‖₁ with x − z = 0 from the point (z, y): Boyd et al. (2011, eqs. 3.2–3.4 with 3.19).
pub fn lasso_step(z: &[f64], y: &[f64], rho: f64, alpha: f64) -> (Vector, Vector, Vector) {
    let (d, b) = (rows(&design()), rows(&response()).concat());
    let right = plus(&plus(&times(&transposed(&d), &b), -1.0, y), rho, z);
    let x = solve(normal(&identity(5, rho), 1.0, &d), right);
    let relaxed: Vector = x.iter().zip(z).map(|(x, z)| alpha * x + (1.0 - alpha) * z).collect();
    let next: Vector = relaxed.iter().zip(y).map(|(x, y)| soft(x + y / rho, LAMBDA / rho)).collect();
    let dual = plus(&plus(y, rho, &relaxed), -rho, &next);
    (x, next, dual)
}
