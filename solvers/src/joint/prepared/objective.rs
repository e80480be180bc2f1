//! Both losses as one smooth function of (W, B, b).

use crate::data::Samples;
use crate::loss::{FiniteSum, PredictionLoss, Predictor};
use crate::pca::{Overridden, VarianceLoss};
use crate::scalar::Scalar;
use crate::smooth::Ridge;
use admm::{Direction, Result, Smooth};
use nalgebra::DMatrix;

/// f(W, B, b) = λ(1 − tr(WᵀΣW)/tr Σ) + (1−λ)(mean prediction loss + μ/2 ‖B‖²).
///
/// If a product with Σ takes a pass, it shares the pass of the second loss: one read of X makes both.
///
/// The first loss may be another function of W, or [`Overridden`](crate::pca::Overridden): the same value, with a
/// gradient of your own.
#[derive(Debug, Clone)]
pub struct JointObjective<T: Scalar, L = VarianceLoss<T>> {
    /// The first loss, with its weight λ.
    pub variance: L,
    /// The second loss, with its share 1 − λ.
    pub prediction: PredictionLoss<T>,
}

/// Both losses, with the ridge of a W without a constraint.
pub(crate) type Objective<T> = JointObjective<T, Ridge<VarianceLoss<T>>>;

impl<T: Scalar, L: Reduction<T>> Smooth<T> for JointObjective<T, L> {
    type Point = Predictor<T>;

    fn value_and_gradient(&self, at: &Predictor<T>) -> Result<(T, Predictor<T>)> {
        let q = self.variance.in_pass(&self.prediction.samples);
        let (prediction, mut gradient) = self.prediction.with_captured(at, q.unwrap_or_else(T::zero))?;
        let (variance, of_variance) = match q {
            Some(_) => self.variance.beside_pass(&at.v)?,
            None => self.variance.value_and_gradient(&at.v)?,
        };
        gradient.v += of_variance;
        Ok((variance + prediction, gradient))
    }
    fn passes(&self) -> u64 {
        let joined = self.variance.in_pass(&self.prediction.samples).is_some();
        self.prediction.passes() + if joined { 0 } else { self.variance.passes() }
    }
}

impl<T: Scalar> FiniteSum<T> for JointObjective<T, Ridge<VarianceLoss<T>>> {
    fn terms(&self) -> usize {
        self.prediction.terms()
    }
    /// Returns the objective of a batch. If Σ is formed, the first loss stays whole, as it takes no pass.
    fn of_batch(&self, numbers: &[usize]) -> Self {
        let (prediction, mut variance) = (self.prediction.of_batch(numbers), self.variance.clone());
        if let Some(covariance) = variance.of.covariance.of_batch(&prediction.samples) {
            variance.of.covariance = covariance.into();
        }
        JointObjective { variance, prediction }
    }
}

/// A loss of W that can be the first of a [`JointObjective`], and may take part in the pass of the second. For a loss
/// of your own nothing needs to be written but the name.
pub trait Reduction<T: Scalar>: Smooth<T, Point = DMatrix<T>> {
    /// q, where −q/2 Σᵢ wᵢ‖Wᵀxᵢ‖² over these samples is a part of the loss that would take a pass of its own.
    fn in_pass(&self, _samples: &Samples<T>) -> Option<T> {
        None
    }
    /// Value and gradient of the loss without that part.
    ///
    /// # Errors
    /// The errors of [`value_and_gradient`](Smooth::value_and_gradient).
    fn beside_pass(&self, w: &DMatrix<T>) -> Result<(T, DMatrix<T>)> {
        self.value_and_gradient(w)
    }
}

impl<T: Scalar> Reduction<T> for VarianceLoss<T> {
    fn in_pass(&self, samples: &Samples<T>) -> Option<T> {
        let share = T::of(2.0) * self.weight / self.covariance.trace();
        self.covariance.reads(samples).then_some(share)
    }
    fn beside_pass(&self, w: &DMatrix<T>) -> Result<(T, DMatrix<T>)> {
        Ok((self.weight, DMatrix::zeros(w.nrows(), w.ncols())))
    }
}

impl<T: Scalar, L: Reduction<T>> Reduction<T> for Ridge<L> {
    fn in_pass(&self, samples: &Samples<T>) -> Option<T> {
        self.of.in_pass(samples)
    }
    fn beside_pass(&self, w: &DMatrix<T>) -> Result<(T, DMatrix<T>)> {
        let (value, gradient) = self.of.beside_pass(w)?;
        Ok(self.add(w, value, gradient))
    }
}

impl<T: Scalar, D: Direction<T, Memory = ()>> Reduction<T> for Overridden<D> {}
