//! The first two moments of the outputs of a network.

use crate::scalar::Scalar;
use crate::view::{view, view_mut};
use faer::linalg::matmul::matmul;
use faer::{Accum, Par};
use nalgebra::DMatrix;

/// M ← M + [Σᵢ wᵢ hᵢhᵢᵀ, Σᵢ wᵢ hᵢ] for the columns of h (p×b), with M of size p×(p+1).
pub(crate) fn add_moments<T: Scalar>(moments: &mut DMatrix<T>, h: &DMatrix<T>, weights: &[T]) {
    let (p, mut weighted) = (h.nrows(), h.clone());
    weighted.column_iter_mut().zip(weights).for_each(|(mut column, &weight)| column *= weight);
    let second = view_mut(moments).subcols_mut(0, p);
    matmul(second, Accum::Add, view(&weighted), view(h).transpose(), T::one(), Par::Seq);
    let mut first = moments.column_mut(p);
    weighted.column_iter().for_each(|column| first += column);
}

/// Σ = Σᵢ wᵢ hᵢhᵢᵀ − mmᵀ (p×p) and the mean m (p×1), for weights of sum 1.
pub(crate) fn centred<T: Scalar>(moments: &DMatrix<T>) -> (DMatrix<T>, DMatrix<T>) {
    let p = moments.nrows();
    let mean = moments.columns(p, 1).into_owned();
    (moments.columns(0, p) - &mean * mean.transpose(), mean)
}
