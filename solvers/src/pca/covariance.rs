//! The covariance, divided by its trace: a matrix without units, whose eigenvalues are shares of the variance.

use crate::factor::{symmetric_eigen, thin_qr, top_eigen};
use crate::samples::Samples;
use crate::scalar::Scalar;
use crate::view::{product, view, view_mut};
use admm::{Error, Result};
use faer::linalg::matmul::matmul;
use faer::{Accum, MatRef, Par};
use nalgebra::{DMatrix, DVector};

/// Σ/tr Σ (d×d) with Σ = Σᵢ wᵢ xᵢxᵢᵀ of centred samples.
#[derive(Debug, Clone)]
pub struct Covariance<T: Scalar> {
    normalised: DMatrix<T>,
}

impl<T: Scalar> Covariance<T> {
    /// One pass over centred samples.
    ///
    /// # Errors
    /// [`Error::Numerical`] where all samples are equal: there is no variance to keep.
    pub fn of(samples: &Samples<T>) -> Result<Self> {
        let d = samples.x.nrows();
        let sum = samples.sum(|range| {
            let x =
                MatRef::from_column_major_slice(&samples.x.as_slice()[range.start * d..range.end * d], d, range.len());
            let mut weighted = samples.x.columns(range.start, range.len()).into_owned();
            for (mut column, &weight) in weighted.column_iter_mut().zip(&samples.weights[range]) {
                column *= weight;
            }
            let mut part = DMatrix::zeros(d, d);
            matmul(view_mut(&mut part), Accum::Replace, view(&weighted), x.transpose(), T::one(), Par::Seq);
            part
        });
        Covariance::from_matrix(sum)
    }

    /// A precomputed Σ (d×d).
    ///
    /// # Errors
    /// A matrix that is not square, not finite, or whose trace is not positive.
    pub fn from_matrix(sigma: DMatrix<T>) -> Result<Self> {
        let (rows, columns) = sigma.shape();
        Error::check_size("covariance", admm::Shape(vec![(rows, rows)]), admm::Shape(vec![(rows, columns)]))?;
        let trace = sigma.trace();
        if !trace.is_finite() || sigma.iter().any(|entry| !entry.is_finite()) {
            return Err(Error::NotFinite("the covariance".into()));
        }
        if trace <= T::zero() {
            return Err(Error::Numerical("the data have no variance: all samples are equal".into()));
        }
        let symmetric = (&sigma + sigma.transpose()) * T::of(0.5);
        Ok(Covariance { normalised: symmetric / trace })
    }

    /// d.
    pub fn dimension(&self) -> usize {
        self.normalised.nrows()
    }
    /// ΣW/tr Σ.
    pub fn times(&self, w: &DMatrix<T>) -> DMatrix<T> {
        product(&self.normalised, w)
    }
    /// tr(WᵀΣW)/tr Σ, which is a share of the variance only for orthonormal W.
    pub fn captured(&self, w: &DMatrix<T>) -> T {
        w.dot(&self.times(w))
    }
    /// The share of the variance in the span of W (d×k).
    pub fn explained(&self, w: &DMatrix<T>) -> Result<T> {
        Ok(self.captured(&thin_qr(w)?.0))
    }
    /// The k leading eigenvalues and eigenvectors.
    pub fn top(&self, k: usize) -> Result<(DVector<T>, DMatrix<T>)> {
        top_eigen(&self.normalised, k)
    }
    /// All eigenvalues, descending, and their eigenvectors.
    pub fn eigen(&self) -> Result<(DVector<T>, DMatrix<T>)> {
        symmetric_eigen(&self.normalised)
    }
}
