//! The softmax loss by plain loops: the twin of every fast pass.

#![allow(clippy::needless_range_loop)]

use super::matrix;
use admm::space::Space;
use admm_solvers::data::Samples;
use admm_solvers::loss::{PredictionLoss, Predictor};

/// share·(Σ wᵢ CEᵢ + μ/2 ‖B‖²) and its gradient, entry by entry, by the definition.
pub fn naive(softmax: &PredictionLoss<f64>, at: &Predictor<f64>) -> (f64, Predictor<f64>) {
    let Samples { x, targets, weights, .. } = &softmax.samples;
    let labels = targets.labels().unwrap();
    let x = x.to_dense();
    let ((d, k), c) = (at.v.shape(), at.bias.len());
    let mut gradient = at.zero_like();
    let mut value = 0.0;
    for i in 0..x.ncols() {
        let reduced: Vec<f64> = (0..k).map(|q| (0..d).map(|f| at.v[(f, q)] * x[(f, i)]).sum()).collect();
        let logits: Vec<f64> =
            (0..c).map(|j| at.bias[j] + (0..k).map(|q| at.b[(q, j)] * reduced[q]).sum::<f64>()).collect();
        let highest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = logits.iter().map(|logit| (logit - highest).exp()).sum();
        value += weights[i] * (highest + total.ln() - logits[labels[i]]);
        for j in 0..c {
            let miss = (logits[j] - highest).exp() / total - f64::from(u8::from(j == labels[i]));
            gradient.bias[j] += weights[i] * miss;
            for q in 0..k {
                gradient.b[(q, j)] += weights[i] * miss * reduced[q];
                for f in 0..d {
                    gradient.v[(f, q)] += weights[i] * miss * at.b[(q, j)] * x[(f, i)];
                }
            }
        }
    }
    for q in 0..k {
        for j in 0..c {
            value += softmax.ridge / 2.0 * at.b[(q, j)] * at.b[(q, j)];
            gradient.b[(q, j)] += softmax.ridge * at.b[(q, j)];
        }
    }
    gradient.scale_by(softmax.share);
    (softmax.share * value, gradient)
}

/// V, B and b of random numbers.
pub fn point(d: usize, k: usize, c: usize, seed: u64) -> Predictor<f64> {
    Predictor { v: matrix(d, k, seed), b: matrix(k, c, seed ^ 2), bias: matrix(c, 1, seed ^ 3) }
}
