//! The fits of one path.

use std::ops::ControlFlow;

use admm::Result;
use admm_solvers::joint::{Fitted, JointModel, Method, Moment, Prepared};

use crate::data::Labelled;
use crate::interrupt;

/// The choices for the fits along a path.
#[derive(Debug, Clone, Copy)]
pub struct PathSetting<'a> {
    /// With the [weight](super::Weights::first) that the path is prepared at.
    pub model: &'a JointModel,
    /// The method for the weights below 1.
    pub method: Method,
    /// The weights in descending order.
    pub weights: &'a [f64],
}

/// The path of samples in a matrix, see [`follow_path`].
pub fn fit_path(setting: &PathSetting<'_>, train: &Labelled, classes: usize) -> Result<Vec<Fitted<f64>>> {
    let targets = train.targets(classes);
    follow_path(setting, setting.model.prepare_targets(&train.x, targets, train.weights.as_deref())?)
}

/// A fit for each weight: the better one of two, from the answer of the weight before and from where `fit` starts. So none
/// ends above what `fit` finds. The answer at λ = 1 is PCA, with the classifier that fits the principal components.
pub fn follow_path(setting: &PathSetting<'_>, prepared: Prepared<f64>) -> Result<Vec<Fitted<f64>>> {
    let mut observer =
        |_: &Moment<'_>| if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let principal = prepared.fit(Method::TwoStage, &mut observer)?;
    let mut path: Vec<Fitted<f64>> = Vec::with_capacity(setting.weights.len());
    let mut here = prepared;
    for &weight in setting.weights {
        let last = path.last().unwrap_or(&principal);
        let next = if weight == 1.0 {
            principal.clone()
        } else {
            here = here.with_weight(weight)?;
            let along = here.with_model(last)?.fit(setting.method, &mut observer)?;
            better(along, here.fit(setting.method, &mut observer)?)
        };
        path.push(next);
    }
    Ok(path)
}

/// The fit with the lower objective, with the cost of both.
fn better(one: Fitted<f64>, other: Fitted<f64>) -> Fitted<f64> {
    let (passes, seconds) = (one.report.passes + other.report.passes, one.report.seconds + other.report.seconds);
    let mut lower = if other.report.objective < one.report.objective { other } else { one };
    (lower.report.passes, lower.report.seconds) = (passes, seconds);
    lower
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{self, ReadOptions, Source};

    /// A path from PCA alone ends in another minimum of iris at λ = 0.1, and of the digits at λ = 0.
    #[test]
    fn a_path_ends_no_higher_than_a_fit() {
        for (name, weights) in [("iris", [1.0, 0.5, 0.1]), ("digits", [1.0, 0.3, 0.0])] {
            let source = Source { data: name.as_ref(), test: None, reading: ReadOptions::default() };
            let set = data::load(&source).unwrap();
            let (train, classes) = (set.train, set.classes.names().len());
            let model = JointModel::builder().weight(1.0).build().unwrap();
            let setting = PathSetting { model: &model, method: Method::Descent, weights: &weights };
            for (along, weight) in fit_path(&setting, &train, classes).unwrap().iter().zip(weights) {
                let alone = JointModel::builder().weight(weight).method(Method::Descent).build().unwrap();
                let alone = alone.fit(&train.x, &train.labels).unwrap().report;
                assert!(along.report.objective <= alone.objective + 1e-12, "{name} {weight} {alone:?}");
            }
        }
    }
}
