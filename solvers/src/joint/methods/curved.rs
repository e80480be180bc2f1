//! The prediction loss with what is known of its curvature.

use crate::joint::{JointObjective, Linear};
use crate::linalg::thin_svd;
use crate::loss::{PredictionLoss, Predictor};
use crate::scalar::Scalar;
use admm::{Result, Smooth};

/// The predictor's loss, of which a certificate may ask the Lipschitz constant of ∇ᵥ.
#[derive(Debug, Clone)]
pub(crate) struct Curved<T: Scalar> {
    pub prediction: PredictionLoss<T>,
    /// The largest eigenvalue λ₁ of Σ.
    pub leading: T,
}

impl<T: Scalar> Curved<T> {
    /// The prediction loss of a prepared problem.
    pub fn of(prepared: &Linear<T>) -> Self {
        let JointObjective { variance, prediction } = &prepared.objective;
        Curved { prediction: prediction.clone(), leading: prepared.leading * variance.of.covariance.trace() }
    }
}

impl<T: Scalar> Smooth<T> for Curved<T> {
    type Point = Predictor<T>;

    fn value_and_gradient(&self, at: &Predictor<T>) -> Result<(T, Predictor<T>)> {
        self.prediction.value_and_gradient(at)
    }
    fn passes(&self) -> u64 {
        self.prediction.passes()
    }
    /// (1−λ)h·λ₁(Σ)σ₁(B)² for this B and b: a sample adds BHBᵀ ⊗ xxᵀ to the Hessian in V, and the Hessian H by the logits
    /// is at most hI, if the head knows an h.
    fn lipschitz(&self, at: &Predictor<T>) -> Option<T> {
        let largest = thin_svd(&at.b).ok()?.values[0];
        Some(self.prediction.head.largest_curvature()? * self.prediction.share * self.leading * largest * largest)
    }
}
