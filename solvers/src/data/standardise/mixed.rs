//! The scale of mixed features: numbers with missing cells beside categories, each of which counts as one feature.
//!
//! A number has the mean and the deviation of its cells that are there. The category with levels l = 1 … L has L
//! features of 0 and 1, whose means are the shares pₗ of the levels. Factor analysis of mixed data divides such a feature
//! by √pₗ (Pagès 2004, Analyse factorielle de données mixtes, Revue de statistique appliquée 52(4), 93–111): the
//! variances then are 1 − pₗ, of sum L − 1. The PCA loss is a share of the sum of all variances, in which a category of
//! many levels would outweigh all numbers. So the divisor here is √(pₗ(L − 1)): the sum is 1, the variance of one
//! standardised number. With two levels both are the same.

use super::{Mass, Scale, learn};
use crate::data::scaler::not_finite;
use crate::data::{Extremes, Features, Part, Scaler};
use crate::scalar::{Scalar, is_missing};
use admm::{Error, Exec, Result};
use nalgebra::{DMatrix, DVector};
use std::ops::Range;

/// The mean and the scale of X (d×n), in which NaN is a missing cell. Each range of features is a category.
///
/// # Errors
/// Infinities; missing cells where the scale takes no mean off.
pub(super) fn learn_mixed<T: Scalar>(
    x: &DMatrix<T>,
    categories: &[Range<usize>],
    weights: &[T],
    scale: Scale,
    exec: &Exec,
) -> Result<Scaler<T>> {
    let d = x.nrows();
    let infinite = || x.iter().enumerate().filter(|(_, cell)| !cell.is_finite() && !is_missing(**cell));
    if let Some((at, _)) = infinite().next() {
        return Err(not_finite((at % d, at / d), infinite().count()));
    }
    let mut scaler = Scaler { mean: DVector::zeros(d), scale: DVector::repeat(d, T::one()) };
    if scale == Scale::None {
        return match x.iter().any(|&cell| is_missing(cell)) {
            true => Err(Error::parameter("scale", "none takes no mean off, which stands for a missing cell")),
            false => Ok(scaler),
        };
    }
    for feature in 0..d {
        let (cells, weights) = present(x, feature, weights);
        if cells.is_empty() {
            continue;
        }
        let cells = Features::from(DMatrix::from_vec(1, cells.len(), cells));
        let on = (exec, &Part::alone(weights.len()));
        let extremes = Extremes::of(&cells, on.0, on.1)?;
        let of_cells = learn(on, &cells, &extremes, &weights, scale)?;
        (scaler.mean[feature], scaler.scale[feature]) = (of_cells.mean[0], of_cells.scale[0]);
    }
    for category in categories {
        let (_, weights) = present(x, category.start, weights);
        let shares = scaler.mean.rows_range(category.clone()).into_owned();
        scaler.scale.rows_range_mut(category.clone()).copy_from(&divisors(&shares, &weights)?);
    }
    Ok(scaler)
}

/// The cells of a feature that are there, and the weights of their samples.
fn present<T: Scalar>(x: &DMatrix<T>, feature: usize, weights: &[T]) -> (Vec<T>, Vec<T>) {
    let row = x.row(feature);
    row.iter().copied().zip(weights.iter().copied()).filter(|(cell, _)| !is_missing(*cell)).unzip()
}

/// √(f·pₗ(L − 1)) for the L levels whose share pₗ is above 0. The factor f = Σw over the degrees of freedom makes the
/// sum of the variances 1 where they are unbiased, as those of numbers are. The other levels and a single one have
/// divisor 1.
fn divisors<T: Scalar>(shares: &DVector<T>, weights: &[T]) -> Result<DVector<T>> {
    let levels = shares.iter().filter(|share| **share > T::zero()).count();
    let Mass { total, freedom } = Mass::of((&Exec::Serial, &Part::alone(weights.len())), weights)?;
    let factor = freedom.map_or(T::one(), |freedom| total / freedom);
    Ok(shares.map(|share| match levels {
        2.. if share > T::zero() => (factor * share * T::of((levels - 1) as f64)).sqrt(),
        _ => T::one(),
    }))
}
