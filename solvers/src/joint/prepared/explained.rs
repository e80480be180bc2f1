//! The share of the variance along each column of a W.

use crate::pca::Covariance;
use crate::scalar::Scalar;
use nalgebra::{DMatrix, DVectorView};

/// wⱼᵀΣwⱼ / (‖wⱼ‖² tr Σ) for each column of W, and 0 for a column of zeros.
pub(crate) fn explained_by_columns<T: Scalar>(covariance: &Covariance<T>, w: &DMatrix<T>) -> Vec<f64> {
    let product = covariance.times(w);
    let share = |(w, product): (DVectorView<'_, T>, DVectorView<'_, T>)| match w.norm_squared() {
        zero if zero == T::zero() => 0.0,
        length => (w.dot(&product) / length).to_f64(),
    };
    w.column_iter().zip(product.column_iter()).map(share).collect()
}
