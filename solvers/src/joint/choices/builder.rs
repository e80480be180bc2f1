//! The joint model before it sees data: its parameters, their defaults and their checks.

use super::{AccelerationChoice, Constraint, Method, OwnNetwork, PenaltyChoice, Reach, Rule};
use crate::data::{ClassWeight, Scale};
use crate::loss::Loss;
use crate::network::{Activation, Network};
use admm::ranks::{Alone, Ranks};
use admm::{Error, Exec, Parameter, Result};
use std::sync::Arc;

/// minimise λ(1 − tr(WᵀΣW)/tr Σ) + (1−λ)(mean prediction loss + μ/2 ‖B‖²) over W, B and b, with W constrained, or with
/// γ/2 ‖W‖² in place of a constraint.
///
/// ```
/// use admm_solvers::joint::JointModel;
/// use admm::nalgebra::DMatrix;
///
/// // Two classes that differ in the feature of lower variance; a sample is a column.
/// let x = DMatrix::from_fn(3, 40, |feature, sample| match feature {
///     0 => 3.0 * (sample as f64).sin(),
///     1 => if sample % 2 == 0 { 1.0 } else { -1.0 },
///     _ => 0.1 * (sample as f64).cos(),
/// });
/// let labels: Vec<usize> = (0..40).map(|sample| sample % 2).collect();
/// let fitted = JointModel::builder().components(1).weight(0.1).build()?.fit(&x, &labels)?;
/// assert_eq!(fitted.score(&x, &labels)?, 1.0);
/// assert!(fitted.report.feasibility < 1e-12);
/// # Ok::<(), admm::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct JointModel {
    pub(crate) options: Builder,
}

/// The choices for a [`JointModel`].
#[derive(Debug, Clone)]
pub struct Builder {
    pub(crate) components: usize,
    pub(crate) weight: f64,
    pub(crate) ridge: f64,
    pub(crate) shrinkage: f64,
    pub(crate) loss: Loss,
    pub(crate) standardise_targets: bool,
    pub(crate) constraint: Constraint,
    pub(crate) rule: Rule,
    pub(crate) batch: Option<usize>,
    pub(crate) method: Method,
    pub(crate) penalty: PenaltyChoice,
    pub(crate) relaxation: f64,
    pub(crate) acceleration: AccelerationChoice,
    pub(crate) scale: Scale,
    pub(crate) class_weight: ClassWeight,
    pub(crate) tolerance: f64,
    pub(crate) max_iterations: u64,
    pub(crate) starts: usize,
    pub(crate) seed: u64,
    pub(crate) trace: bool,
    pub(crate) exec: Exec,
    pub(crate) ranks: Arc<dyn Ranks>,
    pub(crate) hidden: Vec<usize>,
    pub(crate) network: Option<OwnNetwork>,
    pub(crate) activation: Activation,
    pub(crate) layer_ridge: f64,
    pub(crate) reach: Reach,
}

impl JointModel {
    /// Two orthonormal components, λ = ½, μ = 10⁻², ADMM by majorisation, standardised features, tolerance 10⁻⁶.
    pub fn builder() -> Builder {
        Builder {
            components: 2,
            weight: 0.5,
            ridge: 1e-2,
            shrinkage: 0.0,
            loss: Loss::default(),
            standardise_targets: true,
            constraint: Constraint::default(),
            rule: Rule::default(),
            batch: None,
            method: Method::default(),
            penalty: PenaltyChoice::default(),
            relaxation: 1.0,
            acceleration: AccelerationChoice::default(),
            scale: Scale::default(),
            class_weight: ClassWeight::default(),
            tolerance: 1e-6,
            max_iterations: 5_000,
            starts: 0,
            seed: 0,
            trace: false,
            exec: Exec::Serial,
            ranks: Arc::new(Alone),
            hidden: Vec::new(),
            network: None,
            activation: Activation::default(),
            layer_ridge: 1e-3,
            reach: Reach::default(),
        }
    }
}

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $kind:ty),* $(,)?) => {$(
        $(#[$doc])*
        pub fn $name(mut self, $name: $kind) -> Self {
            self.$name = $name;
            self
        }
    )*};
}

