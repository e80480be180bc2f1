//! The heads: values, gradients and curvatures, the problems that they refuse, and the objectives that fits reach.

mod golden;
mod laws;
mod minimiser;
mod predictions;
mod refused;

use crate::data::{Random, matrix};
use admm::Exec;
use admm_solvers::data::{Samples, Targets};
use admm_solvers::loss::{Head, Loss, PredictionLoss, Predictor};
use nalgebra::DMatrix;
use std::sync::Arc;

/// A head of a user: Σⱼ log cosh(zⱼ − yⱼ).
#[derive(Debug)]
pub struct LogCosh;

impl Head<f64> for LogCosh {
    fn loss(&self, logits: &mut [f64], target: &[f64]) -> f64 {
        let mut sum = 0.0;
        for (z, y) in logits.iter_mut().zip(target) {
            let gap = *z - y;
            sum += gap.cosh().ln();
            *z = gap.tanh();
        }
        sum
    }
}

/// Samples (d×n) and targets with q numbers each that a loss takes, and that depend on the first two features.
pub fn problem(loss: Loss, (d, n, q): (usize, usize, usize), seed: u64) -> (DMatrix<f64>, Targets<f64>) {
    let normal = matrix(d, n, seed);
    let x = DMatrix::from_fn(d, n, |i, j| normal[(i, j)] * (1.0 + i as f64));
    let mut random = Random::new(seed ^ 77);
    let numbers = DMatrix::from_fn(q, n, |t, j| {
        let z = x[(t % d, j)] * 0.8 - x[((t + 1) % d, j)] * 0.3 + 0.8 * random.normal();
        match loss {
            Loss::Poisson => (z * 0.5).exp().round(),
            Loss::Logistic | Loss::SquaredHinge => f64::from(u8::from(z > 0.2)),
            _ => 3.0 * z + 7.0,
        }
    });
    match loss {
        Loss::Softmax => {
            let labels: Vec<usize> = (0..n).map(|j| numbers.column(j).argmax().0 % q.max(2)).collect();
            (x, Targets::classes(&labels, q.max(2)).unwrap())
        }
        _ => (x, numbers.into()),
    }
}

/// A prediction loss with weights that differ.
pub fn prediction(loss: Loss, shape: (usize, usize, usize), seed: u64) -> PredictionLoss<f64> {
    let (x, targets) = problem(loss, shape, seed);
    let weights = crate::data::weights(shape.1, seed);
    let samples = Samples::with_targets(x, targets, weights, Exec::Serial).unwrap();
    PredictionLoss { samples, head: loss.head(), ridge: 0.2, share: 0.7 }
}

/// The same with the head of the user.
pub fn own(shape: (usize, usize, usize), seed: u64) -> PredictionLoss<f64> {
    PredictionLoss { head: Arc::new(LogCosh), ..prediction(Loss::Squared, shape, seed) }
}

pub fn point((d, k, c): (usize, usize, usize), seed: u64) -> Predictor<f64> {
    Predictor { v: crate::data::orthonormal(d, k, seed), b: matrix(k, c, seed ^ 2) * 0.5, bias: matrix(c, 1, seed ^ 3) }
}

/// Each row with mean 0 and standard deviation 1 (n − 1), or with scale 1 where it is constant.
pub fn scores(x: &DMatrix<f64>) -> DMatrix<f64> {
    let mut z = x.clone();
    for mut row in z.row_iter_mut() {
        let mean = row.mean();
        row.add_scalar_mut(-mean);
        let deviation = (row.norm_squared() / (row.len() - 1) as f64).sqrt();
        row /= if deviation > 0.0 { deviation } else { 1.0 };
    }
    z
}
