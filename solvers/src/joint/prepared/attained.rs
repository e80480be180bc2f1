//! Problems without a minimiser: whether a fit is one, and when a run need not go on.

use super::Linear;
use crate::joint::{Builder, Constraint, Method};
use crate::loss::{PredictionLoss, Predictor, directions, separated};
use crate::scalar::Scalar;
use admm::{Result, Status};
use nalgebra::DMatrix;

impl<T: Scalar> Linear<T> {
    /// Returns true if the problem of a method has no minimiser near a point at which it ends. Either the choices let W and
    /// B evade what should bound them, or no ridge bounds B and the components separate the classes. Two stages do not move
    /// W, and nothing is evaded there.
    ///
    /// Of the cross-entropy alone with enough components, WB grows without bound where all features separate the classes.
    /// Otherwise W need not turn to the few directions that do.
    pub(crate) fn is_unattained(&self, method: Method, at: &Predictor<T>) -> Result<bool> {
        let options = &self.options;
        let moves = method != Method::TwoStage;
        if options.weight == 1.0 || moves && evasion(options).is_some() {
            return Ok(options.weight < 1.0);
        }
        let convex = moves
            && options.weight == 0.0
            && options.components >= directions(&*self.objective.prediction.head, at.bias.len());
        Ok(options.ridge == 0.0 && (convex && self.separable || separated(&self.objective.prediction, &at.v)?))
    }

    /// How a run ends after an iteration: as it has, or because there is nothing that it could reach. That is tested where
    /// the number of iterations doubles, beyond those that most runs take. As for the figures of a report, these few readings
    /// are not counted.
    pub(crate) fn ended(
        &self,
        method: Method,
        iteration: u64,
        ended: Option<Status>,
        at: &Predictor<T>,
    ) -> Result<Option<Status>> {
        let tested = ended.is_none() && iteration.is_power_of_two() && iteration >= ENOUGH;
        Ok(if tested && self.is_unattained(method, at)? { Some(Status::Unattained) } else { ended })
    }
}

/// How W and B keep their logits and evade what should bound them, whatever the data are.
///
/// - Without a constraint, one of the shrinkage γ and the ridge μ alone vanishes for (tW, B/t) as t goes to 0 or to ∞.
/// - Columns that need not be orthogonal have the least PCA loss where all are the leading eigenvector. Columns that come
///   ever closer to it keep their span, and without a ridge a B that grows keeps the logits.
pub(super) fn evasion(options: &Builder) -> Option<&'static str> {
    let (bounded, ridge) = (options.shrinkage > 0.0, options.ridge > 0.0);
    match options.constraint.held() {
        _ if options.weight == 1.0 => None,
        Constraint::None if ridge && !bounded => Some("a longer W with a shorter B evades the ridge"),
        Constraint::None if bounded && !ridge => Some("a shorter W with a longer B evades the shrinkage"),
        Constraint::UnitNorm | Constraint::Ball if !ridge && options.components > 1 && options.weight > 0.0 => {
            Some("columns that come ever closer, with a B that grows, evade the constraint")
        }
        _ => None,
    }
}

/// The iterations after which a run without a minimiser is as near to its infimum as is worth the passes.
const ENOUGH: u64 = 256;

/// Returns true if the features are found to separate the classes. They are tested only where that costs little.
pub(super) fn separable<T: Scalar>(loss: &PredictionLoss<T>) -> Result<bool> {
    let (d, n) = (loss.samples.x.nrows(), loss.samples.total());
    let unknowns = ((d + 1) * loss.samples.targets.width()) as f64;
    Ok(unknowns * unknowns * n as f64 <= WORK && separated(loss, &DMatrix::identity(d, d))?)
}

/// The most multiplications in a step of the test of all features.
const WORK: f64 = 1e9;
