//! The moments of the outputs of hidden layers, which are all that the PCA loss sees of them.

use crate::pca::Covariance;
use crate::scalar::Scalar;
use admm::{Error, Result};
use nalgebra::DMatrix;
use std::sync::Arc;

/// The outputs h of the last layer, of which the first two moments are known.
#[derive(Debug, Clone)]
pub(crate) struct Hidden<T: Scalar> {
    /// The covariance Σ of h.
    pub covariance: Arc<Covariance<T>>,
    /// The mean of h, p×1.
    pub mean: DMatrix<T>,
    /// The participation ratio (tr Σ)²/tr Σ²: the number of directions in which h varies, from 1 to p.
    pub participation: f64,
}

impl<T: Scalar> Hidden<T> {
    /// # Errors
    /// [`Error::NotFinite`] for moments that are not, and [`Error::Numerical`] where no output varies.
    pub fn of((sigma, mean): (DMatrix<T>, DMatrix<T>)) -> Result<Self> {
        let (trace, size) = (sigma.trace(), mean.norm_squared());
        // Below that all of Σ is what rounding leaves of the second moments.
        if trace <= T::of(64.0) * T::EPSILON * size {
            return Err(Error::numerical(
                "the hidden units",
                "have no variance: their outputs are the same for all samples",
            ));
        }
        let participation = (trace * trace / sigma.norm_squared()).to_f64();
        Ok(Hidden { covariance: Arc::new(Covariance::from_matrix(sigma)?), mean, participation })
    }
}
