//! G = Σ̃W with Σ̃ = (1/b)Σxxᵀ over a random batch.

use super::VarianceLoss;
use super::covariance::weighted_products;
use crate::data::Samples;
use crate::generator::{Generator, draw};
use crate::scalar::Scalar;
use admm::{Direction, Error, Result};
use nalgebra::DMatrix;

/// Batches of b samples, drawn uniformly and independently with a generator of its own.
///
/// A sample of weight wᵢ (of sum 1) enters with nwᵢ, which is 1 for equal weights: for any weights Σ̃ = (1/b)Σ nwᵢ
/// xᵢxᵢᵀ has the mean Σ. The numbers depend on the seed alone, not on the platform.
#[derive(Debug, Clone)]
pub struct Batches<T: Scalar> {
    samples: Samples<T>,
    size: usize,
    seed: u64,
}

impl<T: Scalar> Batches<T> {
    /// # Errors
    /// A size that is not between 1 and n.
    pub fn new(samples: Samples<T>, size: usize, seed: u64) -> Result<Self> {
        let n = samples.total();
        if size == 0 || size > n {
            return Err(Error::parameter(
                "size",
                format!("must be between 1 and {n}, the number of samples, got {size}"),
            ));
        }
        Ok(Batches { samples, size, seed })
    }
    /// Returns b/n, the share of the samples in a batch.
    pub fn share(&self) -> f64 {
        self.size as f64 / self.samples.total() as f64
    }
    /// The numbers of the next batch. A generator that is `None` starts from the seed.
    pub(super) fn draw(&self, generator: &mut Option<Generator>) -> Vec<usize> {
        draw(generator, self.seed, self.samples.total(), self.size)
    }
    /// Σ̃W for the samples with the given numbers.
    pub(super) fn times(&self, batch: &[usize], w: &DMatrix<T>) -> DMatrix<T> {
        let Samples { x, weights, .. } = self.samples.batch(batch);
        weighted_products(&x, &weights, &x.fold(w), 0..batch.len()).unfold(&x)
    }
}

/// The Hebbian direction with the covariance of a random batch.
///
/// - **Formula:** G = 2λΣ̃W/tr Σ with Σ̃ = (1/b)Σxxᵀ over [`Batches`] of b samples; its mean is that of
///   [`Hebbian`](super::Hebbian).
/// - **Source:** Oja and Karhunen, "On stochastic approximation of the eigenvectors and eigenvalues of the expectation
///   of a random matrix" (1985), whose steps are followed by the factor Q.
/// - **Step size:** a decaying one, [`Rate::Decaying`](admm::Rate::Decaying), with c = τ/(L + ρ) above 1/(2·gap) in
///   units of G; a constant η stops at an error of order η/b.
/// - **Rate:** the squared sine of the angle falls as 1/t (Balsubramani, Dasgupta and Freund 2013, theorem 1.1).
/// - **When:** n is large, a pass is dear and two or three digits are enough; for more take [`VrPca`](super::VrPca).
#[derive(Debug, Clone)]
pub struct Minibatch<T: Scalar> {
    /// The PCA loss to lower.
    pub loss: VarianceLoss<T>,
    /// The source of the batches: the samples of the loss's covariance.
    pub batches: Batches<T>,
}

impl<T: Scalar> Minibatch<T> {
    /// The direction of the batch of samples with the given numbers.
    ///
    /// # Panics
    /// If a number is not below n, or if W does not have d rows.
    pub fn of_batch(&self, batch: &[usize], w: &DMatrix<T>) -> DMatrix<T> {
        self.batches.times(batch, w) * (T::of(2.0) * self.loss.weight / self.loss.covariance.trace())
    }
}

impl<T: Scalar> Direction<T> for Minibatch<T> {
    type Memory = Option<Generator>;

    fn value(&self, w: &DMatrix<T>) -> Result<T> {
        self.loss.checked_value(w)
    }
    fn direction(&self, w: &DMatrix<T>, generator: &mut Self::Memory) -> Result<DMatrix<T>> {
        self.loss.check(w)?;
        Ok(self.of_batch(&self.batches.draw(generator), w))
    }
    fn passes(&self) -> f64 {
        self.batches.share()
    }
}
