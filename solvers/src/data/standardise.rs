//! Centring and scaling, learnt on the training data.

use super::scaler::not_finite;
use super::{Features, Scaler};
use crate::chunks::{chunks, sum};
use crate::scalar::{Scalar, largest};
use admm::{Error, Exec, Result};
use nalgebra::DVector;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;

/// The preparation of the features before both losses see them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Scale {
    /// Mean 0 and standard deviation 1 (with n − 1); constant features keep scale 1.
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

impl<T: Scalar> Scaler<T> {
    /// Learns from X (d×n), each sample once.
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
        if x.ncols() == 0 {
            return Err(Error::parameter("x", "has no samples to learn a scale from"));
        }
        let seen = Extremes::of(&x, &Exec::Serial)?;
        Ok(Scaler::learn(&x, &seen, &vec![T::one(); x.ncols()], scale, &Exec::Serial))
    }

    /// Learns from X with sample weights that count repetitions or are shares of any scale. A constant feature keeps
    /// scale 1.
    pub(crate) fn learn(x: &Features<T>, seen: &Extremes<T>, weights: &[T], scale: Scale, exec: &Exec) -> Self {
        let d = x.nrows();
        let mut scaler = Scaler { mean: DVector::zeros(d), scale: DVector::repeat(d, T::one()) };
        if scale == Scale::None {
            return scaler;
        }
        // In units of the largest entry, so that no square overflows; about the first entry, so that a constant feature
        // has deviation exactly 0.
        let unit = DVector::from_fn(d, |j, _| match seen.low[j].abs().max(seen.high[j].abs()) {
            largest if largest > T::zero() => largest,
            _ => T::one(),
        });
        let origin = x.stored_dense(0).component_div(&unit);
        let total = weights.iter().fold(T::zero(), |sum, &weight| sum + weight);
        let mean = seen.moment(x, weights, exec, |j, value| value / unit[j] - origin[j]) / total;
        scaler.mean = (&mean + &origin).component_mul(&unit);
        if scale == Scale::Standard {
            let square = |j: usize, value: T| {
                let distance = value / unit[j] - origin[j] - mean[j];
                distance * distance
            };
            let variance = seen.moment(x, weights, exec, square) / freedom(weights).unwrap_or(total);
            let deviation = variance.map(|square| square.sqrt()).component_mul(&unit);
            scaler.scale = deviation.map(|deviation| if deviation > T::zero() { deviation } else { T::one() });
        }
        scaler
    }

    /// The largest |z| of each feature.
    ///
    /// # Errors
    /// A feature whose scaled values are not finite.
    pub(crate) fn largest(&self, seen: &Extremes<T>) -> Result<DVector<T>> {
        let scaled = |x: &DVector<T>| (x - &self.mean).component_div(&self.scale).abs();
        let largest = scaled(&seen.low).sup(&scaled(&seen.high));
        match largest.iter().position(|size| !size.is_finite()) {
            None => Ok(largest),
            Some(feature) => Err(Error::not_finite(format!("feature {}, centred and scaled,", feature + 1))),
        }
    }
}

/// The degrees of freedom: the sum of weighted squares over them is an unbiased variance. Weights that are whole
/// numbers count repetitions, Σw − 1. Others are shares, Σw − Σw²/Σw, where a common factor cancels. Both are n − 1 for
/// n weights of 1. Nothing where none are left, as where one weight outweighs all others.
fn freedom<T: Scalar>(weights: &[T]) -> Option<T> {
    let unit = largest(weights);
    let sum = |power: i32| weights.iter().fold(T::zero(), |sum, &weight| sum + (weight / unit).powi(power)); // no overflow
    let freedom = match weights.iter().all(|weight| weight.fract() == T::zero()) {
        true => unit * sum(1) - T::one(),
        false => unit * (sum(1) - sum(2) / sum(1)),
    };
    Some(freedom).filter(|freedom| *freedom > T::zero())
}

/// The smallest and largest values of each feature, found in one pass over the data.
pub(crate) struct Extremes<T: Scalar> {
    pub low: DVector<T>,
    pub high: DVector<T>,
    /// The number of samples that store each feature: sparse samples leave out zeros.
    stored: Vec<usize>,
    /// The first entry that is not finite, feature before sample, and how many there are.
    wrong: Option<(usize, usize)>,
    count: usize,
}

impl<T: Scalar> Extremes<T> {
    /// # Errors
    /// Entries that are not finite.
    pub fn of(x: &Features<T>, exec: &Exec) -> Result<Self> {
        let chunks = chunks(x.ncols());
        let parts = exec.map(chunks.len(), |i| Extremes::of_range(x, chunks[i].clone()));
        let seen = parts.into_iter().reduce(Extremes::join).expect("there is at least one sample");
        match seen.wrong {
            None => Ok(seen.with_implicit_zeros(x.ncols())),
            Some(place) => Err(not_finite(place, seen.count)),
        }
    }

    fn of_range(x: &Features<T>, range: Range<usize>) -> Self {
        let first = x.stored_dense(range.start);
        let (low, high) = (first.clone(), first);
        let mut seen = Extremes { low, high, stored: vec![0; x.nrows()], wrong: None, count: 0 };
        for sample in range {
            x.visit(sample, |j, value| {
                seen.stored[j] += 1;
                if value < seen.low[j] {
                    seen.low[j] = value;
                }
                if value > seen.high[j] {
                    seen.high[j] = value;
                }
                if !value.is_finite() {
                    seen.wrong = seen.wrong.or(Some((j, sample)));
                    seen.count += 1;
                }
            });
        }
        seen
    }

    fn join(mut self, next: Self) -> Self {
        self.low = self.low.inf(&next.low);
        self.high = self.high.sup(&next.high);
        self.stored.iter_mut().zip(next.stored).for_each(|(sum, count)| *sum += count);
        Extremes { wrong: self.wrong.or(next.wrong), count: self.count + next.count, ..self }
    }

    fn with_implicit_zeros(mut self, n: usize) -> Self {
        for j in (0..self.stored.len()).filter(|&j| self.stored[j] < n) {
            self.low[j] = self.low[j].min(T::zero());
            self.high[j] = self.high[j].max(T::zero());
        }
        self
    }

    /// Σᵢ wᵢ f(j, xᵢⱼ) for each feature j.
    fn moment(
        &self,
        x: &Features<T>,
        weights: &[T],
        exec: &Exec,
        f: impl Fn(usize, T) -> T + Send + Sync,
    ) -> DVector<T> {
        let (d, n) = x.shape();
        let sums = sum(exec, n, |range| {
            let mut sums = DVector::zeros(d);
            for (sample, &weight) in range.clone().zip(&weights[range]) {
                x.visit(sample, |j, value| sums[j] += weight * f(j, value));
            }
            sums
        });
        if self.stored.iter().all(|&stored| stored == n) {
            return sums;
        }
        let total = weights.iter().fold(T::zero(), |sum, &weight| sum + weight);
        let mut implicit = DVector::repeat(d, total);
        (0..n).for_each(|sample| x.visit(sample, |j, _| implicit[j] -= weights[sample]));
        let share = |j: usize| if self.stored[j] < n { implicit[j] } else { T::zero() };
        DVector::from_fn(d, |j, _| sums[j] + share(j) * f(j, T::zero()))
    }
}
