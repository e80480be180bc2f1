//! Both losses as one smooth function of (W, B, b).

use crate::classifier::Classifier;
use crate::pca::VarianceLoss;
use crate::scalar::Scalar;
use crate::softmax::Softmax;
use admm::{Result, Smooth};
use nalgebra::DMatrix;

/// f(W, B, b) = λ(1 − tr(WᵀΣW)/tr Σ) + (1−λ)(mean cross-entropy + μ/2 ‖B‖²).
///
/// The first loss may be another function of W, or [`Overridden`](crate::pca::Overridden): the same value, with a
/// gradient of your own.
#[derive(Debug, Clone)]
pub struct JointObjective<T: Scalar, L = VarianceLoss<T>> {
    /// The first loss, with its weight λ.
    pub variance: L,
    /// The second loss, with its share 1 − λ.
    pub entropy: Softmax<T>,
}

impl<T: Scalar, L: Smooth<T, Point = DMatrix<T>>> Smooth<T> for JointObjective<T, L> {
    type Point = Classifier<T>;

    fn value_and_gradient(&self, at: &Classifier<T>) -> Result<(T, Classifier<T>)> {
        let (entropy, mut gradient) = self.entropy.value_and_gradient(at)?;
        let (variance, of_variance) = self.variance.value_and_gradient(&at.v)?;
        gradient.v += of_variance;
        Ok((variance + entropy, gradient))
    }
    fn passes(&self) -> u64 {
        self.entropy.passes() + self.variance.passes()
    }
}
