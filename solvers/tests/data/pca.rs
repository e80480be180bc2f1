//! Samples of a known spectrum, and the PCA loss on them.

use super::orthonormal;
use admm::Exec;
use admm_solvers::data::Samples;
use admm_solvers::pca::{Batches, Covariance, Minibatch, VarianceLoss};
use nalgebra::{DMatrix, DVector};

/// A spectrum with gaps.
pub const VALUES: [f64; 8] = [5.0, 4.0, 3.0, 1.0, 0.5, 0.2, 0.1, 0.0];

/// Samples without classes.
pub fn samples_of(x: DMatrix<f64>, weights: Vec<f64>) -> Samples<f64> {
    Samples::new(x, &vec![0; weights.len()], weights, 1, Exec::Serial).unwrap()
}

/// n samples of equal weight whose Σ is Q diag(values) Qᵀ, and Q.
pub fn samples_with(values: &[f64], n: usize, seed: u64) -> (Samples<f64>, DMatrix<f64>) {
    let (q, p) = (orthonormal(values.len(), values.len(), seed), orthonormal(n, values.len(), !seed));
    let deviations = DVector::from_iterator(values.len(), values.iter().map(|value| (value * n as f64).sqrt()));
    (samples_of(&q * DMatrix::from_diagonal(&deviations) * p.transpose(), vec![1.0 / n as f64; n]), q)
}

/// λ(1 − tr(WᵀΣW)/tr Σ).
pub fn loss_on(samples: &Samples<f64>, weight: f64) -> VarianceLoss<f64> {
    VarianceLoss { covariance: Covariance::of(samples).unwrap().into(), weight }
}

/// The same loss by batches.
pub fn minibatch(samples: &Samples<f64>, weight: f64, size: usize, seed: u64) -> Minibatch<f64> {
    Minibatch { loss: loss_on(samples, weight), batches: Batches::new(samples.clone(), size, seed).unwrap() }
}
