//! Centring and scaling, feature by feature.

use crate::scalar::{Scalar, is_missing};
use admm::{Error, Result};
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// z = (x − mean)/scale, feature by feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Scalar", deserialize = "T: Scalar"))]
pub struct Scaler<T: Scalar> {
    /// The mean of each feature, d entries.
    pub mean: DVector<T>,
    /// d entries, all positive.
    pub scale: DVector<T>,
}

impl<T: Scalar> Scaler<T> {
    /// (x − mean)/scale for X (d×n).
    ///
    /// # Errors
    /// Another d, or entries that are not finite, be it for their scale.
    pub fn apply(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        Error::check_size("features", (self.mean.len(), x.ncols()), x.shape())?;
        let mut scaled = x.clone();
        self.scale(&mut scaled);
        check_finite(&scaled)?;
        Ok(scaled)
    }

    /// Replaces each missing cell of X (d×n), a NaN, by the mean of its feature, which [`apply`](Self::apply) makes 0.
    ///
    /// # Panics
    /// If X does not have d rows.
    pub fn fill(&self, x: &mut DMatrix<T>) {
        assert_eq!(self.mean.len(), x.nrows(), "samples of another number of features");
        for mut sample in x.column_iter_mut() {
            sample.zip_apply(&self.mean, |cell, mean| {
                if is_missing(*cell) {
                    *cell = mean;
                }
            });
        }
    }

    /// Returns true if the scaler leaves every sample as it is.
    pub(crate) fn is_identity(&self) -> bool {
        self.mean.iter().all(|mean| *mean == T::zero()) && self.scale.iter().all(|scale| *scale == T::one())
    }

    /// X ← (x − mean)/scale.
    pub(crate) fn scale(&self, x: &mut DMatrix<T>) {
        for mut column in x.column_iter_mut() {
            column -= &self.mean;
            column.component_div_assign(&self.scale);
        }
    }

    /// z·scale + mean for Z (d×n).
    ///
    /// # Panics
    /// If Z does not have d rows.
    pub fn undo(&self, z: &DMatrix<T>) -> DMatrix<T> {
        let mut x = z.clone();
        for mut column in x.column_iter_mut() {
            column.component_mul_assign(&self.scale);
            column += &self.mean;
        }
        x
    }
}

pub(super) fn not_finite((feature, sample): (usize, usize), count: usize) -> Error {
    let (feature, sample) = (feature + 1, sample + 1);
    Error::not_finite(format!("feature {feature} of sample {sample} ({count} such in the data)"))
}

/// All entries finite, or the first that is not and how many there are.
fn check_finite<T: Scalar>(x: &DMatrix<T>) -> Result<()> {
    let bad = |value: &&T| !value.is_finite();
    match x.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(first) => Err(not_finite((first % x.nrows(), first / x.nrows()), x.iter().filter(bad).count())),
    }
}
