//! Losses Σⱼ φ(zⱼ, yⱼ) that take each logit for itself.

use crate::data::Targets;
use crate::scalar::Scalar;
use nalgebra::DMatrix;

/// Σⱼ φ(zⱼ, yⱼ), where each zⱼ becomes the slope there. `of` returns φ and its slope.
pub(super) fn sum<T: Scalar>(logits: &mut [T], target: &[T], of: impl Fn(T, T) -> (T, T)) -> T {
    let mut total = T::zero();
    for (z, &y) in logits.iter_mut().zip(target) {
        let (value, slope) = of(*z, y);
        total += value;
        *z = slope;
    }
    total
}

/// The diagonal mean Hessian, from the second derivative of φ.
pub(super) fn diagonal<T: Scalar>(
    logits: &DMatrix<T>,
    targets: &Targets<T>,
    weights: &[T],
    second: impl Fn(T, T) -> T,
) -> DMatrix<T> {
    let c = logits.nrows();
    let (mut mean, mut target) = (DMatrix::zeros(c, c), vec![T::zero(); c]);
    for (sample, z) in logits.column_iter().enumerate() {
        targets.write(sample, &mut target);
        for j in 0..c {
            mean[(j, j)] += weights[sample] * second(z[j], target[j]);
        }
    }
    mean
}
