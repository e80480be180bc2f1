//! When a run of ADMM has found a stationary point of the joint objective.

use super::blocks::PredictVar;
use crate::joint::Linear;
use crate::loss::Predictor;
use crate::scalar::Scalar;
use admm::method::stationarity;
use admm::state::Record;
use admm::{Result, Smooth};
use serde::{Deserialize, Serialize};

/// The residuals of ADMM have the units of ρ, and say nothing of the gradient where ρ is small. A run has converged where
/// the gradient of the joint objective at the feasible W is within the tolerance, as for every other method.
///
/// It is evaluated only where an estimate is within the tolerance: with ∇g at V, which the last step has evaluated.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ending {
    /// Passes over the data that the evaluations took.
    pub passes: u64,
    /// The gradient in units of its estimate, where it was last evaluated.
    exceeds: f64,
    /// The passes of the run when its blocks first agreed.
    agreed: Option<u64>,
}

/// The blocks agree where the residuals are within so many tolerances.
const AGREED: f64 = 10.0;
/// A run whose blocks agree may take so many passes more, and this share of those before.
const LINGERING: (u64, f64) = (3, 0.1);

impl Default for Ending {
    fn default() -> Self {
        Ending { passes: 0, exceeds: 1.0, agreed: None }
    }
}

impl Ending {
    /// Forgets that the blocks have agreed.
    pub fn begin_anew(&mut self) {
        self.agreed = None;
    }

    /// Returns true if the blocks have agreed for long, and the gradient is still above the tolerance.
    pub fn lingers<T: Scalar>(&mut self, tolerance: f64, record: &Record<T>) -> bool {
        let agree = record.primal.max(record.dual).to_f64() <= AGREED * tolerance;
        let passes = record.cost.passes + self.passes;
        let since = *self.agreed.get_or_insert(if agree { passes } else { return false });
        passes > since + LINGERING.0 + (LINGERING.1 * since as f64) as u64
    }

    /// Returns true if the gradient at W, with the predictor of the other block, is within the tolerance.
    pub fn reached<T: Scalar>(
        &mut self,
        prepared: &Linear<T>,
        point: &Predictor<T>,
        (z, record): (&PredictVar<T>, &Record<T>),
    ) -> Result<bool> {
        let tolerance = prepared.tolerance();
        let Some(estimate) = estimate(prepared, point, (z, record))? else { return Ok(false) };
        if estimate * self.exceeds > tolerance {
            return Ok(false);
        }
        let gradient = prepared.objective.value_and_gradient(point)?.1;
        self.passes += prepared.objective.passes();
        let reached = stationarity(&*prepared.set(), point, &gradient)?.to_f64();
        self.exceeds = (reached / estimate).max(1.0);
        Ok(reached <= tolerance)
    }
}

/// The norm of ∇f(W) + ∇g(V), with what the second block has left of its own gradient. Where ∇f takes a pass it is what
/// the multiplier says. Nothing while ∇g is what a model foresees.
fn estimate<T: Scalar>(
    prepared: &Linear<T>,
    point: &Predictor<T>,
    (z, record): (&PredictVar<T>, &Record<T>),
) -> Result<Option<f64>> {
    let Some(there) = z.memory.here.as_ref().filter(|_| z.memory.model.answers == 0) else { return Ok(None) };
    let variance = &prepared.objective.variance;
    if variance.passes() > 0 {
        return Ok(record.inner_residual.map(|left| (record.gradient + left).to_f64()));
    }
    let Predictor { v: of_seen, b, bias } = there.gradient().clone();
    let mut v = variance.value_and_gradient(&point.v)?.1;
    let mut seen = v.columns_mut(0, of_seen.ncols());
    seen += of_seen;
    let gradient = Predictor { v, b, bias };
    Ok(Some(stationarity(&*prepared.set(), point, &gradient)?.to_f64()))
}
