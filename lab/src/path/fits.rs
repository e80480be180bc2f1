//! The fits of one path.

use std::ops::ControlFlow;

use admm::Result;
use admm_solvers::joint::{Fitted, JointModel, Method, Moment};

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

/// A fit for each weight, each from the answer of the one before and the first from PCA, which is the answer at λ = 1:
/// there the classifier is fitted to the principal components.
pub fn fit_path(setting: &PathSetting<'_>, train: &Labelled, classes: usize) -> Result<Vec<Fitted<f64>>> {
    let mut observer =
        |_: &Moment<'_>| if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let prepared = setting.model.prepare(&train.x, &train.labels, classes, None)?;
    let principal = prepared.fit(Method::TwoStage, &mut observer)?;
    let mut path: Vec<Fitted<f64>> = Vec::with_capacity(setting.weights.len());
    for &weight in setting.weights {
        let last = path.last().unwrap_or(&principal);
        path.push(match weight {
            1.0 => principal.clone(),
            _ => {
                let next = prepared.with_weight(weight)?.with_start(&last.weights)?;
                next.fit(setting.method, &mut observer)?
            }
        });
    }
    Ok(path)
}
