//! Data of the gallery, from ChaCha8 and a seed.

use admm::{Exec, Result};
use admm_solvers::data::Samples;
use nalgebra::DMatrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// Standard normal entries.
pub(crate) fn normal(rows: usize, columns: usize, seed: u64) -> DMatrix<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    DMatrix::from_fn(rows, columns, |_, _| random.sample(StandardNormal))
}

/// Standard normal entries of which about a share is kept and the others are 0.
pub(crate) fn sparse(rows: usize, columns: usize, share: f64, seed: u64) -> DMatrix<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(!seed);
    normal(rows, columns, seed).map(|entry| if random.random::<f64>() < share { entry } else { 0.0 })
}

/// A (m×n) with columns of length 1, and b = Ax + noise of variance 10⁻³ for an x of which one entry in fifty is not 0.
pub(crate) fn regression((m, n): (usize, usize)) -> (DMatrix<f64>, DMatrix<f64>) {
    let mut a = normal(m, n, 1);
    for mut column in a.column_iter_mut() {
        let length = column.norm();
        column /= length;
    }
    let x = sparse(n, 1, 0.02, 2);
    let b = &a * x + normal(m, 1, 3) * 1e-3_f64.sqrt();
    (a, b)
}

/// A (4×5) and b of the problems whose solutions are known to 15 digits.
pub(crate) fn small() -> (DMatrix<f64>, DMatrix<f64>) {
    let rows = [1., -2., 3., -4., 5., 2., -1., 0., -1., 3., -1., 0., 4., -3., 2., -1., -1., -1., 1., 3.];
    (DMatrix::from_row_slice(4, 5, &rows), DMatrix::from_column_slice(4, 1, &[1., 2., 3., 4.]))
}

/// How far g is from −λ∂‖x‖₁: the largest violation of an entry.
pub(crate) fn violation(g: &DMatrix<f64>, x: &DMatrix<f64>, weight: f64) -> f64 {
    g.zip_map(x, |g, x| if x == 0.0 { (g.abs() - weight).max(0.0) } else { (g + weight * x.signum()).abs() }).amax()
}

/// Three classes in six features, which differ where the variance is small.
pub(crate) fn labelled() -> Result<Samples<f64>> {
    let (d, n, labels) = (6, 300, (0..300).map(|sample| sample % 3).collect::<Vec<_>>());
    let x = DMatrix::from_fn(d, n, |feature, sample| {
        let noise = ((1 + feature) as f64 * (0.7 + sample as f64 * 1.3)).sin() * 3.0 / (1 + feature) as f64;
        noise + if feature >= 3 { (labels[sample] as f64 * 2.1 + feature as f64).cos() } else { 0.0 }
    });
    Samples::new(x, &labels, vec![1.0 / n as f64; n], 3, Exec::Serial)
}
