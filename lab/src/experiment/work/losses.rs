//! The two losses of the joint model, for work that sets up blocks of its own.

use std::sync::Arc;

use admm::{Exec, Result};
use admm_solvers::data::{Samples, Scale, Scaler, standardise};
use admm_solvers::joint::JointObjective;
use admm_solvers::loss::{PredictionLoss, Predictor};
use admm_solvers::pca::{Covariance, VarianceLoss};
use admm_solvers::smooth::Ridge;

use super::Case;
use crate::data::Labelled;

/// Both losses on standardised features, for one thread.
pub struct Losses {
    /// The scale of the features.
    pub scaler: Scaler<f64>,
    /// The weighted sum of the losses.
    pub objective: JointObjective<f64, Ridge<VarianceLoss<f64>>>,
    /// The principal components, with B = 0.
    pub start: Predictor<f64>,
}

/// The parameters of the losses.
pub struct LossParameters {
    /// k, the columns of W.
    pub components: usize,
    /// λ, the weight of the PCA loss.
    pub weight: f64,
    /// μ of μ/2 ‖B‖².
    pub ridge: f64,
    /// γ of γ/2 ‖W‖².
    pub shrinkage: f64,
}

impl Losses {
    /// Forms the losses on the training samples of a case.
    pub fn of(case: &Case, parameters: &LossParameters) -> Result<Self> {
        let &LossParameters { components, weight, ridge, shrinkage } = parameters;
        let (scaler, samples) = standardised(case)?;
        let loss = VarianceLoss { covariance: Arc::new(Covariance::of(&samples)?), weight };
        let start = Predictor::blank(loss.covariance.top(components)?.1, case.classes);
        let prediction = PredictionLoss::softmax(samples, ridge, 1.0 - weight);
        let objective = JointObjective { variance: Ridge { of: loss, weight: shrinkage }, prediction };
        Ok(Losses { scaler, objective, start })
    }
}

/// Standardises the training features: their scale, and the samples after it.
pub fn standardised(case: &Case) -> Result<(Scaler<f64>, Samples<f64>)> {
    let Labelled { x, labels, .. } = &case.train;
    let n = labels.len();
    let (x, scaler, _) = standardise(x.into(), &vec![1.0; n], Scale::Standard, &Exec::Serial)?;
    let samples = Samples::new(x, labels, vec![1.0 / n as f64; n], case.classes, Exec::Serial)?;
    Ok((scaler, samples))
}
