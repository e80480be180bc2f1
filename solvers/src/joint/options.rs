//! What the user chooses.

use super::{Acceleration, Fitted, Penalty, Prepared};
use crate::features::Features;
use crate::manifold::{Ball, Stiefel, UnitColumns};
use crate::scalar::Scalar;
use admm::{Error, Exec, Flat, Manifold, Parameter, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::ControlFlow;

/// What W satisfies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Constraint {
    /// WᵀW = I.
    #[default]
    Orthonormal,
    /// Columns of norm 1. Without orthogonality the PCA loss pulls every column to the leading eigenvector.
    UnitNorm,
    /// Columns of norm at most 1.
    Ball,
    /// Nothing. The PCA loss is then unbounded below, unless its weight is 0 or [`Builder::shrinkage`] bounds it.
    None,
}

impl Constraint {
    /// The set itself.
    pub fn manifold<T: Scalar>(self) -> Box<dyn Manifold<T>> {
        match self {
            Constraint::Orthonormal => Box::new(Stiefel::default()),
            Constraint::UnitNorm => Box::new(UnitColumns),
            Constraint::Ball => Box::new(Ball { radius: 1.0 }),
            Constraint::None => Box::new(Flat),
        }
    }
}

/// How the W block lowers the PCA loss.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// The exact or monotone minimisation that fits the constraint: [`Majorize`](crate::pca::Majorize) on orthonormal
    /// W, the [secular equation](crate::pca::Columns) on columns.
    #[default]
    Majorize,
    /// The users' rule, [`Hebbian`](crate::pca::Hebbian).
    Hebbian,
    /// The users' rule on random batches, with a step that decays: [`Minibatch`](crate::pca::Minibatch).
    Minibatch,
    /// The users' rule on random batches of reduced variance: [`VrPca`](crate::pca::VrPca).
    VrPca,
    /// Oja's subspace rule, [`Oja`](crate::pca::Oja).
    Oja,
    /// Components in order, [`Sanger`](crate::pca::Sanger).
    Sanger,
    /// The part of the users' rule that turns the span, [`Krasulina`](crate::pca::Krasulina).
    Krasulina,
    /// Orthogonal iteration, [`Power`](crate::pca::Power).
    Power,
    /// A quasi-Newton solve, [`Lbfgs`](crate::lbfgs::Lbfgs).
    Lbfgs,
}

impl Rule {
    /// Why the rule cannot work on a set, if it cannot.
    fn objection(self, constraint: Constraint) -> Option<Parameter> {
        let reason = match (self, constraint) {
            (Rule::Oja | Rule::Sanger | Rule::Krasulina | Rule::Power, Constraint::Orthonormal) => None,
            (Rule::Oja | Rule::Sanger, _) => Some("it makes the columns orthonormal by itself"),
            (Rule::Krasulina, _) => Some("it turns the span alone, and lowers the loss on orthonormal columns only"),
            (Rule::Power, _) => Some("each of its steps ends with the factor Q"),
            (Rule::Lbfgs, Constraint::Ball) => Some("it moves on manifolds, and a ball has a boundary"),
            _ => None,
        };
        let problem = |reason| format!("{self} does not fit the constraint {constraint}: {reason}");
        reason.map(|reason| Parameter::new("rule", problem(reason)))
    }
}

/// How the joint objective is minimised.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Two blocks that agree through a dual variable.
    #[default]
    Admm,
    /// The Riemannian gradient of the whole objective over all variables at once, by L-BFGS.
    Joint,
    /// The same two blocks in turn, without the dual.
    Alternating,
    /// PCA first, then a classifier on its components.
    TwoStage,
}

impl Method {
    /// All methods, in the order of the reports.
    pub const ALL: [Method; 4] = [Method::Admm, Method::Joint, Method::Alternating, Method::TwoStage];
}

/// How features are prepared before both losses see them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// Mean 0 and standard deviation 1 (with n − 1); constant features keep scale 1.
    #[default]
    Standard,
    /// Mean 0.
    Center,
    /// As they are: the PCA loss then speaks of second moments about 0.
    None,
}

macro_rules! names {
    ($($kind:ty { $($case:ident => $name:literal),* })*) => {$(
        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(match self { $(Self::$case => $name),* })
            }
        }
    )*};
}
names! {
    Constraint { Orthonormal => "orthonormal", UnitNorm => "unit-norm", Ball => "ball", None => "none" }
    Rule {
        Majorize => "majorize", Hebbian => "hebbian", Minibatch => "minibatch", VrPca => "vr-pca", Oja => "oja",
        Sanger => "sanger", Krasulina => "krasulina", Power => "power", Lbfgs => "lbfgs"
    }
    Method { Admm => "admm", Joint => "joint", Alternating => "alternating", TwoStage => "two-stage" }
    Penalty {
        Fixed => "fixed", Balance => "balance", RelativeBalance => "relative-balance", Spectral => "spectral",
        SquareRoot => "square-root"
    }
    Acceleration { None => "none", Anderson => "anderson", Nesterov => "nesterov" }
    Scale { Standard => "standard", Center => "center", None => "none" }
}

