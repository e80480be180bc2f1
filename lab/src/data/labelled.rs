//! Labelled samples: a whole data set, and its parts to learn from and to be judged by.

use admm_solvers::Scalar;
use admm_solvers::data::{Encoding, Features, Scaler};
use admm_solvers::joint::Names;
use nalgebra::DMatrix;
use serde::Serialize;

use super::encode::Messages;
use super::labels::Classes;
use super::splits::{Split, stratified};
use super::storage::{SampleStorage, ToFeatures};
use crate::failure::Failure;

/// Samples and the class of each. A sample is a column of `x`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Labelled<X = DMatrix<f64>> {
    /// The features (d×n).
    pub x: X,
    /// The number of the class of each sample.
    pub labels: Vec<usize>,
}

/// A labelled data set: samples to learn from, perhaps others to be judged by, and the names of what they consist of.
#[derive(Debug, Clone)]
pub struct LabelledSet<X = DMatrix<f64>> {
    /// The name of the data.
    pub name: String,
    /// The names of the features.
    pub features: Vec<String>,
    /// The names of the classes.
    pub classes: Classes,
    /// The encoding that made features of the columns.
    pub encoding: Encoding,
    /// Notes and warnings about the data.
    pub messages: Messages,
    /// The samples to learn from.
    pub train: Labelled<X>,
    /// The samples to be judged by.
    pub test: Option<Labelled<X>>,
}

impl<X: SampleStorage> Labelled<X> {
    /// A copy of the samples with the given numbers.
    pub fn select(&self, numbers: &[usize]) -> Self {
        let labels = numbers.iter().map(|&sample| self.labels[sample]).collect();
        Self { x: self.x.select(numbers), labels }
    }

    /// Copies of both parts of a split.
    pub fn parts(&self, split: &Split) -> (Self, Self) {
        (self.select(&split.train), self.select(&split.test))
    }
}

impl<T: Scalar> Labelled<Features<T>> {
    /// The same samples in a matrix.
    pub fn into_dense(self) -> Labelled<DMatrix<T>> {
        Labelled { x: self.x.into_dense(), labels: self.labels }
    }
}

impl<T: Scalar> Labelled<DMatrix<T>> {
    /// The same samples with the mean in place of each missing cell.
    pub fn filled(mut self, scaler: &Scaler<T>) -> Self {
        scaler.fill(&mut self.x);
        self
    }
}

impl<X: ToFeatures> Labelled<X> {
    /// A copy of the samples in a matrix, with the mean in place of each missing cell.
    pub fn to_filled(&self, scaler: &Scaler<f64>) -> Labelled {
        Labelled { x: self.x.to_features(), labels: self.labels.clone() }.into_dense().filled(scaler)
    }
}

impl<X> LabelledSet<X> {
    /// The names for a model of these data, with the encoding where features are more than the columns as they are.
    pub fn names(&self) -> Names {
        let classes = self.classes.names().to_vec();
        match self.encoding.is_plain() {
            true => Names::new(self.features.clone(), classes),
            false => Names::with_encoding(self.encoding.clone(), classes),
        }
    }
}

impl<X: SampleStorage> LabelledSet<X> {
    /// Splits the samples: a share of each class is kept back to judge by.
    ///
    /// # Errors
    /// A share that leaves no sample of a class to learn from, or keeps none back.
    pub fn keep_back(&self, fraction: f64, seed: u64) -> Result<(Labelled<X>, Labelled<X>), Failure> {
        let (labels, names) = (&self.train.labels, self.classes.names());
        let split = stratified(labels, names.len(), fraction, seed);
        let lacks = |class: &usize| split.train.iter().all(|&sample| labels[sample] != *class);
        if let Some(absent) = (0..names.len()).find(lacks) {
            let name = &names[absent];
            return Err(Failure::Other(format!(
                "--test {fraction:?} leaves no sample of class `{name}` to learn from: keep back less"
            )));
        }
        if split.test.is_empty() {
            return Err(Failure::Other(format!("--test {fraction:?} keeps no sample back: the classes are too small")));
        }
        Ok(self.train.parts(&split))
    }
}