impl Builder {
    setters! {
        /// k, the number of columns of W.
        components: usize,
        /// λ in [0, 1], the weight of the PCA loss.
        weight: f64,
        /// μ ≥ 0, the ridge on B.
        ridge: f64,
        /// γ ≥ 0, the weight of γ/2 ‖W‖² where W has no constraint. The objective is bounded for γ > 2λλ₁/tr Σ.
        shrinkage: f64,
        /// The loss of the predictions. It says which targets the model takes.
        loss: Loss,
        /// True if targets are brought to mean 0 and standard deviation 1 first, where the loss takes numbers of any unit.
        standardise_targets: bool,
        /// The constraint on W.
        constraint: Constraint,
        /// The rule of the W block, for the methods that have one.
        rule: Rule,
        /// The size of the first random batch of the method `joint`. It stands for all samples between two full passes,
        /// see [`VarianceReduced`](crate::descent::VarianceReduced). From 1 to n; batches of more than n/16 are not
        /// read, and L-BFGS goes on alone, as it does by default. Worth a try where n is a thousand times d or more.
        batch: Option<usize>,
        /// The method of [`JointModel::fit`].
        method: Method,
        /// The penalty policy of ADMM.
        penalty: PenaltyChoice,
        /// Over-relaxation α of ADMM, in (0, 2).
        relaxation: f64,
        /// The acceleration of ADMM.
        acceleration: AccelerationChoice,
        /// The preparation of the features.
        scale: Scale,
        /// What a class counts, in the mean, the deviation and the covariance as well as in the cross-entropy.
        class_weight: ClassWeight,
        /// The norm of the remaining gradient, and of the gap W − V, at which a method has converged.
        tolerance: f64,
        /// The most outer iterations of a method.
        max_iterations: u64,
        /// The random starts that [`JointModel::fit`] tries beside its own. It returns the best end, and reports all. For
        /// the methods that start from a point, which two-stage does not.
        starts: usize,
        /// The seed of the random starts.
        seed: u64,
        /// True if the history records the objective at the feasible W, and the augmented Lagrangian. For the methods
        /// with two blocks this takes a pass an iteration. Such passes are not counted. A fit that does not converge
        /// then chooses its point from all iterates, and otherwise from a few of them.
        trace: bool,
        /// The threads on which the passes over the data run.
        exec: Exec,
        /// The ranks that hold the samples, this one among them. Each prepares the same problem with samples of its own,
        /// which follow on those of the rank before it, and fits it. All get the same model, which has the same bits for
        /// any number of ranks. [`own_samples`](crate::data::own_samples) tells which samples need not move.
        ranks: Arc<dyn Ranks>,
        /// The function of every hidden unit.
        activation: Activation,
        /// ν ≥ 0, the weight of the ridge ν/2 Σₗ ‖Wₗ‖² on the weights of the hidden layers.
        layer_ridge: f64,
        /// The reach of the gradient of the PCA loss, where there are hidden layers.
        reach: Reach,
    }

    /// The widths of dense layers h(x; θ) between the features and the reduction, from the first to the last. None is
    /// the linear model. W then reduces h, and Σ is the covariance of h.
    pub fn hidden(mut self, widths: &[usize]) -> Self {
        self.hidden = widths.to_vec();
        self
    }

    /// A [`Network`] of your own in the place of dense layers, for all that serves those: both modes, their methods,
    /// paths and predictions. Activation and ridge are its own matter. A model file cannot hold it.
    pub fn network(mut self, network: impl Network<f32> + Network<f64> + 'static) -> Self {
        self.network = Some(OwnNetwork::new(network));
        self
    }

    /// True if something stands between the features and the reduction.
    pub(crate) fn is_layered(&self) -> bool {
        self.network.is_some() || !self.hidden.is_empty()
    }

