//! The choices of a fit, as Python sends them.

use admm::ranks::Ranks;
use admm::{Exec, Result};
use admm_solvers::data::{ClassWeight, Scale};
use admm_solvers::joint::{AccelerationChoice, Constraint, JointModel, Method, PenaltyChoice, Reach, Rule};
use admm_solvers::loss::Loss;
use admm_solvers::network::Activation;
use serde::Deserialize;
use std::sync::Arc;

/// The parameters of an estimator. The names are those of [`Builder`](admm_solvers::joint::Builder).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choices {
    components: usize,
    weight: f64,
    ridge: f64,
    shrinkage: f64,
    loss: Loss,
    standardise_targets: bool,
    constraint: Constraint,
    rule: Rule,
    pub method: Method,
    penalty: PenaltyChoice,
    relaxation: f64,
    acceleration: AccelerationChoice,
    scale: Scale,
    class_weight: ClassWeight,
    hidden: Vec<usize>,
    activation: Activation,
    layer_ridge: f64,
    reach: Reach,
    tolerance: f64,
    max_iterations: u64,
    starts: usize,
    seed: u64,
    threads: usize,
    pub certificate: Conditions,
}

/// The conditions that are checked where a fit ends.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conditions {
    FirstOrder,
    SecondOrder,
}

impl Choices {
    /// The model with these choices, for samples that these ranks share.
    ///
    /// # Errors
    /// Those of [`Builder::build`](admm_solvers::joint::Builder::build), and a system without threads.
    pub fn model(self, ranks: Arc<dyn Ranks>) -> Result<JointModel> {
        JointModel::builder()
            .components(self.components)
            .weight(self.weight)
            .ridge(self.ridge)
            .shrinkage(self.shrinkage)
            .loss(self.loss)
            .standardise_targets(self.standardise_targets)
            .constraint(self.constraint)
            .rule(self.rule)
            .method(self.method)
            .penalty(self.penalty)
            .relaxation(self.relaxation)
            .acceleration(self.acceleration)
            .scale(self.scale)
            .class_weight(self.class_weight)
            .hidden(&self.hidden)
            .activation(self.activation)
            .layer_ridge(self.layer_ridge)
            .reach(self.reach)
            .tolerance(self.tolerance)
            .max_iterations(self.max_iterations)
            .starts(self.starts)
            .seed(self.seed)
            .exec(Exec::threads(self.threads)?)
            .ranks(ranks)
            .build()
    }
}
