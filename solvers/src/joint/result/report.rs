//! The result of a fit.

use super::Model;
use crate::joint::Method;
use crate::scalar::Scalar;
use crate::second_order::SecondOrder;
use admm::Status;
use admm::certificate::Certificate;
use serde::{Deserialize, Serialize};

/// A model, how it was found, and how good it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Scalar", deserialize = "T: Scalar"))]
#[non_exhaustive]
pub struct Fitted<T: Scalar> {
    /// The fitted model.
    pub model: Model<T>,
    /// The figures of the table of methods.
    pub report: Report,
    /// One entry an outer iteration.
    pub history: Vec<Progress>,
}

/// A fit has the methods of its model: `fitted.predict(&x)`.
impl<T: Scalar> std::ops::Deref for Fitted<T> {
    type Target = Model<T>;
    fn deref(&self) -> &Model<T> {
        &self.model
    }
}

/// The figures of one fit on its training data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// The method that found it.
    pub method: Method,
    /// The status of the search.
    pub status: Status,
    /// The joint objective at the feasible W.
    pub objective: f64,
    /// The share of the variance in the span of W: for W that is not orthonormal, after orthonormalising.
    pub variance_explained: f64,
    /// The mean loss of the predictions at the feasible W: for the softmax the cross-entropy, in nats.
    pub prediction_loss: f64,
    /// The error of the predictions for the training samples, see [`Head`](crate::loss::Head). It is the
    /// share of samples, by weight, whose class is not the most probable one, and for numbers 1 − R².
    pub training_error: f64,
    /// Outer iterations.
    pub iterations: u64,
    /// Passes over the training data, those for the covariance and the start included, and those that a fit without
    /// convergence took to choose its point. Those of other starts are not counted here.
    pub passes: u64,
    /// Those of them that the polish of ADMM took: a descent on the whole objective, where the blocks agree and rounding
    /// or slow progress keeps the gradient above the tolerance.
    pub polish: u64,
    /// Seconds of computing, those for the covariance and the start included.
    pub seconds: f64,
    /// The norm of the Riemannian gradient of the joint objective at the feasible W.
    pub stationarity: f64,
    /// The distance of W from its constraint: ‖WᵀW − I‖, or the largest |‖wⱼ‖ − 1| or excess over 1.
    pub feasibility: f64,
    /// ‖W − V‖ at the last iteration; 0 for methods with one W.
    pub primal_residual: f64,
    /// ρ‖ΔV‖ at the last iteration; for methods with one W the stationarity at their last step.
    pub dual_residual: f64,
    /// ρ at the last iteration; 0 for methods without a penalty.
    pub rho: f64,
    /// The certificate: findings on the conditions for convergence.
    pub certificate: Certificate,
    /// The [certificate of second order](crate::joint::Prepared::second_order), where it was asked for.
    #[serde(default)]
    pub second_order: Option<SecondOrder>,
    /// The number of samples.
    pub n: usize,
    /// The number of features.
    pub d: usize,
    /// The number of components.
    pub k: usize,
    /// The number of classes, or of targets.
    pub outputs: usize,
    /// The ends of all starts, the first of which is that of a fit without random ones. Empty where no others were tried.
    pub starts: Vec<StartEnd>,
    /// The participation ratio (tr Σ)²/tr Σ² of the outputs of hidden layers, from 1 to their number: the number of
    /// directions in which they vary. Nothing without layers.
    pub participation: Option<f64>,
}

impl Report {
    /// A warning in sentences if the outputs of hidden layers vary in hardly more directions than the components have,
    /// with what to do: if the participation ratio is below k + ½.
    pub fn collapse(&self) -> Option<String> {
        let ratio = self.participation.filter(|ratio| *ratio < self.k as f64 + 0.5)?;
        let advice = match self.method {
            Method::Descent => "Stop the gradient of the PCA loss before the layers, or lower its weight λ",
            _ => "The classes ask for no more: take fewer components, or narrower layers, if the variance counts",
        };
        Some(format!(
            "the hidden layers collapse: their outputs vary in {ratio:.1} directions (participation ratio), for {} \
             components, so that the variance explained says little of the data. {advice}",
            self.k
        ))
    }
}

/// Where one of several starts ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StartEnd {
    /// The joint objective at the end.
    pub objective: f64,
    /// The status of the search from this start.
    pub status: Status,
    /// Its passes over the training data.
    pub passes: u64,
}

impl StartEnd {
    /// That of a fit.
    pub(crate) fn of(report: &Report) -> Self {
        StartEnd { objective: report.objective, status: report.status, passes: report.passes }
    }
}

/// The progress of a method after an outer iteration. The default is that before the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Progress {
    /// Counted from 1.
    pub iteration: u64,
    /// The joint objective at the feasible W, if it is known or traced.
    pub objective: Option<f64>,
    /// The augmented Lagrangian of ADMM, objective and pull of the two copies W and V together: where a value of the
    /// PCA loss takes a pass, only if it is traced.
    pub augmented_lagrangian: Option<f64>,
    /// The primal residual ‖W − V‖.
    pub primal_residual: f64,
    /// ρ‖ΔV‖, or the norm of the gradient for methods with one W.
    pub dual_residual: f64,
    /// The penalty ρ, or 0.
    pub rho: f64,
    /// Passes over the data so far.
    pub passes: u64,
    /// Seconds so far, those for the start included, those for tracing not.
    pub seconds: f64,
    /// The [participation ratio](Report::participation) of hidden layers.
    pub participation: Option<f64>,
}