    /// # Errors
    /// All parameters that are out of range, together, with a rule that does not fit the constraint, and an
    /// acceleration that does not go with the relaxation.
    pub fn build(self) -> Result<JointModel> {
        let mut problems = Vec::new();
        let mut check = |holds: bool, name: &'static str, problem: String| {
            if !holds {
                problems.push(Parameter::new(name, problem));
            }
        };
        let Builder { components, weight, ridge, shrinkage, constraint, tolerance, max_iterations, .. } = self;
        check(components > 0, "components", "must be at least 1, got 0".into());
        check((0.0..=1.0).contains(&weight), "weight", format!("must lie in [0, 1], got {weight:?}"));
        check(ridge >= 0.0 && ridge.is_finite(), "ridge", format!("must be finite and not negative, got {ridge:?}"));
        check(
            tolerance >= 0.0 && tolerance.is_finite(),
            "tolerance",
            format!("must be finite and not negative, got {tolerance:?}"),
        );
        check(self.batch != Some(0), "batch", "must be at least 1, got 0".into());
        check(max_iterations > 0, "max_iterations", "must be at least 1, got 0".into());
        check(
            shrinkage >= 0.0 && shrinkage.is_finite(),
            "shrinkage",
            format!("must be finite and not negative, got {shrinkage:?}"),
        );
        check(
            shrinkage == 0.0 || constraint == Constraint::None,
            "shrinkage",
            format!("is for W without a constraint, not for the constraint {constraint}"),
        );
        let relaxation = self.relaxation;
        let within = relaxation > 0.0 && relaxation < 2.0;
        check(within, "relaxation", format!("must lie between 0 and 2, got {relaxation}"));
        problems.extend(self.acceleration.objection(relaxation).filter(|_| within));
        problems.extend(self.rule.objection(constraint));
        problems.extend(self.batch.and_then(|_| constraint.objection_to_batches()));
        problems.extend(objections_to_layers(&self));
        Error::check_parameters(problems)?;
        Ok(JointModel { options: self })
    }
}

/// The objections to the choices of a model with layers.
fn objections_to_layers(options: &Builder) -> Vec<Parameter> {
    let Builder { hidden, layer_ridge, reach, constraint, rule, .. } = options;
    let mut problems = Vec::new();
    let mut check = |holds: bool, name: &'static str, problem: String| {
        if !holds {
            problems.push(Parameter::new(name, problem));
        }
    };
    let fine = layer_ridge.is_finite() && *layer_ridge >= 0.0;
    check(fine, "layer_ridge", format!("must be finite and not negative, got {layer_ridge:?}"));
    if !options.is_layered() {
        check(*reach == Reach::Stopped, "reach", "is through, and there are no hidden layers to reach".into());
        return problems;
    }
    let alone = options.network.is_none() || hidden.is_empty();
    check(alone, "network", "takes the place of hidden layers, and both are given".into());
    let empty = hidden.iter().position(|&width| width == 0);
    check(empty.is_none(), "hidden", format!("must be at least 1, got 0 for layer {}", empty.map_or(0, |at| at + 1)));
    let orthonormal = *constraint == Constraint::Orthonormal;
    check(orthonormal, "constraint", format!("must be orthonormal behind hidden layers, got {constraint}"));
    check(*rule == Rule::Majorize, "rule", format!("must be majorize behind hidden layers, got {rule}"));
    check(options.batch.is_none(), "batch", "is for models without hidden layers".into());
    let plain = options.acceleration == AccelerationChoice::None;
    check(plain, "acceleration", "must be none with hidden layers: what the PCA loss aims at moves".into());
    problems
}

impl Builder {
    /// The threads for fits and searches side by side. On several ranks these take turns, so that all ranks ask for the
    /// same sums in the same order.
    pub(crate) fn side_by_side(&self) -> &Exec {
        if self.ranks.size() == 1 { &self.exec } else { &Exec::Serial }
    }

    /// Checks that a method serves a model with hidden layers.
    pub(crate) fn check_layered_method(&self, method: Method) -> Result<()> {
        let mut problems: Vec<Parameter> = self.reach.objection(method).into_iter().collect();
        if self.weight == 1.0 && method != Method::TwoStage {
            let problem =
                "must be below 1 with hidden layers: only their ridge would move them. The method two-stage takes 1";
            problems.push(Parameter::new("weight", problem));
        }
        Error::check_parameters(problems)
    }
}
