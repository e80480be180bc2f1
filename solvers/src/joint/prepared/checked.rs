//! Data that are checked and scaled, before anything is learnt from them.

use super::Task;
use super::check::{check_batch, check_data, check_enough, check_varies};
use super::warnings::Warnings;
use crate::data::{Extremes, Features, Scaler, check_weights, standardise};
use crate::joint::Builder;
use crate::scalar::Scalar;
use admm::{Exec, Result};

/// Samples that count, scaled.
pub(crate) struct Checked<T: Scalar> {
    /// The scaled features, d×n.
    pub x: Features<T>,
    /// The weights, of sum 1.
    pub weights: Vec<T>,
    pub scaler: Scaler<T>,
    /// The targets, scaled as well.
    pub task: Task<T>,
    pub warnings: Warnings,
}

impl<T: Scalar> Checked<T> {
    pub fn new(options: &Builder, x: Features<T>, task: Task<T>, weights: Option<&[T]>) -> Result<Self> {
        let weights = weights.map_or_else(|| vec![T::one(); x.ncols()], <[T]>::to_vec);
        check_data(&x, &task.targets, &weights)?;
        let weights = task.weighted(&options.class_weight, weights)?;
        check_weights(&weights)?;
        let (x, task, weights) = without_weightless(x, task, weights, &options.exec)?;
        check_enough(x.shape(), options)?;
        check_batch(options.batch, x.ncols())?;
        let task = task.checked(options, &weights)?;
        let (x, scaler, seen) = standardise(x, &weights, options.scale, &options.exec)?;
        check_varies(&seen, options.scale)?;
        let warnings = Warnings::of_features(&seen, &seen.scaled_by(&scaler), options.scale);
        let total = weights.iter().fold(T::zero(), |sum, &weight| sum + weight);
        let weights = weights.into_iter().map(|weight| weight / total).collect();
        Ok(Checked { x, weights, scaler, task, warnings })
    }
}

/// Leaves out the samples of weight 0. Their entries must be finite all the same.
fn without_weightless<T: Scalar>(
    x: Features<T>,
    task: Task<T>,
    weights: Vec<T>,
    exec: &Exec,
) -> Result<(Features<T>, Task<T>, Vec<T>)> {
    let kept: Vec<usize> = (0..weights.len()).filter(|&sample| weights[sample] > T::zero()).collect();
    if kept.len() == weights.len() {
        return Ok((x, task, weights));
    }
    if x.categories().is_none() {
        Extremes::of(&x, exec)?;
    }
    let weights = kept.iter().map(|&sample| weights[sample]).collect();
    Ok((x.select(&kept), task.select(&kept), weights))
}
