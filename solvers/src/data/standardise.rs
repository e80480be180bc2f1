//! Standardisation: centring and scaling, learnt on the training data.

mod mixed;

use mixed::learn_mixed;

use super::{Extremes, Features, Part, Scaler, check_weights};
use crate::scalar::{Scalar, largest};
use admm::space::Shape;
use admm::{Error, Exec, Result};
use nalgebra::{DVector, Vector3};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The mean and the standard deviation that features have after standardisation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Scale {
    /// Mean 0 and standard deviation 1 (with n − 1); features that are constant but for rounding keep scale 1.
    #[default]
    Standard,
    /// The mean becomes 0.
    Center,
    /// As they are: the PCA loss then speaks of second moments about 0.
    None,
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Scale::Standard => "standard",
            Scale::Center => "center",
            Scale::None => "none",
        })
    }
}

/// Standardises X (d×n): learns the mean and the scale of each feature and applies them. Returns the standardised X, its
/// scaler, and the smallest and the largest value of each feature before.
///
/// Weights count repetitions of samples or are shares of any scale. A constant feature keeps scale 1. X is scaled as
/// [`Features::standardised`] says.
///
/// A missing cell of mixed features becomes 0: mean and scale are those of the cells that are there. A category counts as
/// one feature: its variances sum to 1.
///
/// # Errors
/// No samples; weights of another number, negative, not finite, or all 0; entries that are not finite, be it for their
/// scale; missing cells where the scale is [`Scale::None`], which takes no mean off.
///
/// ```
/// use admm::{Exec, nalgebra::DMatrix};
/// use admm_solvers::data::{Scale, standardise};
///
/// let x = DMatrix::from_row_slice(1, 3, &[1.0, 2.0, 6.0]);
/// let (z, scaler, extremes) = standardise(x.into(), &[2.0, 1.0, 1.0], Scale::Center, &Exec::Serial)?;
/// assert_eq!(z.to_dense().as_slice(), [-1.5, -0.5, 3.5]);
/// assert_eq!((scaler.mean[0], extremes.low[0], extremes.high[0]), (2.5, 1.0, 6.0));
/// # Ok::<(), admm::Error>(())
/// ```
pub fn standardise<T: Scalar>(
    x: Features<T>,
    weights: &[T],
    scale: Scale,
    exec: &Exec,
) -> Result<(Features<T>, Scaler<T>, Extremes<T>)> {
    x.check_not_empty()?;
    let row = |count: usize| Shape(vec![(1, count)]);
    Error::check_size("sample weights", row(x.ncols()), row(weights.len()))?;
    check_weights(weights)?;
    let alone = Part::alone(x.ncols());
    standardise_on((exec, &alone), x, weights, scale)
}

/// [`standardise`] for the samples that a rank holds, whose weights have been checked. Mixed features are on every rank.
pub(crate) fn standardise_on<T: Scalar>(
    on: (&Exec, &Part),
    x: Features<T>,
    weights: &[T],
    scale: Scale,
) -> Result<(Features<T>, Scaler<T>, Extremes<T>)> {
    let (exec, part) = on;
    let (x, extremes, scaler) = match x.categories() {
        None => {
            let extremes = Extremes::of(&x, exec, part)?;
            let scaler = learn(on, &x, &extremes, weights, scale)?;
            (x, extremes, scaler)
        }
        Some(categories) => {
            let mut x = x.into_dense();
            let scaler = learn_mixed(&x, &categories, weights, scale, exec)?;
            scaler.fill(&mut x);
            let x = Features::from(x);
            let extremes = Extremes::of(&x, exec, part)?;
            (x, extremes, scaler)
        }
    };
    match extremes.scaled_by(&scaler).iter().position(|size| !size.is_finite()) {
        Some(feature) => Err(Error::not_finite(format!("feature {}, centred and scaled,", feature + 1))),
        None => Ok((x.standardised_of(part.total(), &scaler), scaler, extremes)),
    }
}

