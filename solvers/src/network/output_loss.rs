//! The trait of a loss that follows a network.

use crate::scalar::Scalar;
use admm::Result;
use admm::space::Space;
use nalgebra::DMatrix;
use std::ops::Range;

/// A loss of the outputs h of a network that is a sum over samples, Σᵢ ℓᵢ(hᵢ; φ).
///
/// It may have parameters φ of its own, such as the weights of a predictor. [`Layers`](super::Layers) shows one that
/// is written out.
pub trait OutputLoss<T: Scalar>: Sync {
    /// The gradient by φ. For a loss that has no parameters it is an empty `Vec<DMatrix<T>>`.
    type Gradient: Space<T>;

    /// Returns the zero of the gradient by φ, if the loss takes n samples of p outputs each, where `outputs` is (p, n).
    ///
    /// # Errors
    /// [`Error::Size`](admm::Error::Size) for outputs of another size.
    fn zero(&self, outputs: (usize, usize)) -> Result<Self::Gradient>;

    /// Returns Σᵢ ℓᵢ over a block of b samples with outputs `h` (p×b), overwrites all of `by_h` (p×b) with the gradient
    /// by h, and adds the gradient by φ to `by_parameters`.
    ///
    /// `samples` are the numbers of the samples of the block. Blocks come in any order and from several threads.
    fn block(
        &self,
        samples: Range<usize>,
        h: &DMatrix<T>,
        by_h: &mut DMatrix<T>,
        by_parameters: &mut Self::Gradient,
    ) -> T;
}
