//! The choices of a model that `fit` and `path` have in common.

use admm_solvers::data::{Categories, Scale};
use admm_solvers::joint::{Builder, Constraint, JointModel, Method, Rule};
use clap::Args;
use serde::{Deserialize, Serialize};

use super::choices::{CATEGORIES, CONSTRAINTS, RULES, SCALES, choice};
use super::parsers::count;

/// The choices of a model, and how it is searched for, that `fit` and `path` have in common.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct ModelOptions {
    /// μ ≥ 0, the ridge on the classifier's weights
    #[arg(long, value_name = "MU", default_value_t = 0.01, help_heading = "Model")]
    pub ridge: f64,
    /// γ ≥ 0, the weight of γ/2 ‖W‖² in place of a constraint: with --constraint none
    #[arg(long, value_name = "G", default_value_t = 0.0, help_heading = "Model")]
    pub shrinkage: f64,
    /// What W satisfies
    #[arg(long, default_value = "orthonormal", value_parser = choice(CONSTRAINTS), help_heading = "Model")]
    pub constraint: Constraint,
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

impl ModelOptions {
    /// Returns the objection to a rule if the method has no block for it.
    pub fn idle(&self, method: Method) -> Option<String> {
        let idle = matches!(method, Method::Descent | Method::TwoStage) && self.rule != Rule::default();
        idle.then(|| format!("--rule is for the methods admm and alternating, not for {method}"))
    }

    /// The library's choices.
    pub fn builder(&self) -> Builder {
        JointModel::builder()
            .ridge(self.ridge)
            .shrinkage(self.shrinkage)
            .constraint(self.constraint)
            .scale(self.scale)
            .rule(self.rule)
            .tolerance(self.tolerance)
            .max_iterations(self.max_iterations)
    }
}
