//! Storage of the samples: a matrix of double precision, or the library's features.

use std::ffi::OsStr;

use admm_solvers::Scalar;
use admm_solvers::data::Features;
use nalgebra::{DMatrix, DVector};

use super::dataset::{Dataset, ReadOptions};
use super::{features_match, read};
use crate::failure::Failure;

/// Samples as columns, whatever holds their numbers.
pub trait SampleStorage: Sized {
    /// Reads or maps a table, with the features that are expected, in their order.
    ///
    /// # Errors
    /// Data that cannot be read, other features than expected, or numbers that the storage cannot hold.
    fn read(data: &OsStr, options: &ReadOptions, expected: Option<&[String]>) -> Result<Dataset<Self>, Failure>;

    /// A copy of the samples with the given numbers.
    fn select(&self, numbers: &[usize]) -> Self;
}

impl SampleStorage for DMatrix<f64> {
    fn read(data: &OsStr, options: &ReadOptions, expected: Option<&[String]>) -> Result<Dataset<Self>, Failure> {
        let table = read::read(data, options)?;
        match expected {
            Some(expected) => features_match::reorder(expected, table),
            None => Ok(table),
        }
    }

    fn select(&self, numbers: &[usize]) -> Self {
        self.select_columns(numbers)
    }
}

impl<T: Scalar> SampleStorage for Features<T> {
    fn read(data: &OsStr, options: &ReadOptions, expected: Option<&[String]>) -> Result<Dataset<Self>, Failure> {
        if let Some(mapped) = read::map(data, options)? {
            expected.map_or(Ok(()), |expected| features_match::check_features(expected, &mapped))?;
            return Ok(mapped);
        }
        let table = DMatrix::read(data, options, expected)?;
        if expected.is_none() {
            check_resolved::<T>(&table)?;
        }
        cast(table)
    }

    fn select(&self, numbers: &[usize]) -> Self {
        self.select(numbers)
    }
}

/// Checks that the precision T does not turn all values of a feature into 0.
fn check_resolved<T: Scalar>(table: &Dataset) -> Result<(), Failure> {
    let largest = table.x.column_iter().fold(DVector::zeros(table.x.nrows()), |most, x| most.sup(&x.abs()));
    match largest.iter().position(|&size| size > 0.0 && T::of(size) == T::zero()) {
        None => Ok(()),
        Some(feature) => Err(Failure::Other(format!(
            "{}, column `{}`: at most {:e}, its values are too small for 32-bit numbers; use --precision f64",
            table.name, table.features[feature], largest[feature]
        ))),
    }
}

/// The same numbers in the precision T, which must be able to hold them, in the same memory where they fit.
fn cast<T: Scalar>(table: Dataset) -> Result<Dataset<Features<T>>, Failure> {
    let Dataset { name, features, x, labels } = table;
    if let Some(bad) = x.iter().position(|&value| !T::of(value).is_finite()) {
        let (row, feature, value) = (bad / x.nrows() + 1, &features[bad % x.nrows()], x[bad]);
        return Err(Failure::Other(format!(
            "{name}, row {row}, column `{feature}`: {value:e} is beyond 32-bit numbers; use --precision f64"
        )));
    }
    let (d, n) = x.shape();
    let values = Vec::from(x.data).into_iter().map(T::of).collect();
    Ok(Dataset { name, features, x: DMatrix::from_vec(d, n, values).into(), labels })
}
