//! The polish of ADMM: the last digits by descent on the whole objective.
//!
//! The first block moves W and the second V. Rounding keeps them a few ε apart, and where the features have large numbers
//! the gradient of the predictor at W is then above a small tolerance. Where the objective is nearly flat ADMM takes many
//! iterations for the last digits. So a run whose blocks agree goes on from W with both of them at once.

use super::candidates::{Candidates, Choice};
use super::descent::descent;
use super::log::{Found, Log};
use crate::joint::Linear;
use crate::joint::prepared::{Spent, Start};
use crate::loss::Predictor;
use crate::scalar::Scalar;
use admm::certificate::Certificate;
use admm::checkpoint::{from_bytes, to_bytes};
use admm::{Cost, Result, Status};
use serde::{Deserialize, Serialize};

/// What ADMM leaves to its polish.
#[derive(Serialize, Deserialize)]
#[serde(bound(serialize = "T: Scalar", deserialize = "T: Scalar"))]
pub(super) struct Left<T: Scalar> {
    pub point: Predictor<T>,
    pub candidates: Candidates<T>,
    pub certificate: Certificate,
    pub passes: u64,
}

/// Goes on from what ADMM has left.
pub(super) fn polish<T: Scalar>(prepared: &Linear<T>, log: &mut Log<'_>, left: Left<T>) -> Result<Found<Predictor<T>>> {
    log.first_stage = Some(to_bytes(&left)?);
    descend(prepared, log, left)
}

/// Continues the polish of a fit, if that is what the fit stood at.
pub(super) fn resumed<T: Scalar>(prepared: &Linear<T>, log: &mut Log<'_>) -> Result<Option<Found<Predictor<T>>>> {
    let left = log.first_stage.as_deref().map(from_bytes).transpose()?;
    left.map(|left| descend(prepared, log, left)).transpose()
}

fn descend<T: Scalar>(prepared: &Linear<T>, log: &mut Log<'_>, left: Left<T>) -> Result<Found<Predictor<T>>> {
    let Left { point, candidates, certificate, passes } = left;
    let spent = Spent { cost: Cost { passes, ..Cost::default() }, ..prepared.start.spent };
    let start = Start { point, spent, ..prepared.start.clone() };
    let mut found = descent(&prepared.started(start), log)?;
    if found.status != Status::Converged {
        let Choice { point, passes } = candidates.choose(prepared, vec![found.point])?;
        found.point = point;
        found.last.passes += passes;
    }
    Ok(Found { polish: found.last.passes - passes, certificate: Some(certificate), ..found })
}
