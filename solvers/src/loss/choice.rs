//! The losses by name.

use super::{Head, Huber, Logistic, Poisson, Softmax, Squared, SquaredHinge};
use crate::scalar::Scalar;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// A head of this library by its name in flags and files.
///
/// | Loss | Targets | Predictions |
/// |---|---|---|
/// | softmax | classes | probabilities of the classes |
/// | squared | numbers | numbers |
/// | huber | numbers, some of them outliers | numbers |
/// | poisson | counts | rates |
/// | logistic | labels, several for a sample, or classes | probabilities of the labels |
/// | squared-hinge | labels, several for a sample, or classes | logits, above 0 for a label |
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Loss {
    /// The head [`Softmax`].
    #[default]
    Softmax,
    /// The head [`Squared`].
    Squared,
    /// The head [`Huber`] with its default δ.
    Huber,
    /// The head [`Poisson`].
    Poisson,
    /// The head [`Logistic`].
    Logistic,
    /// The head [`SquaredHinge`].
    SquaredHinge,
}

impl Loss {
    /// All losses, in the order of the table.
    pub const ALL: [Loss; 6] =
        [Loss::Softmax, Loss::Squared, Loss::Huber, Loss::Poisson, Loss::Logistic, Loss::SquaredHinge];

    /// Returns the head of this name.
    pub fn head<T: Scalar>(self) -> Arc<dyn Head<T>> {
        match self {
            Loss::Softmax => Arc::new(Softmax),
            Loss::Squared => Arc::new(Squared),
            Loss::Huber => Arc::new(Huber::default()),
            Loss::Poisson => Arc::new(Poisson),
            Loss::Logistic => Arc::new(Logistic),
            Loss::SquaredHinge => Arc::new(SquaredHinge),
        }
    }

    /// Returns true if the targets may be standardised: if the loss takes numbers of any unit.
    pub fn takes_any_unit(self) -> bool {
        matches!(self, Loss::Squared | Loss::Huber)
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Loss::Softmax => "softmax",
            Loss::Squared => "squared",
            Loss::Huber => "huber",
            Loss::Poisson => "poisson",
            Loss::Logistic => "logistic",
            Loss::SquaredHinge => "squared-hinge",
        })
    }
}
