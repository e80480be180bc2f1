//! Centring and scaling, learnt on the training data.

use super::Scale;
use crate::scalar::Scalar;
use admm::{Error, Result, Shape};
use nalgebra::{DMatrix, DVector};

/// z = (x − mean)/scale, feature by feature.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaler<T: Scalar> {
    /// d entries.
    pub mean: DVector<T>,
    /// d entries, all positive.
    pub scale: DVector<T>,
}

impl<T: Scalar> Scaler<T> {
    /// Learns from X (d×n) with sample weights of any scale. Weights that sum to 2 or more count as repetitions: the
    /// standard deviation divides by their sum − 1, else by their sum. A constant feature keeps scale 1.
    pub fn learn(x: &DMatrix<T>, weights: &[T], scale: Scale) -> Self {
        let (d, total) = (x.nrows(), weights.iter().fold(T::zero(), |sum, &weight| sum + weight));
        let mut scaler = Scaler { mean: DVector::zeros(d), scale: DVector::repeat(d, T::one()) };
        for feature in 0..d {
            let row = || x.row(feature).into_owned();
            let largest = row().amax();
            if scale == Scale::None || largest == T::zero() {
                continue;
            }
            // In units of the largest entry, so that no square overflows; about the first entry, so that a constant
            // feature has deviation exactly 0.
            let origin = row()[0] / largest;
            let values: Vec<T> = row().iter().map(|&value| value / largest - origin).collect();
            let sum = |f: &dyn Fn(T) -> T| values.iter().zip(weights).fold(T::zero(), |s, (&v, &w)| s + w * f(v));
            let mean = sum(&|value| value) / total;
            scaler.mean[feature] = (mean + origin) * largest;
            let freedom = if total >= T::of(2.0) { total - T::one() } else { total };
            let deviation = (sum(&|value| (value - mean) * (value - mean)) / freedom).sqrt();
            let deviation = deviation * largest;
            if scale == Scale::Standard && deviation > T::zero() {
                scaler.scale[feature] = deviation;
            }
        }
        scaler
    }

    /// (x − mean)/scale for X (d×n).
    ///
    /// # Errors
    /// Another d, or entries that are not finite, be it for their scale.
    pub fn apply(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        Error::check_size("features", Shape(vec![(self.mean.len(), x.ncols())]), Shape(vec![x.shape()]))?;
        let mut scaled = x.clone();
        for mut column in scaled.column_iter_mut() {
            column -= &self.mean;
            column.component_div_assign(&self.scale);
        }
        check_finite(&scaled)?;
        Ok(scaled)
    }

    /// z·scale + mean for Z (d×n).
    pub fn undo(&self, z: &DMatrix<T>) -> DMatrix<T> {
        let mut x = z.clone();
        for mut column in x.column_iter_mut() {
            column.component_mul_assign(&self.scale);
            column += &self.mean;
        }
        x
    }
}

/// All entries finite, or the first that is not and how many there are.
pub(crate) fn check_finite<T: Scalar>(x: &DMatrix<T>) -> Result<()> {
    let bad = |value: &&T| !value.is_finite();
    let Some(first) = x.iter().position(|value| !value.is_finite()) else { return Ok(()) };
    let (feature, sample) = (first % x.nrows() + 1, first / x.nrows() + 1);
    let count = x.iter().filter(bad).count();
    Err(Error::NotFinite(format!("feature {feature} of sample {sample} ({count} such in the data)")))
}