impl<T: Scalar> Scaler<T> {
    /// The mean and the scale of X (d×n), in which each sample counts once.
    ///
    /// # Errors
    /// No samples, and entries that are not finite.
    ///
    /// ```
    /// use admm_solvers::data::{Scale, Scaler};
    /// use admm::nalgebra::DMatrix;
    ///
    /// let scaler = Scaler::of(&DMatrix::from_row_slice(2, 2, &[1.0, 3.0, 7.0, 7.0]), Scale::Standard)?;
    /// assert_eq!(scaler.mean.as_slice(), [2.0, 7.0]);
    /// assert_eq!(scaler.scale.as_slice(), [2.0_f64.sqrt(), 1.0]);
    /// # Ok::<(), admm::Error>(())
    /// ```
    pub fn of(x: impl Into<Features<T>>, scale: Scale) -> Result<Self> {
        let x = x.into();
        x.check_not_empty()?;
        let on = (&Exec::Serial, &Part::alone(x.ncols()));
        let extremes = Extremes::of(&x, on.0, on.1)?;
        learn(on, &x, &extremes, &vec![T::one(); x.ncols()], scale)
    }
}

/// The mean and the scale of X with sample weights that count repetitions or are shares of any scale. A constant feature
/// keeps scale 1: the deviation of one that is constant but for rounding is rounding itself.
fn learn<T: Scalar>(
    on: (&Exec, &Part),
    x: &Features<T>,
    seen: &Extremes<T>,
    weights: &[T],
    scale: Scale,
) -> Result<Scaler<T>> {
    let d = x.nrows();
    let mut scaler = Scaler { mean: DVector::zeros(d), scale: DVector::repeat(d, T::one()) };
    if scale == Scale::None {
        return Ok(scaler);
    }
    // In units of the largest entry, so that no square overflows; about the first entry, so that a constant feature
    // has deviation exactly 0.
    let unit = DVector::from_fn(d, |j, _| match seen.size(j) {
        largest if largest > T::zero() => largest,
        _ => T::one(),
    });
    let origin = first_sample(on.1, x)?.component_div(&unit);
    let Mass { total, freedom } = Mass::of(on, weights)?;
    let mean = seen.moment(x, weights, on, |j, value| value / unit[j] - origin[j])? / total;
    scaler.mean = (&mean + &origin).component_mul(&unit);
    if scale == Scale::Standard {
        let square = |j: usize, value: T| {
            let distance = value / unit[j] - origin[j] - mean[j];
            distance * distance
        };
        let variance = seen.moment(x, weights, on, square)? / freedom.unwrap_or(total);
        let deviation = variance.map(|square| square.sqrt()).component_mul(&unit);
        let varies = |j: usize| !seen.is_constant(j) && deviation[j] > T::zero();
        scaler.scale = DVector::from_fn(d, |j, _| if varies(j) { deviation[j] } else { T::one() });
    }
    Ok(scaler)
}

/// The first of all samples, as it was before scaling.
fn first_sample<T: Scalar>(part: &Part, x: &Features<T>) -> Result<DVector<T>> {
    let own = (x.ncols() > 0).then(|| x.stored_dense(0));
    Ok(part.gather(Ok(own))?.into_iter().flatten().next().expect("there is at least one sample"))
}

/// What weights amount to.
struct Mass<T> {
    /// The sum of all, Σw.
    total: T,
    /// The degrees of freedom: the sum of weighted squares over them is an unbiased variance. Weights that are whole
    /// numbers count repetitions, Σw − 1. Others are shares, Σw − Σw²/Σw, where a common factor cancels. Both are n − 1
    /// for n weights of 1. Nothing where none are left, as where one weight outweighs all others.
    freedom: Option<T>,
}

impl<T: Scalar> Mass<T> {
    fn of((exec, part): (&Exec, &Part), weights: &[T]) -> Result<Self> {
        let counts = weights.iter().all(|weight| weight.fract() == T::zero());
        let all = part.gather(Ok((largest(weights), counts)))?;
        let unit = all.iter().fold(T::zero(), |unit, (largest, _)| unit.max(*largest));
        let counts = all.iter().all(|(_, counts)| *counts);
        let sums = part.sum(exec, |range| {
            let weights = &weights[range];
            let sum = |of: &dyn Fn(T) -> T| weights.iter().fold(T::zero(), |sum, &weight| sum + of(weight));
            // In units of the largest, so that no square overflows.
            Vector3::new(sum(&|w| w), sum(&|w| w / unit), sum(&|w| (w / unit).powi(2)))
        })?;
        let (total, shares, squares) = (sums[0], sums[1], sums[2]);
        let freedom = if counts { unit * shares - T::one() } else { unit * (shares - squares / shares) };
        Ok(Mass { total, freedom: Some(freedom).filter(|freedom| *freedom > T::zero()) })
    }
}
