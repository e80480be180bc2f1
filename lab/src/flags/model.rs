//! The choices of a model that `fit` and `path` have in common.

use admm_solvers::data::{Categories, Scale};
use admm_solvers::joint::{Builder, Constraint, JointModel, Method, Reach, Rule};
use admm_solvers::loss::Loss;
use admm_solvers::network::Activation;
use clap::Args;
use serde::{Deserialize, Serialize};

use super::choices::{ACTIVATIONS, CATEGORIES, CONSTRAINTS, LOSSES, RULES, SCALES, choice};
use super::parsers::count;
use super::{Reading, Sampling};
use crate::prediction::Prediction;

/// The choices of a model, and how it is searched for, that `fit` and `path` have in common.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct ModelOptions {
    /// The loss of the predictions, which says what a label is
    #[arg(long, default_value = "softmax", value_parser = choice(LOSSES), help_heading = "Model")]
    #[serde(default, skip_serializing_if = "is_softmax")]
    pub loss: Loss,
    /// Leave targets in their unit: for --loss squared and huber, which else bring them to mean 0 and deviation 1
    #[arg(long, help_heading = "Model")]
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub raw_targets: bool,
    /// μ ≥ 0, the ridge on the classifier's weights
    #[arg(long, value_name = "MU", default_value_t = 0.01, help_heading = "Model")]
    pub ridge: f64,
    /// γ ≥ 0, the weight of γ/2 ‖W‖² in place of a constraint: with --constraint none
    #[arg(long, value_name = "G", default_value_t = 0.0, help_heading = "Model")]
    pub shrinkage: f64,
    /// What W satisfies
    #[arg(long, default_value = "orthonormal", value_parser = choice(CONSTRAINTS), help_heading = "Model")]
    pub constraint: Constraint,
    /// Hidden layers of so many units before W, several after commas
    #[arg(long, value_name = "UNITS,…", value_delimiter = ',', value_parser = count::<usize>, help_heading = "Model")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<usize>,
    /// The function of the hidden units [default: tanh]
    #[arg(long, value_parser = choice(ACTIVATIONS), requires = "hidden", help_heading = "Model")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activation: Option<Activation>,
    /// ν ≥ 0, the ridge on the weights of the hidden layers [default: 0.001]
    #[arg(long, value_name = "NU", requires = "hidden", help_heading = "Model")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer_ridge: Option<f64>,
    /// Let the gradient of the PCA loss go on into the hidden layers: for the methods joint and two-stage
    #[arg(long, requires = "hidden", help_heading = "Model")]
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pca_through: bool,
    /// How features are prepared
    #[arg(long, default_value = "standard", value_parser = choice(SCALES), help_heading = "Model")]
    pub scale: Scale,
    /// Accept columns of text, and make features of them
    #[arg(long, value_parser = choice(CATEGORIES), help_heading = "Data")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub categories: Option<Categories>,
    /// How the W block lowers the PCA loss
    #[arg(long, default_value = "majorize", value_parser = choice(RULES), help_heading = "Search")]
    pub rule: Rule,
    /// The gradient that may remain where a method has converged, at least 64 units of rounding: 8e-6 for --precision
    /// f32
    #[arg(long, value_name = "T", default_value = "1e-6", help_heading = "Search")]
    pub tolerance: f64,
    /// The most iterations of a method
    #[arg(long, value_name = "N", default_value_t = 5000, value_parser = count::<u64>, help_heading = "Search")]
    pub max_iterations: u64,
}

fn is_softmax(loss: &Loss) -> bool {
    *loss == Loss::Softmax
}

impl ModelOptions {
    /// The targets that a model predicts which is fitted to these labels. They are numbers, or several for a sample, and
    /// not classes, if the loss is for such or there are several columns.
    pub fn prediction(&self, reading: &Reading) -> Prediction {
        let numbers = matches!(self.loss, Loss::Squared | Loss::Huber | Loss::Poisson) || reading.label.len() > 1;
        Prediction { loss: self.loss, numbers }
    }

    /// Returns the objection to flags that do not fit the loss.
    pub fn unfit_loss(&self, reading: &Reading, sampling: &Sampling) -> Option<String> {
        if self.loss == Loss::Softmax && reading.label.len() > 1 {
            return Some(
                "--label: several are for --loss squared, huber, poisson, logistic and squared-hinge, not for softmax"
                    .into(),
            );
        }
        if self.raw_targets && !self.loss.takes_any_unit() {
            return Some(format!("--raw-targets is for --loss squared and huber, not for {}", self.loss));
        }
        let weighs_classes = self.prediction(reading).numbers && sampling.counting.class_weight.is_some();
        weighs_classes.then(|| "--class-weight is for classes, and the labels are numbers".into())
    }

    /// Returns the objection to a rule if the method has no block for it.
    pub fn idle(&self, method: Method) -> Option<String> {
        let idle = matches!(method, Method::Descent | Method::TwoStage) && self.rule != Rule::default();
        idle.then(|| format!("--rule is for the methods admm and alternating, not for {method}"))
    }

    /// The reach of the gradient of the PCA loss.
    pub fn reach(&self) -> Reach {
        if self.pca_through { Reach::Through } else { Reach::Stopped }
    }

    /// The hidden layers in a few words for a heading, with a comma behind them; nothing without any.
    pub fn layers(&self) -> String {
        let widths = self.hidden.iter().map(usize::to_string).collect::<Vec<_>>().join("–");
        let through = if self.pca_through { ", the PCA loss reaches through" } else { "" };
        match self.hidden.is_empty() {
            true => String::new(),
            false => format!("{widths} {} units{through}, ", self.activation.unwrap_or_default()),
        }
    }

    /// The methods that serve the model, in the order of the table.
    pub fn methods(&self) -> &'static [Method] {
        if self.hidden.is_empty() { &Method::ALL } else { self.reach().methods() }
    }

    /// Returns the objection to a method that does not serve the hidden layers.
    pub fn unserved(&self, method: Method) -> Option<String> {
        if self.methods().contains(&method) {
            return None;
        }
        let served = self.methods().iter().map(Method::to_string).collect::<Vec<_>>().join(", ");
        let mode = if self.pca_through { "with --pca-through" } else { "without --pca-through" };
        Some(format!("--method {method} does not serve --hidden {mode}: take one of {served}"))
    }

    /// The library's choices.
    pub fn builder(&self) -> Builder {
        let linear = JointModel::builder();
        let layered = match self.layer_ridge {
            Some(ridge) => linear.layer_ridge(ridge),
            None => linear,
        };
        layered
            .hidden(&self.hidden)
            .activation(self.activation.unwrap_or_default())
            .reach(self.reach())
            .loss(self.loss)
            .standardise_targets(!self.raw_targets)
            .ridge(self.ridge)
            .shrinkage(self.shrinkage)
            .constraint(self.constraint)
            .scale(self.scale)
            .rule(self.rule)
            .tolerance(self.tolerance)
            .max_iterations(self.max_iterations)
    }
}
