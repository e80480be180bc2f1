//! How the coordinator of ADMM goes about it.

use crate::scalar::Scalar;
use admm::Parameter;
use admm::accelerate::{Anderson, Nesterov, Plain};
use admm::penalty::{Balance, Fixed, RelativeBalance, Spectral, SquareRoot};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// How ρ adapts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Penalty {
    /// Not at all, [`Fixed`].
    Fixed,
    /// By the residuals, [`Balance`].
    #[default]
    Balance,
    /// By the normalised residuals, [`RelativeBalance`].
    RelativeBalance,
    /// By the curvatures that both blocks show, [`Spectral`].
    Spectral,
    /// By the square root of the ratio of the normalised residuals, [`SquareRoot`].
    SquareRoot,
}

impl Penalty {
    /// Returns the policy. [`Balance`] acts when the residuals differ by more than the threshold; the other policies have
    /// no use for it.
    pub fn policy<T: Scalar>(self, threshold: f64) -> Box<dyn admm::penalty::Penalty<T, DMatrix<T>>> {
        match self {
            Penalty::Fixed => Box::new(Fixed),
            Penalty::Balance => Box::new(Balance { threshold, ..Balance::default() }),
            Penalty::RelativeBalance => Box::new(RelativeBalance::default()),
            Penalty::Spectral => Box::new(Spectral::default()),
            Penalty::SquareRoot => Box::new(SquareRoot::default()),
        }
    }
}

/// Where iterations start from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Acceleration {
    /// Where the last one ended, [`Plain`].
    #[default]
    None,
    /// A mixture of earlier ones, [`Anderson`].
    Anderson,
    /// Ahead, by momentum with restarts, [`Nesterov`].
    Nesterov,
}

impl Acceleration {
    pub(crate) fn rule<T: Scalar>(self) -> Box<dyn admm::accelerate::Acceleration<T, DMatrix<T>>> {
        match self {
            Acceleration::None => Box::new(Plain),
            Acceleration::Anderson => Box::new(Anderson::default()),
            Acceleration::Nesterov => Box::new(Nesterov::default()),
        }
    }

    /// Why it does not go with a relaxation, if it does not.
    pub(super) fn objection(self, relaxation: f64) -> Option<Parameter> {
        let clash = self == Acceleration::Nesterov && relaxation != 1.0;
        let problem = format!("nesterov is for plain iterations, not for the relaxation {relaxation}");
        clash.then(|| Parameter::new("acceleration", problem))
    }
}
