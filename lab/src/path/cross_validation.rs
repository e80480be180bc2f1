//! The path on every fold, judged by the samples kept back.

use std::collections::HashSet;

use admm::{Exec, Result, Status};
use admm_solvers::data::Features;
use admm_solvers::joint::{Fitted, JointModel, Model};
use admm_solvers::linalg::thin_qr;
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

use super::fits::{PathSetting, follow_path};
use super::spread::Spread;
use crate::data::{Labelled, LabelledSet, SampleStorage, Split, ToFeatures};
use crate::failure::Failure;
use crate::flags::PathOptions;
use crate::journal::{Journal, Pieces};
use crate::output::Console;

/// The scores of a model on samples that were kept back.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct HeldOut {
    /// The share of them whose class is not predicted, of labels the share that is not, and of numbers 1 − R².
    pub error: f64,
    /// The share of their second moment about the training mean that is in the span of W; none where that moment is 0,
    /// as of a single sample that is the mean of all others. Behind hidden layers it is that of their outputs, about the
    /// mean of these samples.
    pub variance: Option<f64>,
}

/// Judges a model by other samples.
pub fn held_out(model: &Model<f64>, samples: &Labelled) -> Result<HeldOut> {
    let mut reduced = model.outputs(&samples.x)?;
    let moment = |z: &DMatrix<f64>| match &samples.weights {
        Some(weights) => z.column_iter().zip(weights).map(|(z, weight)| weight * z.norm_squared()).sum(),
        None => z.norm_squared(),
    };
    let rounding = if model.network.is_none() {
        rounding(model, &samples.x)
    } else {
        // The mean that the outputs of hidden layers had in training is not a part of the model.
        let (size, mean) = (reduced.norm_squared(), mean(&reduced, samples.weights.as_deref()));
        reduced.column_iter_mut().for_each(|mut h| h -= &mean);
        size * (4.0 * f64::EPSILON).powi(2)
    };
    let (basis, _) = thin_qr(&model.weights.v)?;
    let varies = reduced.norm_squared() > rounding;
    let variance = varies.then(|| moment(&basis.tr_mul(&reduced)) / moment(&reduced));
    Ok(HeldOut { error: samples.error(model)?, variance })
}

/// The mean of the columns, by their weights.
fn mean(x: &DMatrix<f64>, weights: Option<&[f64]>) -> DVector<f64> {
    let Some(weights) = weights else { return x.column_mean() };
    let total: f64 = weights.iter().sum();
    x * DVector::from_iterator(weights.len(), weights.iter().map(|weight| weight / total))
}

/// The most that rounding adds to the second moment of samples about the training mean: 4ε of the size of each number.
fn rounding(model: &Model<f64>, x: &DMatrix<f64>) -> f64 {
    let (mean, scale) = (&model.scaler.mean, &model.scaler.scale);
    let of = |(i, value): (usize, &f64)| {
        let i = i % mean.len();
        (4.0 * f64::EPSILON * (value.abs() + mean[i].abs()) / scale[i]).powi(2)
    };
    x.iter().enumerate().map(of).sum()
}

/// A fit of a path, judged.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Judged {
    /// By the samples kept back.
    pub held_out: HeldOut,
    /// The status of the fit.
    pub status: Status,
}

/// A model whose path is followed, and what tells it from the others.
#[derive(Debug, Clone)]
pub struct PathModel {
    pub components: usize,
    pub ridge: f64,
    pub model: JointModel,
}

/// One weight of one model, over all folds of all repeats.
#[derive(Debug, Clone)]
pub struct PathPoint {
    pub components: usize,
    pub ridge: f64,
    pub weight: f64,
    pub error: Spread,
    /// Over the folds that have a variance.
    pub variance: Spread,
}

/// The data and their splits.
pub struct CrossValidation<'a> {
    options: &'a PathOptions,
    set: &'a LabelledSet<Features<f64>>,
    splits: Vec<Split>,
}

impl<'a> CrossValidation<'a> {
    pub fn new(options: &'a PathOptions, set: &'a LabelledSet<Features<f64>>) -> std::result::Result<Self, Failure> {
        let (n, labels) = (set.train.labels.len(), &set.train.labels);
        if options.cv > n {
            return Err(Failure::Other(format!("{} folds of {n} samples: use fewer", options.cv)));
        }
        for (class, name) in set.strata().iter().enumerate() {
            if labels.iter().filter(|&&label| label == class).count() < 2 {
                let numbers = set.classes.names().iter().all(|name| name.parse::<f64>().is_ok());
                let hint = if numbers { ". If the labels are numbers to predict, set --loss squared" } else { "" };
                return Err(Failure::Other(format!(
                    "class `{name}` has a single sample: cross-validation needs one to learn from and one to judge \
                     by{hint}"
                )));
            }
        }
        let splits = splits(options, set);
        check_groups(&splits, options.cv, set)?;
        Ok(Self { options, set, splits })
    }

    /// The number of folds of so many models.
    pub fn folds(&self, models: usize) -> usize {
        models * self.splits.len()
    }

