//! The choices that a user makes for a joint model.

mod builder;
mod coordination;
mod in_turns;
mod own_network;
mod reach;

pub use builder::{Builder, JointModel};
pub use coordination::{AccelerationChoice, PenaltyChoice};
pub(crate) use in_turns::{InTurns, TURN, most_changes};
pub(crate) use own_network::OwnNetwork;
pub use reach::Reach;

use crate::scalar::Scalar;
use crate::set::{Ball, Retraction, Stiefel, UnitColumns};
use crate::smooth::Normalisation;
use admm::{ConstraintSet, Flat, Geometry, Parameter};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The constraint on W.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Constraint {
    /// Orthonormal columns, WᵀW = I.
    #[default]
    Orthonormal,
    /// Columns of norm 1. Without orthogonality the PCA loss pulls every column to the leading eigenvector.
    UnitNorm,
    /// Columns of norm at most 1.
    Ball,
    /// Nothing. The PCA loss is then unbounded below, unless its weight is 0 or [`Builder::shrinkage`] bounds it.
    None,
    /// W is free, and both losses see wⱼ/‖wⱼ‖: "normalise before use". The minima are those of unit columns.
    NormalisedColumns,
    /// W is free, and both losses see the factor Q of W = QR. The minima are those of orthonormal columns.
    NormalisedQ,
}

impl Constraint {
    /// The constraint set: where W is normalised before use, that of the matrices that the losses see.
    pub fn set<T: Scalar>(self) -> Box<dyn ConstraintSet<T>> {
        match self {
            Constraint::Orthonormal => Box::new(Stiefel::default()),
            Constraint::NormalisedQ => Box::new(Stiefel { retraction: Retraction::Qr }),
            Constraint::UnitNorm | Constraint::NormalisedColumns => Box::new(UnitColumns),
            Constraint::Ball => Box::new(Ball { radius: 1.0 }),
            Constraint::None => Box::new(Flat),
        }
    }

    /// A few words for a page: what W satisfies, as a formula where it is short.
    pub fn formula(self) -> &'static str {
        match self {
            Constraint::Orthonormal => "WᵀW = I",
            Constraint::UnitNorm => "columns of W of norm 1",
            Constraint::Ball => "columns of W of norm at most 1",
            Constraint::None => "γ/2 ‖W‖² in place of a constraint",
            Constraint::NormalisedColumns => "wⱼ/‖wⱼ‖ in place of each column of W",
            Constraint::NormalisedQ => "the factor Q of W = QR in place of W",
        }
    }

    /// The normalisation before use, if W is free and the losses see N(W).
    pub fn normalisation(self) -> Option<Normalisation> {
        match self {
            Constraint::NormalisedColumns => Some(Normalisation::UnitColumns),
            Constraint::NormalisedQ => Some(Normalisation::Orthonormal),
            _ => None,
        }
    }

    /// The constraint that holds for what the losses see.
    pub(crate) fn held(self) -> Self {
        match self {
            Constraint::NormalisedColumns => Constraint::UnitNorm,
            Constraint::NormalisedQ => Constraint::Orthonormal,
            other => other,
        }
    }

    /// Returns true where majorisation moves each column of W by itself.
    pub(crate) fn moves_columns(self) -> bool {
        matches!(self.held(), Constraint::UnitNorm | Constraint::Ball)
    }

    /// Why the method joint cannot read random batches of samples here, if it cannot.
    fn objection_to_batches(self) -> Option<Parameter> {
        let reason = match self {
            Constraint::Ball => "batches move on manifolds, and a ball has a boundary",
            Constraint::NormalisedColumns | Constraint::NormalisedQ => "batches move on the set of what the losses see",
            _ => return None,
        };
        Some(Parameter::new("batch", format!("does not fit the constraint {self}: {reason}")))
    }

    /// The kind of that set.
    pub(crate) fn geometry(self) -> Geometry {
        self.set::<f64>().geometry()
    }
}

/// The rule by which the W block lowers the PCA loss.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Rule {
    /// The monotone minimisation [`Majorize`](crate::pca::Majorize) on a set, and the exact
    /// [`Unconstrained`](crate::pca::Unconstrained) without one.
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
    /// A quasi-Newton solve, [`Lbfgs`](crate::descent::Lbfgs).
    Lbfgs,
}

impl Rule {
    /// Why the rule cannot work on a set, if it cannot.
    fn objection(self, constraint: Constraint) -> Option<Parameter> {
        let reason = match (self, constraint.held()) {
            (Rule::Oja | Rule::Sanger | Rule::Krasulina | Rule::Power, Constraint::Orthonormal) => None,
            (Rule::Oja | Rule::Sanger, _) => Some("it makes the columns orthonormal by itself"),
            (Rule::Krasulina, _) => Some("it turns the span alone, and lowers the loss on orthonormal columns only"),
            (Rule::Power, _) => Some("each of its steps ends with the factor Q"),
            (Rule::Lbfgs, _) if !constraint.geometry().is_smooth() => {
                Some("it moves on manifolds, and a ball has a boundary")
            }
            _ => None,
        };
        let problem = |reason| format!("{self} does not fit the constraint {constraint}: {reason}");
        reason.map(|reason| Parameter::new("rule", problem(reason)))
    }
}

/// The methods that minimise the joint objective.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Method {
    /// Two blocks that agree through a dual variable.
    #[default]
    Admm,
    /// Descent on all variables at once, by the Riemannian gradient of the whole objective and L-BFGS. Its name in
    /// flags and files is `joint`.
    #[serde(rename = "joint")]
    Descent,
    /// The two blocks of ADMM in turn, without the dual.
    Alternating,
    /// PCA first, then a predictor on its components.
    TwoStage,
}

impl Method {
    /// All methods, in the order of the reports.
    pub const ALL: [Method; 4] = [Method::Admm, Method::Descent, Method::Alternating, Method::TwoStage];
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
    Constraint {
        Orthonormal => "orthonormal", UnitNorm => "unit-norm", Ball => "ball", None => "none",
        NormalisedColumns => "normalised-columns", NormalisedQ => "normalised-q"
    }
    Rule {
        Majorize => "majorize", Hebbian => "hebbian", Minibatch => "minibatch", VrPca => "vr-pca", Oja => "oja",
        Sanger => "sanger", Krasulina => "krasulina", Power => "power", Lbfgs => "lbfgs"
    }
    Method { Admm => "admm", Descent => "joint", Alternating => "alternating", TwoStage => "two-stage" }
    PenaltyChoice {
        Auto => "auto", Fixed => "fixed", Balance => "balance", RelativeBalance => "relative-balance", Spectral => "spectral",
        SquareRoot => "square-root"
    }
    AccelerationChoice { None => "none", Anderson => "anderson", Nesterov => "nesterov" }
}
