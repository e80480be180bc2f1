//! The error of predictions.

use super::Head;
use crate::data::{Part, Targets};
use crate::scalar::{Scalar, largest};
use admm::{Exec, Result};
use nalgebra::{DMatrix, Vector1};
use std::ops::Range;

/// The error of logits (c×n): 0 for perfect ones.
///
/// - Of classes the share of the samples that have another one than that of the largest logit, the first of several.
/// - Of labels the share that lie on the other side of 0 than their logits, the mean over the labels.
/// - Of other numbers 1 − R², the mean over the targets. A constant target counts as missed, unless it is met.
///
/// # Errors
/// Those of [`Part::sum`].
pub(crate) fn error<T: Scalar>(
    (exec, part): (&Exec, &Part),
    head: &dyn Head<T>,
    logits: &DMatrix<T>,
    targets: &Targets<T>,
    weights: &[T],
) -> Result<f64> {
    // In units of the largest, so that equal weights count samples.
    let units = part.gather(Ok(largest(weights).to_f64()))?;
    let unit = units.into_iter().fold(0.0, f64::max);
    let weights: Vec<f64> = weights.iter().map(|weight| weight.to_f64() / unit).collect();
    let total = part.sum(exec, |range| Vector1::new(weights[range].iter().sum::<f64>()))?[0];
    let means = part.sum(exec, |range| targets.sum(range, |sample| weights[sample]))? / total;
    let sums = part.sum(exec, |range| match targets {
        Targets::Classes { labels, .. } => misclassified(logits, labels, &weights, range),
        Targets::Numbers(y) if head.predicts_labels() => mislabelled(logits, y, &weights, range),
        Targets::Numbers(y) => {
            let predictions = head.predict(logits.columns_range(range.clone()).into_owned());
            unexplained(&predictions, y, &weights, range, &means)
        }
    })?;
    let shares = sums.column_iter().map(|sums| match (sums[0], sums[1]) {
        (0.0, _) => 0.0,
        (_, 0.0) => 1.0,
        (missed, whole) => missed / whole,
    });
    Ok(shares.sum::<f64>() / sums.ncols() as f64)
}

/// Σ wᵢ of the samples with another class than that of the largest logit, above Σ wᵢ (2×1).
fn misclassified<T: Scalar>(
    logits: &DMatrix<T>,
    labels: &[usize],
    weights: &[f64],
    range: Range<usize>,
) -> DMatrix<f64> {
    let mut sums = DMatrix::zeros(2, 1);
    for sample in range {
        let wrong = logits.column(sample).argmax().0 != labels[sample];
        sums[0] += if wrong { weights[sample] } else { 0.0 };
        sums[1] += weights[sample];
    }
    sums
}

/// The same for each label (2×q), by the signs of the logits.
fn mislabelled<T: Scalar>(logits: &DMatrix<T>, y: &DMatrix<T>, weights: &[f64], range: Range<usize>) -> DMatrix<f64> {
    let mut sums = DMatrix::zeros(2, y.nrows());
    for (j, sample) in range.flat_map(|sample| (0..y.nrows()).map(move |j| (j, sample))) {
        let wrong = (logits[(j, sample)] > T::zero()) != (y[(j, sample)] == T::one());
        sums[(0, j)] += if wrong { weights[sample] } else { 0.0 };
        sums[(1, j)] += weights[sample];
    }
    sums
}

/// Σ wᵢ(ŷᵢ − yᵢ)² of predictions Ŷ (q×b) for a range of samples, above Σ wᵢ(yᵢ − ȳ)² (2×q).
fn unexplained<T: Scalar>(
    predictions: &DMatrix<T>,
    y: &DMatrix<T>,
    weights: &[f64],
    range: Range<usize>,
    means: &DMatrix<f64>,
) -> DMatrix<f64> {
    let mut sums = DMatrix::zeros(2, y.nrows());
    for (predicted, sample) in predictions.column_iter().zip(range) {
        for j in 0..y.nrows() {
            let y = y[(j, sample)];
            sums[(0, j)] += weights[sample] * (predicted[j] - y).to_f64().powi(2);
            sums[(1, j)] += weights[sample] * (y.to_f64() - means[j]).powi(2);
        }
    }
    sums
}
