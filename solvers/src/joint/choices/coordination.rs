//! Choices for the coordinator of ADMM: the penalty policy and the acceleration.

use super::{Constraint, InTurns, most_changes};
use crate::scalar::Scalar;
use admm::Parameter;
use admm::accelerate::{Acceleration, Anderson, Nesterov, Plain};
use admm::penalty::{Balance, Fixed, Limits, Penalty, RelativeBalance, Spectral, SquareRoot};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// A penalty policy for ρ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PenaltyChoice {
    /// As serves the set: [`Spectral`] where majorisation moves each column of W by itself, [`Balance`] elsewhere. A
    /// long run tries another policy in turns: each turn takes as many passes as all before.
    #[default]
    Auto,
    /// Not at all, [`Fixed`].
    Fixed,
    /// By the residuals, [`Balance`].
    Balance,
    /// By the normalised residuals, [`RelativeBalance`].
    RelativeBalance,
    /// By the curvatures that both blocks show, [`Spectral`].
    Spectral,
    /// By the square root of the ratio of the normalised residuals, [`SquareRoot`].
    SquareRoot,
}

impl PenaltyChoice {
    /// The policy for a W that majorisation moves on a set.
    ///
    /// Columns that move by themselves have curvatures of their own. A ratio of two residuals, each of all columns,
    /// then says little, and the curvatures along the last moves say more: on standardised features alone. So `Auto`
    /// begins with these, and elsewhere with the ratio.
    pub(crate) fn serving<T: Scalar>(self, constraint: Constraint, threshold: f64) -> Box<dyn Penalty<T, DMatrix<T>>> {
        let balance = Balance { threshold, ..Balance::default() };
        match self {
            PenaltyChoice::Auto if constraint.moves_columns() => {
                Box::new(InTurns { first: Spectral::default(), second: balance })
            }
            PenaltyChoice::Auto => Box::new(InTurns { first: balance, second: RelativeBalance::default() }),
            chosen => chosen.policy(threshold),
        }
    }

    /// The most changes of ρ by the policy that serves.
    pub(crate) fn most_changes(self) -> u32 {
        if self == PenaltyChoice::Auto { most_changes() } else { Limits::default().max_changes }
    }

    /// Returns the policy. [`Balance`], which `Auto` stands for where nothing is known of W, acts when the residuals
    /// differ by more than the threshold. The other policies have no use for it.
    pub fn policy<T: Scalar>(self, threshold: f64) -> Box<dyn Penalty<T, DMatrix<T>>> {
        match self {
            PenaltyChoice::Fixed => Box::new(Fixed),
            PenaltyChoice::Auto | PenaltyChoice::Balance => Box::new(Balance { threshold, ..Balance::default() }),
            PenaltyChoice::RelativeBalance => Box::new(RelativeBalance::default()),
            PenaltyChoice::Spectral => Box::new(Spectral::default()),
            PenaltyChoice::SquareRoot => Box::new(SquareRoot::default()),
        }
    }
}

/// An acceleration: a rule for the points that iterations start from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum AccelerationChoice {
    /// Each iteration starts where the last one ended, [`Plain`].
    #[default]
    None,
    /// A mixture of earlier ones, [`Anderson`].
    Anderson,
    /// Ahead, by momentum with restarts, [`Nesterov`].
    Nesterov,
}

impl AccelerationChoice {
    /// Returns the acceleration with the parameters of its default.
    pub fn rule<T: Scalar>(self) -> Box<dyn Acceleration<T, DMatrix<T>>> {
        match self {
            AccelerationChoice::None => Box::new(Plain),
            AccelerationChoice::Anderson => Box::new(Anderson::default()),
            AccelerationChoice::Nesterov => Box::new(Nesterov::default()),
        }
    }

    /// Why it does not go with a relaxation, if it does not.
    pub(super) fn objection(self, relaxation: f64) -> Option<Parameter> {
        let clash = self == AccelerationChoice::Nesterov && relaxation != 1.0;
        let problem = format!("nesterov is for plain iterations, not for the relaxation {relaxation}");
        clash.then(|| Parameter::new("acceleration", problem))
    }
}
