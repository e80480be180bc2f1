//! A function that is a sum over samples.

use crate::scalar::Scalar;
use admm::Smooth;

/// A sum over samples, and perhaps something that takes no pass.
pub trait FiniteSum<T: Scalar>: Smooth<T> + Sized {
    /// n.
    fn terms(&self) -> usize;
    /// What the samples with the given numbers say of f: for random numbers, its mean is f.
    fn of_batch(&self, numbers: &[usize]) -> Self;
}
