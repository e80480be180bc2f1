//! Both losses as one smooth function of (W, B, b).

use crate::classifier::Classifier;
use crate::pca::VarianceLoss;
use crate::scalar::Scalar;
use crate::softmax::Softmax;
use admm::{Result, Smooth};

/// f(W, B, b) = λ(1 − tr(WᵀΣW)/tr Σ) + (1−λ)(mean cross-entropy + μ/2 ‖B‖²).
#[derive(Debug, Clone)]
pub struct JointObjective<T: Scalar> {
    /// The first loss, with its weight λ.
    pub variance: VarianceLoss<T>,
    /// The second loss, with its share 1 − λ.
    pub entropy: Softmax<T>,
}

impl<T: Scalar> Smooth<T> for JointObjective<T> {
    type Point = Classifier<T>;

    fn value_and_gradient(&self, at: &Classifier<T>) -> Result<(T, Classifier<T>)> {
        let (entropy, mut gradient) = self.entropy.value_and_gradient(at)?;
        let (variance, ascent) = self.variance.value_and_ascent(&at.v);
        gradient.v -= ascent;
        Ok((variance + entropy, gradient))
    }
}
