//! The joint model by one method.

use std::ops::ControlFlow;

use admm::Result;
use admm_solvers::data::Scale;
use admm_solvers::joint::{Builder, Constraint, JointModel, Method, Moment, Reach, Rule};
use admm_solvers::linalg::thin_qr;
use admm_solvers::loss::{Loss, Predictor};
use serde::Deserialize;

use super::super::synthetic::normal;
use super::{Case, TimedRow, Work};

/// The settings, named and set as the flags of `admm fit`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Fit {
    pub components: usize,
    pub weight: f64,
    pub ridge: f64,
    pub shrinkage: f64,
    /// The loss of the predictions. With one for numbers the labels of the data are numbers.
    pub loss: Loss,
    pub raw_targets: bool,
    pub constraint: Constraint,
    pub scale: Scale,
    pub method: Method,
    pub rule: Rule,
    pub tolerance: f64,
    pub max_iterations: u64,
    /// The units of one hidden layer, or 0 for none. The seed of the repeat draws it.
    pub hidden: usize,
    /// What the gradient of the PCA loss reaches, if there is a hidden layer.
    pub reach: Reach,
    /// The start of the method.
    pub start: StartFrom,
}

impl Default for Fit {
    fn default() -> Self {
        Fit {
            components: 2,
            weight: 0.5,
            ridge: 0.01,
            shrinkage: 0.0,
            loss: Loss::default(),
            raw_targets: false,
            constraint: Constraint::default(),
            scale: Scale::default(),
            method: Method::default(),
            rule: Rule::default(),
            tolerance: 1e-6,
            max_iterations: 5_000,
            hidden: 0,
            reach: Reach::default(),
            start: StartFrom::default(),
        }
    }
}

/// The start of a method.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StartFrom {
    /// The better end of the path, as a fit does by itself.
    #[default]
    Default,
    /// The principal components and the classifier that fits them.
    Pca,
    /// A random W with orthonormal columns and no classifier yet; another one in each repeat.
    Random,
}

impl Fit {
    /// The choices of the library.
    pub fn builder(&self) -> Builder {
        let &Fit { ridge, shrinkage, constraint, scale, rule, tolerance, max_iterations, .. } = self;
        let builder = JointModel::builder().components(self.components).weight(self.weight).ridge(ridge);
        let builder = builder.shrinkage(shrinkage).constraint(constraint).scale(scale).rule(rule);
        let builder = builder.tolerance(tolerance).max_iterations(max_iterations);
        let builder = builder.loss(self.loss).standardise_targets(!self.raw_targets);
        if self.hidden == 0 { builder } else { builder.hidden(&[self.hidden]).reach(self.reach) }
    }
}

impl Work for Fit {
    fn check_settings(&self) -> std::result::Result<(), String> {
        if self.raw_targets && !self.loss.takes_any_unit() {
            return Err(format!("raw-targets is for the losses squared and huber, not for {}", self.loss));
        }
        self.builder().build().map(drop).map_err(|error| error.to_string())
    }

    fn predicts_numbers(&self) -> bool {
        matches!(self.loss, Loss::Squared | Loss::Huber | Loss::Poisson)
    }

    fn run(&self, case: &Case) -> Result<Vec<TimedRow>> {
        let model = self.builder().seed(case.seed).build()?;
        let targets = case.train.targets(case.classes);
        let mut prepared = model.prepare_targets(&case.train.x, targets, case.train.weights.as_deref())?;
        let mut observer = |_: &Moment<'_>| ControlFlow::Continue(());
        match self.start {
            StartFrom::Default => {}
            StartFrom::Pca => {
                let principal = prepared.fit(Method::TwoStage, &mut observer)?;
                prepared = prepared.with_start(&principal.weights)?;
            }
            StartFrom::Random => {
                let (w, _) = thin_qr(&normal(case.train.x.nrows(), self.components, case.seed))?;
                prepared = prepared.with_start(&Predictor::blank(w, case.classes))?;
            }
        }
        Ok(vec![TimedRow::of(&prepared.fit(self.method, &mut observer)?, case)?])
    }
}
