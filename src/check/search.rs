//! Brute force: a compass search that knows nothing but values.

use super::sample::{Random, unit};
use crate::Real;
use nalgebra::DMatrix;

/// Evaluations that one search may take.
const EVALUATIONS: usize = 2000;

/// The lowest value on a walk from `start` along the coordinate axes and random directions, with steps that are halved
/// where nothing is lower (Kolda, Lewis and Torczon, "Optimization by direct search", 2003, algorithm 3.2).
pub(super) fn descend<T: Real>(start: &DMatrix<T>, step: T, value: impl Fn(&DMatrix<T>) -> T) -> T {
    let mut random = Random::new();
    let (mut lowest, mut point, mut length, mut left) = (value(start), start.clone(), step, EVALUATIONS);
    while left > 0 && length > step * T::EPSILON.sqrt() {
        let mut lowered = false;
        for poll in 0..2 * start.len() {
            let axis = poll % 2 == 0;
            let direction = if axis { unit(start, poll / 2) } else { random.direction(start, T::one()) };
            for sign in [T::one(), -T::one()] {
                let trial = &point + &direction * (sign * length);
                let there = value(&trial);
                left = left.saturating_sub(1);
                if there < lowest {
                    (lowest, point, lowered) = (there, trial, true);
                }
            }
        }
        length *= T::of(if lowered { 1.5 } else { 0.5 });
    }
    lowest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kinked_valley_is_found() {
        let v = DMatrix::from_column_slice(3, 1, &[2.0, -0.3, 0.7]);
        let f = |x: &DMatrix<f64>| x.lp_norm(1) + (x - &v).norm_squared();
        let lowest = descend(&DMatrix::from_element(3, 1, 5.0), 1.0, f);
        let expected = DMatrix::from_column_slice(3, 1, &[1.5, 0.0, 0.2]);
        assert!((lowest - f(&expected)).abs() < 1e-9);
    }
}
