//! Data that are checked and scaled, before anything is learnt from them.

use super::check::{check_batch, check_enough, check_varies};
use super::together::together;
use super::warnings::Warnings;
use super::{Output, Task};
use crate::data::{
    ClassWeight, Extremes, Features, Samples, Scale, Scaler, Targets, check_total, standardise_on, totals,
};
use crate::joint::Builder;
use crate::loss::Head;
use crate::scalar::Scalar;
use admm::{Error, Result};
use std::ops::Range;
use std::sync::Arc;

/// Samples that count, scaled.
pub(crate) struct Checked<T: Scalar> {
    /// The scaled features with the scaled targets, and weights of sum 1.
    pub samples: Samples<T>,
    pub head: Arc<dyn Head<T>>,
    pub output: Output<T>,
    pub scaler: Scaler<T>,
    pub warnings: Warnings,
}

impl<T: Scalar> Checked<T> {
    pub fn new(options: &Builder, x: Features<T>, task: Task<T>, weights: Option<&[T]>) -> Result<Self> {
        let samples = together(options, x, &task, weights)?;
        let samples = without_weightless(weighted(samples, &options.class_weight)?)?;
        let samples = match samples.x.categories() {
            Some(_) => samples.everywhere("the scale of categories and missing cells is learnt there")?,
            None => samples,
        };
        check_enough((samples.x.nrows(), samples.total()), options)?;
        check_batch(options.batch, samples.total())?;
        let Task { head, mut output, .. } = task;
        check_targets(&*head, &samples)?;
        let total = samples.total_weight();
        let Samples { x, mut targets, weights, exec, part } = samples;
        let on = (&exec, &part);
        if let (true, Targets::Numbers(y)) = (output.scales_targets(options), &targets) {
            let (scaled, scaler, _) = standardise_on(on, (**y).clone().into(), &weights, Scale::Standard)?;
            (targets, output.scaler) = (scaled.into_dense().into(), Some(scaler));
        }
        let (x, scaler, seen) = standardise_on(on, x, &weights, options.scale)?;
        check_varies(&seen, options.scale)?;
        let warnings = Warnings::of_features(&seen, &seen.scaled_by(&scaler), options.scale);
        let weights = weights.iter().map(|&weight| weight / total).collect();
        Ok(Checked { samples: Samples { x, targets, weights, exec, part }, head, output, scaler, warnings })
    }
}

/// The samples with weights times the factors of their classes.
fn weighted<T: Scalar>(samples: Samples<T>, by: &ClassWeight) -> Result<Samples<T>> {
    let Targets::Classes { labels, count } = &samples.targets else {
        return match by {
            ClassWeight::AsSampled => Ok(samples),
            _ => Err(Error::parameter("class_weight", "is for targets that are classes, and these are numbers")),
        };
    };
    check_total(samples.total_weight())?;
    let of = |range: Range<usize>| totals(&labels[range.clone()], &samples.weights[range], *count);
    let Some(factors) = by.factors(*count, || Ok(samples.sum(of)))? else { return Ok(samples) };
    let weights = samples.weights.iter().zip(labels.iter()).map(|(&weight, &label)| weight * factors[label]);
    let weights: Arc<[T]> = weights.collect();
    Ok(Samples { weights, ..samples })
}

/// Leaves out the samples of weight 0. Their entries must be finite all the same.
fn without_weightless<T: Scalar>(samples: Samples<T>) -> Result<Samples<T>> {
    check_total(samples.total_weight())?;
    let Samples { x, weights, exec, part, .. } = &samples;
    let kept: Vec<usize> = (0..weights.len()).filter(|&sample| weights[sample] > T::zero()).collect();
    let others = part.with_count(kept.len())?;
    if others.total() == part.total() {
        return Ok(samples);
    }
    if x.categories().is_none() {
        Extremes::of(x, exec, part)?;
    }
    Samples { part: others, ..samples.select(&kept) }.in_chunks()
}

/// Checks the targets of this rank, and those that show what all ranks have.
fn check_targets<T: Scalar>(head: &dyn Head<T>, samples: &Samples<T>) -> Result<()> {
    let Samples { targets, part, .. } = samples;
    if part.is_alone() {
        return head.check(targets);
    }
    let few = part.gather(Ok(targets.select(&targets.representatives())))?;
    let shown = [std::slice::from_ref(targets), &few].concat();
    part.gather(Targets::joined(&shown).and_then(|targets| head.check(&targets))).map(|_| ())
}
