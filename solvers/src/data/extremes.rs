//! The smallest and the largest value of each feature.

use super::scaler::not_finite;
use super::{Features, Part, Scaler};
use crate::scalar::Scalar;
use admm::{Exec, Result};
use nalgebra::DVector;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// The smallest and the largest value of each feature, found in one pass over the data.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Scalar", deserialize = "T: Scalar"))]
pub struct Extremes<T: Scalar> {
    /// The smallest values, d entries.
    pub low: DVector<T>,
    /// The largest values, d entries.
    pub high: DVector<T>,
    /// The number of samples that store each feature: of sparse ones not all do.
    stored: Vec<usize>,
    /// The feature and the sample of the first entry that is not finite.
    wrong: Option<(usize, usize)>,
    /// The number of entries that are not finite.
    count: usize,
}

/// The rounding of a number, in units of ε: of one that was computed, not only read.
const NOISE: f64 = 16.0;

/// A spread of so many ε, of which rounding may be a hundredth.
const COARSE: f64 = 256.0;

impl<T: Scalar> Extremes<T> {
    /// Returns true for a feature whose values are all the same but for rounding: its spread is at most 16ε of its size.
    pub(crate) fn is_constant(&self, feature: usize) -> bool {
        self.spread(feature) <= T::of(NOISE) * T::EPSILON * self.size(feature)
    }

    /// Returns true for a feature that is so far from 0 that its numbers hold few digits of what it varies by.
    pub(crate) fn is_coarse(&self, feature: usize) -> bool {
        !self.is_constant(feature) && self.spread(feature) <= T::of(COARSE) * T::EPSILON * self.size(feature)
    }

    /// The largest value less the smallest.
    fn spread(&self, feature: usize) -> T {
        self.high[feature] - self.low[feature]
    }

    /// The largest magnitude.
    pub(super) fn size(&self, feature: usize) -> T {
        self.low[feature].abs().max(self.high[feature].abs())
    }

    /// The extremes of X (d×n), n ≥ 1, in one pass. X may be a part of it, on a rank.
    ///
    /// # Errors
    /// Entries that are not finite.
    pub(crate) fn of(x: &Features<T>, exec: &Exec, part: &Part) -> Result<Self> {
        let (_, chunks) = part.chunks();
        let parts = exec.map(chunks.len(), |i| Extremes::of_range(x, chunks[i].clone()));
        let mut own = parts.into_iter().reduce(Extremes::join);
        own.iter_mut().flat_map(|seen| &mut seen.wrong).for_each(|(_, sample)| *sample += part.own().start);
        let seen = part.gather(Ok(own))?.into_iter().flatten().reduce(Extremes::join);
        let seen = seen.expect("there is at least one sample");
        match seen.wrong {
            None => Ok(seen.with_implicit_zeros(part.total())),
            Some(place) => Err(not_finite(place, seen.count)),
        }
    }

    fn of_range(x: &Features<T>, range: Range<usize>) -> Self {
        let first = x.stored_dense(range.start);
        let (low, high) = (first.clone(), first);
        let mut seen = Extremes { low, high, stored: vec![0; x.nrows()], wrong: None, count: 0 };
        x.visit_each(range, |sample, j, value| {
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

    /// The largest |z| of each feature, with z = (x − mean)/scale.
    pub(crate) fn scaled_by(&self, scaler: &Scaler<T>) -> DVector<T> {
        let scaled = |x: &DVector<T>| (x - &scaler.mean).component_div(&scaler.scale).abs();
        scaled(&self.low).sup(&scaled(&self.high))
    }

    /// Σᵢ wᵢ f(j, xᵢⱼ) for each feature j.
    pub(super) fn moment(
        &self,
        x: &Features<T>,
        weights: &[T],
        (exec, part): (&Exec, &Part),
        f: impl Fn(usize, T) -> T + Send + Sync,
    ) -> Result<DVector<T>> {
        let d = x.nrows();
        let sums = part.sum(exec, |range| {
            let mut sums = DVector::zeros(d);
            x.visit_each(range, |sample, j, value| sums[j] += weights[sample] * f(j, value));
            sums
        })?;
        if self.stored.iter().all(|&stored| stored == part.total()) {
            return Ok(sums);
        }
        let implicit = part.sum(exec, |range| {
            let mut implicit = DVector::repeat(d, weights[range.clone()].iter().fold(T::zero(), |sum, &w| sum + w));
            range.for_each(|sample| x.visit(sample, |j, _| implicit[j] -= weights[sample]));
            implicit
        })?;
        let share = |j: usize| if self.stored[j] < part.total() { implicit[j] } else { T::zero() };
        Ok(DVector::from_fn(d, |j, _| sums[j] + share(j) * f(j, T::zero())))
    }
}
