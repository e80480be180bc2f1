//! Labelled samples: a whole data set, and its parts to learn from and to be judged by.

use admm_solvers::Scalar;
use admm_solvers::data::{ClassWeight, Encoding, Features, Scaler, Targets};
use admm_solvers::joint::{Model, Names};
use nalgebra::DMatrix;
use serde::Serialize;

use super::encode::Messages;
use super::grouped::Grouped;
use super::labels::Classes;
use super::splits::{Split, folds, stratified};
use super::storage::{SampleStorage, ToFeatures};
use crate::failure::Failure;

/// Samples and the class or the targets of each. A sample is a column of `x`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Labelled<X = DMatrix<f64>> {
    /// The features (d×n).
    pub x: X,
    /// The number of the class of each sample; all 0 where targets are numbers.
    pub labels: Vec<usize>,
    /// The targets (q×n), if they are numbers and not classes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numbers: Option<DMatrix<f64>>,
    /// The weight of each sample, positive; none where each counts once.
    pub weights: Option<Vec<f64>>,
    /// The number of the group of each sample; none where each is a group of its own.
    pub groups: Option<Vec<usize>>,
}

impl<X> Labelled<X> {
    /// Samples that count once each.
    pub fn new(x: X, labels: Vec<usize>) -> Self {
        Self { x, labels, numbers: None, weights: None, groups: None }
    }

    /// The same samples, each counting as often as its class does.
    ///
    /// # Errors
    /// Class weights of another number than the classes.
    pub fn counting(self, classes: &ClassWeight, count: usize) -> admm::Result<Self> {
        if *classes == ClassWeight::AsSampled {
            return Ok(self);
        }
        let weights = self.weights.unwrap_or_else(|| vec![1.0; self.labels.len()]);
        let weights = Some(classes.apply(&self.labels, weights, count)?);
        Ok(Self { weights, ..self })
    }

    /// The samples by their groups, if they have any.
    pub fn grouped(&self, classes: usize) -> Option<Grouped<'_>> {
        self.groups.as_ref().map(|groups| Grouped { labels: &self.labels, classes, groups })
    }

    /// Folds of the samples, which keep groups together and have their share of each class.
    pub fn folds(&self, classes: usize, count: usize, seed: u64) -> Vec<Split> {
        match self.grouped(classes) {
            Some(grouped) => grouped.folds(count, seed),
            None => folds(&self.labels, classes, count, seed),
        }
    }

    /// The same without the features.
    fn clone_targets(&self) -> Labelled<()> {
        let Self { labels, numbers, weights, groups, .. } = self;
        let (labels, numbers) = (labels.clone(), numbers.clone());
        Labelled { x: (), labels, numbers, weights: weights.clone(), groups: groups.clone() }
    }

    /// The targets in the precision of the features.
    pub fn targets<T: Scalar>(&self, classes: usize) -> Targets<T> {
        match &self.numbers {
            Some(y) => y.map(T::of).into(),
            None => Targets::Classes { labels: self.labels.as_slice().into(), count: classes },
        }
    }

    /// The weights in another precision.
    pub fn weights_as<T: Scalar>(&self) -> Option<Vec<T>> {
        self.weights.as_ref().map(|weights| weights.iter().map(|&weight| T::of(weight)).collect())
    }
}

impl<T: Scalar> Labelled<DMatrix<T>> {
    /// The misses of a model on the samples, by weight: the share whose class it does not predict, of labels the share that
    /// it does not predict, of numbers 1 − R².
    ///
    /// # Errors
    /// Samples that are not the model's.
    pub fn error(&self, model: &Model<T>) -> admm::Result<f64> {
        let Some(y) = &self.numbers else { return Ok(1.0 - self.accuracy(model)?) };
        let weights = self.weights_as().unwrap_or_else(|| vec![T::one(); y.ncols()]);
        Ok(1.0 - model.score_values(&self.x, &y.map(T::of), &weights)?)
    }

