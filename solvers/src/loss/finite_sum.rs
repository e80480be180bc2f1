//! A function that is a sum over samples.

use crate::scalar::Scalar;
use admm::Smooth;

/// A sum over samples, and perhaps something that takes no pass.
pub trait FiniteSum<T: Scalar>: Smooth<T> + Sized {
    /// Returns n, the number of terms.
    fn terms(&self) -> usize;
    /// Returns the estimate of f by the terms with the given numbers. For random numbers its mean is f.
    fn of_batch(&self, numbers: &[usize]) -> Self;
}
