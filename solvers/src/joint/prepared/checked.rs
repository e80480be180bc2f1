//! Data that are checked and scaled, before anything is learnt from them.

use super::check::{check_batch, check_classes, check_data, check_enough, check_varies};
use super::warnings::Warnings;
use crate::data::{Extremes, Features, Scaler, check_weights, standardise};
use crate::joint::Builder;
use crate::scalar::Scalar;
use admm::{Exec, Result};
use std::borrow::Cow;

/// Samples that count, scaled.
pub(crate) struct Checked<'a, T: Scalar> {
    /// The scaled features, d×n.
    pub x: Features<T>,
    pub labels: Cow<'a, [usize]>,
    /// The weights, of sum 1.
    pub weights: Vec<T>,
    pub scaler: Scaler<T>,
    pub warnings: Warnings,
}

impl<'a, T: Scalar> Checked<'a, T> {
    pub fn new(
        options: &Builder,
        x: Features<T>,
        labels: &'a [usize],
        classes: usize,
        weights: Option<&[T]>,
    ) -> Result<Self> {
        let weights = weights.map_or_else(|| vec![T::one(); x.ncols()], <[T]>::to_vec);
        check_data(&x, labels, &weights, classes)?;
        let weights = options.class_weight.apply(labels, weights, classes)?;
        check_weights(&weights)?;
        let (x, labels, weights) = without_weightless(x, labels, weights, &options.exec)?;
        check_enough(x.shape(), options)?;
        check_batch(options.batch, x.ncols())?;
        check_classes(&labels, classes)?;
        let (x, scaler, seen) = standardise(x, &weights, options.scale, &options.exec)?;
        check_varies(&seen, options.scale)?;
        let warnings = Warnings::of_features(&seen, &seen.scaled_by(&scaler), options.scale);
        let total = weights.iter().fold(T::zero(), |sum, &weight| sum + weight);
        let weights = weights.into_iter().map(|weight| weight / total).collect();
        Ok(Checked { x, labels, weights, scaler, warnings })
    }
}

/// Features, labels and weights of some samples.
type Chosen<'a, T> = (Features<T>, Cow<'a, [usize]>, Vec<T>);

/// Leaves out the samples of weight 0. Their entries must be finite all the same.
fn without_weightless<'a, T: Scalar>(
    x: Features<T>,
    labels: &'a [usize],
    weights: Vec<T>,
    exec: &Exec,
) -> Result<Chosen<'a, T>> {
    let kept: Vec<usize> = (0..weights.len()).filter(|&sample| weights[sample] > T::zero()).collect();
    if kept.len() == weights.len() {
        return Ok((x, labels.into(), weights));
    }
    if x.categories().is_none() {
        Extremes::of(&x, exec)?;
    }
    let labels = kept.iter().map(|&sample| labels[sample]).collect();
    let weights = kept.iter().map(|&sample| weights[sample]).collect();
    Ok((x.select(&kept), labels, weights))
}
