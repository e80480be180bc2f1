//! From flags to training and test samples.

use std::ffi::OsStr;

use admm::checkpoint::fingerprint;
use admm_solvers::Scalar;
use admm_solvers::data::Features;
use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use crate::data::{self, Classes, Dataset, LabelColumn, Split, features_match, stratified};
use crate::failure::Failure;
use crate::flags::{FitOptions, Test};

/// Data to learn from, and to be judged on.
#[derive(Debug)]
pub struct Task<T: Scalar> {
    /// What the data are called.
    pub name: String,
    /// The names of the features.
    pub features: Vec<String>,
    /// The names of the classes.
    pub classes: Classes,
    /// The samples to learn from.
    pub train: Samples<Features<T>>,
    /// The samples to be judged on.
    pub test: Option<Samples<DMatrix<T>>>,
}

/// A sample is a column of `x`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Samples<X> {
    /// d×n.
    pub x: X,
    /// Class numbers.
    pub labels: Vec<usize>,
}

impl<T: Scalar> Task<T> {
    /// Loads the data, or maps them, and splits them.
    pub fn load(options: &FitOptions) -> Result<Self, Failure> {
        let reading = options.reading.options(LabelColumn::Last);
        let load = |data: &OsStr, expected: Option<&[String]>| match data::map(data, &reading)? {
            Some(mapped) => {
                expected.map_or(Ok(()), |expected| features_match::check(expected, &mapped))?;
                labelled(mapped)
            }
            None => {
                let read = data::load(data, &reading)?;
                let read = match expected {
                    Some(expected) => features_match::align(expected, read)?,
                    None => read.resolved::<T>()?,
                };
                let (data, labels) = labelled(read)?;
                Ok((data.cast()?, labels))
            }
        };
        let (data, labels) = load(options.data(), None)?;
        let classes = Classes::from_labels(&labels).map_err(Failure::mismatch(&data.name))?;
        let samples = Samples { x: data.x, labels: classes.encode(&labels)? };
        let (train, test) = match options.test() {
            None => (samples, None),
            Some(&Test::Fraction(fraction)) => {
                let (train, test) = samples.split(&classes, fraction, options.seed)?;
                (train, Some(test))
            }
            Some(Test::Data(test)) => {
                let (test, labels) = load(test, Some(&data.features))?;
                let labels = classes.encode(&labels).map_err(Failure::mismatch(&test.name))?;
                (samples, Some(Samples { x: test.x.into_dense(), labels }))
            }
        };
        Ok(Self { name: data.name, features: data.features, classes, train, test })
    }
}

/// The data with their labels, which must be there.
pub fn labelled<X>(mut data: Dataset<X>) -> Result<(Dataset<X>, Vec<String>), Failure> {
    match data.labels.take() {
        Some(labels) => Ok((data, labels)),
        None => Err(Failure::Other(format!(
            "{name}: there are no labels; give both files as {name},LABELS, or a format that holds them",
            name = data.name
        ))),
    }
}

impl<T: Scalar> Task<T> {
    /// The same for the same data under the same names.
    pub fn fingerprint(&self) -> admm::Result<u128> {
        fingerprint(&(&self.features, self.classes.names(), &self.train, &self.test))
    }
}

impl<X> Samples<X> {
    /// Keeps back a share of each class, so that every class is left to learn from.
    pub fn keep_back(&self, classes: &Classes, fraction: f64, seed: u64) -> Result<Split, Failure> {
        let count = classes.names().len();
        let split = stratified(&self.labels, count, fraction, seed);
        let lacks = |class: &usize| split.train.iter().all(|&sample| self.labels[sample] != *class);
        if let Some(absent) = (0..count).find(lacks) {
            let name = &classes.names()[absent];
            return Err(Failure::Other(format!(
                "--test {fraction:?} leaves no sample of class `{name}` to learn from: keep back less"
            )));
        }
        if split.test.is_empty() {
            return Err(Failure::Other(format!("--test {fraction:?} keeps no sample back: the classes are too small")));
        }
        Ok(split)
    }
}

impl<T: Scalar> Samples<Features<T>> {
    fn split(&self, classes: &Classes, fraction: f64, seed: u64) -> Result<(Self, Samples<DMatrix<T>>), Failure> {
        let Split { train, test } = self.keep_back(classes, fraction, seed)?;
        let Samples { x, labels } = self.select(&test);
        Ok((self.select(&train), Samples { x: x.into_dense(), labels }))
    }

    fn select(&self, samples: &[usize]) -> Self {
        let labels = samples.iter().map(|&sample| self.labels[sample]).collect();
        Self { x: self.x.select(samples), labels }
    }
}

impl Dataset {
    /// With no feature that the precision T makes all 0.
    fn resolved<T: Scalar>(self) -> Result<Self, Failure> {
        let largest = self.x.column_iter().fold(DVector::zeros(self.x.nrows()), |most, x| most.sup(&x.abs()));
        match largest.iter().position(|&size| size > 0.0 && T::of(size) == T::zero()) {
            None => Ok(self),
            Some(feature) => Err(Failure::Other(format!(
                "{}, column `{}`: at most {:e}, its values are too small for 32-bit numbers; use --precision f64",
                self.name, self.features[feature], largest[feature]
            ))),
        }
    }

    /// The same numbers in the precision T, which must be able to hold them, in the same memory where they fit.
    fn cast<T: Scalar>(self) -> Result<Dataset<Features<T>>, Failure> {
        let Self { name, features, x, labels } = self;
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
}
