//! Random parameters for a start.

use crate::scalar::Scalar;
use nalgebra::DMatrix;
use rand::RngExt;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use rand_distr::{Distribution, StandardNormal};

/// Matrices with independent entries, uniform in ±√(6/(m + p)) for a matrix of size m×p.
///
/// The entries depend on the seed alone. In `f32` they are those in `f64`, rounded.
pub(super) fn uniform<T: Scalar>(sizes: &[(usize, usize)], seed: u64) -> Vec<DMatrix<T>> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let matrices = sizes.iter().map(|&(m, p)| {
        let bound = (6.0 / (m + p) as f64).sqrt();
        DMatrix::from_fn(m, p, |_, _| T::of(random.random_range(-bound..bound)))
    });
    matrices.collect()
}

/// Matrices with independent normal entries of variance 2/m for a matrix of size m×p.
///
/// The entries depend on the seed alone. In `f32` they are those in `f64`, rounded.
pub(super) fn normal<T: Scalar>(sizes: &[(usize, usize)], seed: u64) -> Vec<DMatrix<T>> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let matrices = sizes.iter().map(|&(m, p)| {
        let deviation = (2.0 / m as f64).sqrt();
        DMatrix::from_fn(m, p, |_, _| {
            let entry: f64 = StandardNormal.sample(&mut random);
            T::of(deviation * entry)
        })
    });
    matrices.collect()
}
