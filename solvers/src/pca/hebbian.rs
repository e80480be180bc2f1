//! G = ΣW: the users' rule.

use super::VarianceLoss;
use crate::scalar::Scalar;
use admm::{Direction, Result};
use nalgebra::DMatrix;

/// The Hebbian direction of the PCA loss with the full covariance, precomputed or matrix-free.
///
/// - **Formula:** G = 2λΣW/tr Σ. As a block it is `Descent { of: Hebbian(loss), by: ScheduledSteps { .. }, on: manifold }`,
///   whose step is W ← retract(W + η(G − ρ(W − V + U))): the users' rule in units in which the loss is a share of the
///   variance.
/// - **Source:** Hebb's rule with the constraint of Oja, "A simplified neuron model as a principal component analyzer"
///   (1982, equation 2). Without a constraint and without a pull, the norm grows by 1 + η·2λλ₁/tr Σ a step.
/// - **Step size:** on orthonormal columns every η ≤ 1/ρ is stable; otherwise take
///   [`Rate::Lipschitz`](admm::Rate::Lipschitz) with L = 2λλ₁/tr Σ, [`VarianceLoss::lipschitz`]. With a pull take the
///   polar retraction: the step is not tangent, so that with QR it comes to rest beside the minimiser.
/// - **Rate:** the tangents of the angles to the top-k space shrink by (1 + ηλₖ₊₁)/(1 + ηλₖ) a step, in units of G.
/// - **When:** on every constraint set, where a step that can be followed by hand matters more than speed.
#[derive(Debug, Clone)]
pub struct Hebbian<T: Scalar>(pub VarianceLoss<T>);

impl<T: Scalar> Direction<T> for Hebbian<T> {
    type Memory = ();

    fn value(&self, w: &DMatrix<T>) -> Result<T> {
        self.0.checked_value(w)
    }
    fn direction(&self, w: &DMatrix<T>, _memory: &mut ()) -> Result<DMatrix<T>> {
        self.0.check(w)?;
        Ok(self.0.ascent(w))
    }
    fn passes(&self) -> f64 {
        self.0.covariance.passes() as f64
    }
}