/// minimise λ(1 − tr(WᵀΣW)/tr Σ) + (1−λ)(mean cross-entropy + μ/2 ‖B‖²) over W, B and b, with W constrained, or with
/// γ/2 ‖W‖² in place of a constraint.
///
/// ```
/// use admm_solvers::joint::JointModel;
/// use nalgebra::DMatrix;
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
    pub(super) options: Builder,
}

/// The choices for a [`JointModel`].
#[derive(Debug, Clone)]
pub struct Builder {
    pub(super) components: usize,
    pub(super) weight: f64,
    pub(super) ridge: f64,
    pub(super) shrinkage: f64,
    pub(super) constraint: Constraint,
    pub(super) rule: Rule,
    pub(super) batch: Option<usize>,
    pub(super) method: Method,
    pub(super) penalty: Penalty,
    pub(super) relaxation: f64,
    pub(super) acceleration: Acceleration,
    pub(super) scale: Scale,
    pub(super) tolerance: f64,
    pub(super) max_iterations: u64,
    pub(super) trace: bool,
    pub(super) exec: Exec,
}

impl JointModel {
    /// Two orthonormal components, λ = ½, μ = 10⁻², ADMM by majorisation, standardised features, tolerance 10⁻⁶.
    pub fn builder() -> Builder {
        Builder {
            components: 2,
            weight: 0.5,
            ridge: 1e-2,
            shrinkage: 0.0,
            constraint: Constraint::default(),
            rule: Rule::default(),
            batch: None,
            method: Method::default(),
            penalty: Penalty::default(),
            relaxation: 1.0,
            acceleration: Acceleration::default(),
            scale: Scale::default(),
            tolerance: 1e-6,
            max_iterations: 5_000,
            trace: false,
            exec: Exec::Serial,
        }
    }

    /// Fits by the chosen method. X is d×n, a sample is a column; labels are class numbers 0 … c−1.
    ///
    /// X is whatever becomes [`Features`]: a matrix that is handed over is scaled in place, a borrowed one is copied,
    /// one in an `Arc`, a mapped file and a sparse one are left as they are.
    ///
    /// # Errors
    /// Those of [`prepare`](Self::prepare), and of a block that fails.
    pub fn fit<T: Scalar>(&self, x: impl Into<Features<T>>, labels: &[usize]) -> Result<Fitted<T>> {
        let classes = labels.iter().max().map_or(0, |last| last.saturating_add(1));
        self.prepare(x, labels, classes, None)?.fit(self.options.method, &mut |_| ControlFlow::Continue(()))
    }

    /// Checks and scales the data, forms the covariance and finds the start: what all methods share.
    ///
    /// # Errors
    /// Empty, constant or non-finite data; lengths that differ; fewer than two classes, or one without samples; more
    /// components than min(n, d); weights that are negative, not finite, or all zero. Samples of weight 0 are left out.
    /// [`Error::Unbounded`] without a constraint, for a shrinkage that does not bound the objective.
    pub fn prepare<T: Scalar>(
        &self,
        x: impl Into<Features<T>>,
        labels: &[usize],
        classes: usize,
        weights: Option<&[T]>,
    ) -> Result<Prepared<T>> {
        Prepared::new(&self.options, x.into(), labels, classes, weights)
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
        /// What W satisfies.
        constraint: Constraint,
        /// How the W block works, for the methods that have one.
        rule: Rule,
        /// For the method joint: the samples of the first random batch that stands for all between two full passes, see
        /// [`VarianceReduced`](crate::variance_reduced::VarianceReduced). From 1 to n; batches of more than n/16 are
        /// not read, and L-BFGS goes on alone, as it does by default. Worth a try where n is a thousand times d or
        /// more.
        batch: Option<usize>,
        /// The method of [`JointModel::fit`].
        method: Method,
        /// How ρ adapts in ADMM.
        penalty: Penalty,
        /// Over-relaxation α of ADMM, in (0, 2).
        relaxation: f64,
        /// Where the iterations of ADMM start from.
        acceleration: Acceleration,
        /// How features are prepared.
        scale: Scale,
        /// The norm of the remaining gradient, and of the gap W − V, at which a method has converged.
        tolerance: f64,
        /// The most outer iterations of a method.
        max_iterations: u64,
        /// Whether the history records the objective at the feasible W, at the price of a pass an iteration for the
        /// methods with two blocks, and the augmented Lagrangian where it takes one too. Such passes are not counted.
        trace: bool,
        /// Where the passes over the data run.
        exec: Exec,
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
        check(
            self.batch.is_none() || constraint != Constraint::Ball,
            "batch",
            "does not fit the constraint ball: batches move on manifolds, and a ball has a boundary".into(),
        );
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
        Error::check_parameters(problems)?;
        Ok(JointModel { options: self })
    }
}
