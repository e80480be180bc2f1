//! From flags to training and test samples.

use std::ffi::OsStr;

use admm_solvers::Scalar;
use nalgebra::DMatrix;

use crate::cli::{FitOptions, Test};
use crate::data::{self, Classes, Dataset, LabelColumn};
use crate::failure::Failure;
use crate::matching;
use crate::split::{Split, stratified};

/// What is fit without DATA, and how much of it is kept back.
const DEFAULT: (&str, Test) = ("digits", Test::Fraction(0.25));

/// Data to learn from, and to be judged on.
#[derive(Debug)]
pub struct Task {
    /// What the data are called.
    pub name: String,
    /// The names of the features.
    pub features: Vec<String>,
    /// The names of the classes.
    pub classes: Classes,
    /// The samples to learn from.
    pub train: Samples<f64>,
    /// The samples to be judged on.
    pub test: Option<Samples<f64>>,
}

/// A sample is a column of `x`.
#[derive(Debug)]
pub struct Samples<T> {
    /// d×n.
    pub x: DMatrix<T>,
    /// Class numbers.
    pub labels: Vec<usize>,
}

impl FitOptions {
    /// DATA, given or not.
    pub fn data(&self) -> &OsStr {
        self.data.as_deref().unwrap_or(DEFAULT.0.as_ref())
    }

    /// The test samples, asked for or not.
    pub fn test(&self) -> Option<&Test> {
        let default = self.data.is_none().then_some(const { &DEFAULT.1 });
        self.test.as_ref().or(default)
    }
}

impl Task {
    /// Loads the data and splits them.
    pub fn load(options: &FitOptions) -> Result<Self, Failure> {
        let reading = options.reading.options(LabelColumn::Last);
        let load = |data: &OsStr| labelled(data::load(data, &reading)?);
        let (data, labels) = load(options.data())?;
        let classes = Classes::from_labels(&labels)?;
        let samples = Samples { x: data.x, labels: classes.encode(&labels)? };
        let (train, test) = match options.test() {
            None => (samples, None),
            Some(&Test::Fraction(fraction)) => {
                let (train, test) = samples.split(&classes, fraction, options.seed)?;
                (train, Some(test))
            }
            Some(Test::Data(test)) => {
                let (test, labels) = load(test)?;
                matching::check(&data.features, &test)?;
                let labels = classes.encode(&labels).map_err(Failure::mismatch(&test.name))?;
                (samples, Some(Samples { x: test.x, labels }))
            }
        };
        Ok(Self { name: data.name, features: data.features, classes, train, test })
    }
}

/// The data with their labels, which must be there.
pub fn labelled(mut data: Dataset) -> Result<(Dataset, Vec<String>), Failure> {
    match data.labels.take() {
        Some(labels) => Ok((data, labels)),
        None => Err(Failure::Other(format!(
            "{name}: there are no labels; give both files as {name},LABELS, or a format that holds them",
            name = data.name
        ))),
    }
}

impl Samples<f64> {
    fn split(&self, classes: &Classes, fraction: f64, seed: u64) -> Result<(Self, Self), Failure> {
        let count = classes.names().len();
        let Split { train, test } = stratified(&self.labels, count, fraction, seed);
        if let Some(absent) = (0..count).find(|class| train.iter().all(|&sample| self.labels[sample] != *class)) {
            let name = &classes.names()[absent];
            return Err(Failure::Other(format!(
                "--test {fraction} leaves no sample of class `{name}` to learn from: keep back less"
            )));
        }
        if test.is_empty() {
            return Err(Failure::Other(format!("--test {fraction} keeps no sample back: the classes are too small")));
        }
        Ok((self.select(&train), self.select(&test)))
    }

    fn select(&self, samples: &[usize]) -> Self {
        let labels = samples.iter().map(|&sample| self.labels[sample]).collect();
        Self { x: self.x.select_columns(samples), labels }
    }

    /// The same numbers in the precision T, which must be able to hold them.
    pub fn cast<T: Scalar>(self, features: &[String]) -> Result<Samples<T>, Failure> {
        let x = self.x.map(T::of);
        match x.iter().position(|value| !value.is_finite()) {
            None => Ok(Samples { x, labels: self.labels }),
            Some(bad) => {
                let (row, feature, value) = (bad / x.nrows() + 1, &features[bad % x.nrows()], self.x[bad]);
                Err(Failure::Other(format!(
                    "row {row}, column `{feature}`: {value:e} is beyond 32-bit numbers; use --precision f64"
                )))
            }
        }
    }
}
