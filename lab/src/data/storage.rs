//! Storage of the samples: a matrix of double precision, or the library's features.

use std::ffi::OsStr;
use std::ops::Range;

use admm_solvers::Scalar;
use admm_solvers::data::{Encoding, Features};
use nalgebra::{DMatrix, DVector};

use super::dataset::{Dataset, ReadOptions};
use super::encode::{self, Messages};
use super::{features_match, read};
use crate::failure::Failure;

/// Samples as columns, whatever holds their numbers.
pub trait SampleStorage: Sized {
    /// Reads or maps a table, and learns how its columns become features.
    ///
    /// # Errors
    /// Data that cannot be read, missing cells or texts that are not accepted, or numbers that the storage cannot hold.
    fn learn(data: &OsStr, options: &ReadOptions) -> Result<(Dataset<Self>, Encoding, Messages), Failure>;

    /// Reads or maps a table of the columns that an encoding was learnt from.
    ///
    /// # Errors
    /// The same, and other columns than expected.
    fn read_like(
        data: &OsStr,
        options: &ReadOptions,
        encoding: &Encoding,
    ) -> Result<(Dataset<Self>, Messages), Failure>;

    /// A copy of the samples with the given numbers.
    fn select(&self, numbers: &[usize]) -> Self;
}

/// Samples that can be copied, so that the library scales the copy in place.
pub trait ToFeatures {
    /// A copy of the samples.
    fn to_features(&self) -> Features<f64>;
}

impl ToFeatures for DMatrix<f64> {
    fn to_features(&self) -> Features<f64> {
        self.into()
    }
}

impl ToFeatures for Features<f64> {
    fn to_features(&self) -> Features<f64> {
        self.select(&(0..self.ncols()).collect::<Vec<_>>())
    }
}

impl SampleStorage for DMatrix<f64> {
    fn learn(data: &OsStr, options: &ReadOptions) -> Result<(Dataset<Self>, Encoding, Messages), Failure> {
        let (table, encoding) = encode::learn(data, options)?;
        Ok((table.dataset, encoding, table.messages))
    }

    fn read_like(
        data: &OsStr,
        options: &ReadOptions,
        encoding: &Encoding,
    ) -> Result<(Dataset<Self>, Messages), Failure> {
        let table = encode::encode_like(data, options, encoding)?;
        Ok((table.dataset, table.messages))
    }

    fn select(&self, numbers: &[usize]) -> Self {
        self.select_columns(numbers)
    }
}

impl<T: Scalar> SampleStorage for Features<T> {
    fn learn(data: &OsStr, options: &ReadOptions) -> Result<(Dataset<Self>, Encoding, Messages), Failure> {
        if !options.accepts_more_than_numbers()
            && let Some(mapped) = read::map(data, options)?
        {
            let encoding = Encoding::of_numbers(&mapped.features);
            return Ok((mapped, encoding, Messages::default()));
        }
        let (table, encoding) = encode::learn(data, options)?;
        check_resolved::<T>(&table.dataset)?;
        Ok((cast(table.dataset, table.categories)?, encoding, table.messages))
    }

    fn read_like(
        data: &OsStr,
        options: &ReadOptions,
        encoding: &Encoding,
    ) -> Result<(Dataset<Self>, Messages), Failure> {
        if encoding.is_plain()
            && !options.accepts_more_than_numbers()
            && let Some(mapped) = read::map(data, options)?
        {
            features_match::check_features(&encoding.features(), &mapped)?;
            return Ok((mapped, Messages::default()));
        }
        let table = encode::encode_like(data, options, encoding)?;
        Ok((cast(table.dataset, table.categories)?, table.messages))
    }

    fn select(&self, numbers: &[usize]) -> Self {
        self.select(numbers)
    }
}

/// Checks that the precision T does not turn all values of a feature into 0.
pub(super) fn check_resolved<T: Scalar>(table: &Dataset) -> Result<(), Failure> {
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
/// Features with missing cells or categories are mixed.
pub(super) fn cast<T: Scalar>(
    table: Dataset,
    categories: Option<Vec<Range<usize>>>,
) -> Result<Dataset<Features<T>>, Failure> {
    let Dataset { name, features, x, labels, aside } = table;
    if let Some(bad) = x.iter().position(|&value| !T::of(value).is_finite() && !value.is_nan()) {
        let (row, feature, value) = (bad / x.nrows() + 1, &features[bad % x.nrows()], x[bad]);
        return Err(Failure::Other(format!(
            "{name}, row {row}, column `{feature}`: {value:e} is beyond 32-bit numbers; use --precision f64"
        )));
    }
    let (d, n) = x.shape();
    let values = Vec::from(x.data).into_iter().map(T::of).collect();
    let x = DMatrix::from_vec(d, n, values);
    let x = match categories {
        Some(categories) => Features::mixed(x, categories).map_err(Failure::library(&name))?,
        None => x.into(),
    };
    Ok(Dataset { name, features, x, labels, aside })
}
