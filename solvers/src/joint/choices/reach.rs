//! The reach of the gradient of the PCA loss, where layers stand before the reduction.

use super::Method;
use admm::Parameter;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The parameters that the gradient of the PCA loss moves, where layers h(x; θ) stand before the reduction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reach {
    /// W alone: the PCA loss takes h as it is. The field of both losses is then the gradient of no function. It is for
    /// the methods `admm` and `alternating`.
    #[default]
    Stopped,
    /// W and the layers: the gradient goes on through h into θ. It is for the method `joint`. The PCA loss is then lowest
    /// where the layers throw away what W does not keep, see [`Report::participation`](crate::joint::Report).
    Through,
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Reach::Stopped => "stopped",
            Reach::Through => "through",
        })
    }
}

impl Reach {
    /// The methods that serve a model with layers, in the order of the reports.
    pub fn methods(self) -> &'static [Method] {
        match self {
            Reach::Stopped => &[Method::Admm, Method::Alternating, Method::TwoStage],
            Reach::Through => &[Method::Descent, Method::TwoStage],
        }
    }

    /// Why a method does not serve a model with layers, if it does not.
    pub(super) fn objection(self, method: Method) -> Option<Parameter> {
        let problem = match (self, method) {
            (Reach::Stopped, Method::Descent) => {
                "is stopped, and its field is the gradient of no function: the line search of the method joint has \
                 nothing to compare. Take the method admm or alternating, or the reach through"
            }
            (Reach::Through, Method::Admm | Method::Alternating) => {
                "is through, and the PCA loss then belongs to the layers as well as to W: no block of W alone has it. \
                 Take the method joint, or the reach stopped"
            }
            _ => return None,
        };
        Some(Parameter::new("reach", problem))
    }
}
