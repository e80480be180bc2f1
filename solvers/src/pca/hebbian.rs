//! The users' rule: W ← retract(W + η(ΣW − ρ'(W − V + U))).

use super::VarianceLoss;
use crate::scalar::Scalar;
use admm::{Direction, Result};
use nalgebra::DMatrix;

/// The Hebbian direction ΣW of the PCA loss with the full, precomputed covariance.
///
/// As a block it is `Descent { of: Hebbian(loss), by: Steps { .. }, on: manifold }`, whose step is
/// W ← retract(W + η(2λΣW/tr Σ − ρ(W − V + U))): the users' rule in units in which the loss is a share of the variance.
/// On orthonormal columns every η ≤ 1/ρ is stable; otherwise take [`Rate::Lipschitz`](admm::Rate::Lipschitz) with
/// 2λλ₁/tr Σ. Without a constraint and without a pull, the norm grows by 1 + ηλ₁ a step (Oja 1982 adds the constraint).
#[derive(Debug, Clone)]
pub struct Hebbian<T: Scalar>(pub VarianceLoss<T>);

impl<T: Scalar> Direction<T> for Hebbian<T> {
    type Memory = ();

    fn value(&self, w: &DMatrix<T>) -> Result<T> {
        Ok(self.0.value(w))
    }
    fn direction(&self, w: &DMatrix<T>, _memory: &mut ()) -> Result<DMatrix<T>> {
        Ok(self.0.ascent(w))
    }
    fn passes(&self) -> u64 {
        0
    }
}
