//! Checks of the data.

use crate::data::{Extremes, Features, Scale, Targets, check_each_weight};
use crate::joint::Builder;
use crate::scalar::Scalar;
use admm::{Error, Result};

/// Checks each sample, whatever its weight.
pub(crate) fn check_data<T: Scalar>(x: &Features<T>, targets: &Targets<T>, weights: &[T]) -> Result<()> {
    let n = x.ncols();
    let row = |count: usize| (1, count);
    Error::check_size(targets.place(), row(n), row(targets.len()))?;
    Error::check_size("sample weights", row(n), row(weights.len()))?;
    targets.check()?;
    check_each_weight(weights)
}

/// Checks that the samples that count are enough. Behind layers the outputs of the last one are reduced.
pub(crate) fn check_enough((d, n): (usize, usize), options: &Builder) -> Result<()> {
    if n == 1 {
        return Err(Error::parameter("x", "has one sample, which has no variance: at least 2 are needed"));
    }
    let (reduced, what) = match (&options.network, options.hidden.last()) {
        (Some(own), _) => (own.outputs(), "outputs of the network"),
        (None, Some(&width)) => (width, "hidden units"),
        (None, None) => (d, "features"),
    };
    let (largest, components) = (n.min(reduced), options.components);
    if components > largest {
        return Err(Error::parameter(
            "components",
            format!("must be at most {largest}, got {components} components of {n} samples × {reduced} {what}"),
        ));
    }
    Ok(())
}

/// Checks that there is a feature that varies by more than rounding. Features that stay as they are have moments about 0.
pub(crate) fn check_varies<T: Scalar>(seen: &Extremes<T>, scale: Scale) -> Result<()> {
    if scale == Scale::None || (0..seen.low.len()).any(|feature| !seen.is_constant(feature)) {
        return Ok(());
    }
    let digits = if T::SINGLE { " in 32-bit numbers; if they differ at all, use `--precision f64`" } else { "" };
    Err(Error::numerical("the data", format!("have no variance: all samples are equal{digits}")))
}

pub(crate) fn check_batch(batch: Option<usize>, n: usize) -> Result<()> {
    match batch {
        Some(size) if size > n => Err(Error::parameter("batch", format!("must be between 1 and {n}, got {size}"))),
        _ => Ok(()),
    }
}

/// Checks that γ/2 ‖W‖² bounds the PCA loss, whose curvature is at most 2λλ₁/tr Σ.
pub(crate) fn check_bounded(options: &Builder, leading: f64) -> Result<()> {
    let (shrinkage, smallest) = (options.shrinkage, 2.0 * options.weight * leading);
    if shrinkage > smallest { Ok(()) } else { Err(Error::Unbounded { rho: shrinkage, smallest }) }
}