    /// The share of the samples, by weight, whose class a model predicts.
    ///
    /// # Errors
    /// Samples that are not the model's.
    pub fn accuracy(&self, model: &Model<T>) -> admm::Result<f64> {
        match self.weights_as() {
            Some(weights) => model.weighted_score(&self.x, &self.labels, &weights),
            None => model.score(&self.x, &self.labels),
        }
    }
}

/// A labelled data set: samples to learn from, perhaps others to be judged by, and the names of what they consist of.
#[derive(Debug, Clone)]
pub struct LabelledSet<X = DMatrix<f64>> {
    /// The name of the data.
    pub name: String,
    /// The names of the features.
    pub features: Vec<String>,
    /// The names of the classes, or of the targets.
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
        fn of<N: Copy>(all: &[N], numbers: &[usize]) -> Vec<N> {
            numbers.iter().map(|&sample| all[sample]).collect()
        }
        let weights = self.weights.as_ref().map(|weights| of(weights, numbers));
        let groups = self.groups.as_ref().map(|groups| of(groups, numbers));
        let (x, labels) = (self.x.select(numbers), of(&self.labels, numbers));
        let numbers = self.numbers.as_ref().map(|y| y.select_columns(numbers));
        Self { x, labels, numbers, weights, groups }
    }

    /// Copies of both parts of a split.
    pub fn parts(&self, split: &Split) -> (Self, Self) {
        (self.select(&split.train), self.select(&split.test))
    }
}

impl<T: Scalar> Labelled<Features<T>> {
    /// The same samples in a matrix.
    pub fn into_dense(self) -> Labelled<DMatrix<T>> {
        let Self { x, labels, numbers, weights, groups } = self;
        Labelled { x: x.into_dense(), labels, numbers, weights, groups }
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
        let Labelled { labels, numbers, weights, groups, .. } = self.clone_targets();
        Labelled { x: self.x.to_features(), labels, numbers, weights, groups }.into_dense().filled(scaler)
    }
}

impl<X> LabelledSet<X> {
    /// The names for a model of these data, with the encoding where features are more than the columns as they are.
    pub fn names(&self) -> Names {
        let classes = self.classes.names().to_vec();
        let mut names = match self.encoding.is_plain() {
            true => Names::new(self.features.clone(), classes),
            false => Names::with_encoding(self.encoding.clone(), classes),
        };
        names.numbers = self.train.numbers.is_some();
        names
    }
}

impl<X> LabelledSet<X> {
    /// The names of what samples are split by: the classes, or all samples together where targets are numbers.
    pub fn strata(&self) -> &[String] {
        if self.train.numbers.is_some() { &self.classes.names()[..1] } else { self.classes.names() }
    }
}

impl<X: SampleStorage> LabelledSet<X> {
    /// Splits the samples: a share of each class is kept back to judge by, or of all samples where targets are numbers.
    ///
    /// # Errors
    /// A share that leaves no sample of a class to learn from, or keeps none back.
    pub fn keep_back(&self, fraction: f64, seed: u64) -> Result<(Labelled<X>, Labelled<X>), Failure> {
        let (names, labels) = (self.strata(), &self.train.labels);
        let split = match self.train.grouped(names.len()) {
            Some(grouped) => grouped.split(fraction, seed),
            None => stratified(labels, names.len(), fraction, seed),
        };
        let lacks = |class: &usize| split.train.iter().all(|&sample| labels[sample] != *class);
        if let Some(absent) = (0..names.len()).find(lacks) {
            let name = &names[absent];
            return Err(Failure::Other(format!(
                "--test {fraction:?} leaves no sample of class `{name}` to learn from: keep back less"
            )));
        }
        if split.test.is_empty() {
            let what = if self.train.groups.is_some() { "groups are too few" } else { "classes are too small" };
            return Err(Failure::Other(format!("--test {fraction:?} keeps no sample back: the {what}")));
        }
        Ok(self.train.parts(&split))
    }
}