    /// All points, model by model, each by weight descending. A journal may know some folds, and keeps the others.
    pub fn run(
        &self,
        models: &[PathModel],
        exec: &Exec,
        console: Console,
        journal: Option<Journal<Vec<Judged>>>,
    ) -> std::result::Result<Vec<PathPoint>, Failure> {
        let weights = self.options.weights.list();
        let count = self.folds(models.len());
        let counter = console.count("folds", count as u64);
        let judged = Pieces { count, exec, counter: &counter }.complete(journal, |piece| {
            let (model, split) = (&models[piece / self.splits.len()].model, &self.splits[piece % self.splits.len()]);
            let setting = PathSetting { model, method: self.options.method(), weights };
            let judged = judge_split(&self.set.train, self.set.classes.names().len(), split, &setting);
            judged.map_err(Failure::of_fit(&self.set.name))
        })?;
        drop(counter);
        let fits: Vec<_> = judged.iter().flatten().collect();
        let unattained = fits.iter().filter(|fit| fit.status == Status::Unattained).count();
        let unfinished = fits.iter().filter(|fit| fit.status != Status::Converged).count() - unattained;
        self.warn_without_variance(&judged, console);
        let advised = [
            (unattained, "have no minimiser. Set --ridge, so that B is bounded."),
            (unfinished, &format!("did not converge. {}", Status::IterationLimit.advice())),
        ];
        for (some, advice) in advised.into_iter().filter(|(some, _)| *some > 0) {
            console.warn(&format!("{some} of {} fits {advice}", fits.len()));
        }
        let of_model = judged.chunks(self.splits.len()).zip(models);
        Ok(of_model.flat_map(|(judged, of)| path_points((of.components, of.ridge), weights, judged)).collect())
    }

    /// Says that folds are left out of the means of the variance.
    fn warn_without_variance(&self, judged: &[Vec<Judged>], console: Console) {
        let lacks = |split: &&Vec<Judged>| split.iter().any(|judged| judged.held_out.variance.is_none());
        let (some, all) = (judged.iter().take(self.splits.len()).filter(lacks).count(), self.splits.len());
        if some > 0 {
            console.warn(&format!(
                "{some} of {all} folds kept back samples without variance about the mean of the others: the share \
                 explained is undefined there and left out"
            ));
        }
    }
}

/// Checks that folds of whole groups are possible: none of them empty, and every class among the rest.
fn check_groups(splits: &[Split], folds: usize, set: &LabelledSet<Features<f64>>) -> std::result::Result<(), Failure> {
    let Some(groups) = &set.train.groups else { return Ok(()) };
    let count = groups.iter().collect::<HashSet<_>>().len();
    if splits.iter().any(|split| split.test.is_empty()) {
        return Err(Failure::Other(format!("{folds} folds of {count} groups: use fewer")));
    }
    for (class, name) in set.strata().iter().enumerate() {
        let lacks = |split: &Split| split.train.iter().all(|&sample| set.train.labels[sample] != class);
        if splits.iter().any(lacks) {
            return Err(Failure::Other(format!(
                "class `{name}`: a fold holds all groups that have it, and leaves none to learn from; try another --cv"
            )));
        }
    }
    Ok(())
}

/// The splits of every repeat, one after the other.
fn splits(options: &PathOptions, set: &LabelledSet<Features<f64>>) -> Vec<Split> {
    let classes = set.strata().len();
    let of_repeat = |repeat| set.train.folds(classes, options.cv, options.seed.wrapping_add(repeat));
    (0..options.repeats).flat_map(of_repeat).collect()
}

/// Fits along the path on the training part, and judges each fit by the test part.
pub fn judge_split<X: SampleStorage + ToFeatures>(
    samples: &Labelled<X>,
    classes: usize,
    split: &Split,
    setting: &PathSetting<'_>,
) -> Result<Vec<Judged>> {
    let (train, test) = samples.parts(split);
    let targets = train.targets(classes);
    let prepared = setting.model.prepare_targets(train.x.to_features(), targets, train.weights.as_deref())?;
    let fits = follow_path(setting, prepared)?;
    let Some(first) = fits.first() else { return Ok(Vec::new()) };
    let test = test.to_filled(&first.scaler); // that of all fits
    let judged = |fitted: &Fitted<f64>| Ok(Judged { held_out: held_out(fitted, &test)?, status: fitted.report.status });
    fits.iter().map(judged).collect()
}

/// The spread over the splits, for each weight of a model with so many components and such a ridge.
pub fn path_points((components, ridge): (usize, f64), weights: &[f64], judged: &[Vec<Judged>]) -> Vec<PathPoint> {
    let point = |(i, &weight): (usize, &f64)| {
        let spread = |figure: fn(&HeldOut) -> Option<f64>| {
            Spread::of(&judged.iter().filter_map(|split| figure(&split[i].held_out)).collect::<Vec<_>>())
        };
        let (error, variance) = (spread(|held| Some(held.error)), spread(|held| held.variance));
        PathPoint { components, ridge, weight, error, variance }
    };
    weights.iter().enumerate().map(point).collect()
}
