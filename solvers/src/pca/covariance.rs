//! The covariance, divided by its trace: a matrix without units, whose eigenvalues are shares of the variance.

use crate::factor::{symmetric_eigen, thin_qr, top_eigen, top_eigen_of};
use crate::samples::Samples;
use crate::scalar::Scalar;
use crate::view::{multiply, product, view};
use admm::{Error, Result};
use faer::{Accum, MatRef};
use nalgebra::{DMatrix, DVector};
use std::ops::Range;

/// The largest d for which [`Covariance::of`] forms Σ: 4096² numbers take 128 MiB.
const LARGEST_DENSE: usize = 4096;

/// Σ/tr Σ (d×d) with Σ = Σᵢ wᵢ xᵢxᵢᵀ of centred samples: formed once, or applied by a pass over the samples each time.
#[derive(Debug, Clone)]
pub struct Covariance<T: Scalar> {
    form: Form<T>,
    trace: T,
}

#[derive(Debug, Clone)]
enum Form<T: Scalar> {
    /// Σ/tr Σ.
    Dense(DMatrix<T>),
    /// ΣW = Σᵢ wᵢ xᵢ(xᵢᵀW).
    MatrixFree(Samples<T>),
}

impl<T: Scalar> Covariance<T> {
    /// Of centred samples: formed in one pass for d ≤ 4096, and above that [`matrix_free`](Self::matrix_free).
    ///
    /// # Errors
    /// [`Error::Numerical`] where all samples are equal: there is no variance to keep.
    pub fn of(samples: &Samples<T>) -> Result<Self> {
        if samples.x.nrows() > LARGEST_DENSE { Self::matrix_free(samples) } else { Self::dense(samples) }
    }

    /// Σ formed in one pass, whatever d: each product ΣW then takes 2d²k operations and no pass.
    ///
    /// # Errors
    /// As for [`of`](Self::of).
    pub fn dense(samples: &Samples<T>) -> Result<Self> {
        Covariance::from_matrix(second_moment(samples))
    }

    /// Σ never formed: each product ΣW takes a pass and 4ndk operations, its chunks folded in their order.
    ///
    /// # Errors
    /// As for [`of`](Self::of).
    pub fn matrix_free(samples: &Samples<T>) -> Result<Self> {
        let trace = samples.sum(|range| {
            let squares = range.map(|i| samples.weights[i] * samples.x.column(i).norm_squared());
            DMatrix::from_element(1, 1, squares.fold(T::zero(), |sum, square| sum + square))
        })[0];
        check_trace(trace)?;
        Ok(Covariance { form: Form::MatrixFree(samples.clone()), trace })
    }

    /// A precomputed Σ (d×d).
    ///
    /// # Errors
    /// A matrix that is not square, not finite, or whose trace is not positive.
    pub fn from_matrix(sigma: DMatrix<T>) -> Result<Self> {
        let (rows, columns) = sigma.shape();
        Error::check_size("covariance", admm::Shape(vec![(rows, rows)]), admm::Shape(vec![(rows, columns)]))?;
        let trace = sigma.trace();
        if sigma.iter().any(|entry| !entry.is_finite()) {
            return Err(Error::NotFinite("the covariance".into()));
        }
        check_trace(trace)?;
        let symmetric = (&sigma + sigma.transpose()) * T::of(0.5);
        Ok(Covariance { form: Form::Dense(symmetric / trace), trace })
    }

    /// d.
    pub fn dimension(&self) -> usize {
        match &self.form {
            Form::Dense(normalised) => normalised.nrows(),
            Form::MatrixFree(samples) => samples.x.nrows(),
        }
    }
    /// tr Σ, the variance.
    pub fn trace(&self) -> T {
        self.trace
    }
    /// Passes over the data that a product takes.
    pub fn passes(&self) -> u64 {
        match self.form {
            Form::Dense(_) => 0,
            Form::MatrixFree(_) => 1,
        }
    }
    /// ΣW/tr Σ.
    pub fn times(&self, w: &DMatrix<T>) -> DMatrix<T> {
        match &self.form {
            Form::Dense(normalised) => product(normalised, w),
            Form::MatrixFree(samples) => samples.sum(|range| part(samples, range, w)) / self.trace,
        }
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
        match &self.form {
            Form::Dense(normalised) => top_eigen(normalised, k),
            Form::MatrixFree(samples) => top_eigen_of(samples.x.nrows(), k, |w| self.times(w), || self.formed()),
        }
    }
    /// All eigenvalues, descending, and their eigenvectors. Forms Σ, since that many vectors take as much memory.
    pub fn eigen(&self) -> Result<(DVector<T>, DMatrix<T>)> {
        match &self.form {
            Form::Dense(normalised) => symmetric_eigen(normalised),
            Form::MatrixFree(_) => symmetric_eigen(&self.formed()),
        }
    }
    fn formed(&self) -> DMatrix<T> {
        match &self.form {
            Form::Dense(normalised) => normalised.clone(),
            Form::MatrixFree(samples) => second_moment(samples) / self.trace,
        }
    }
}

fn check_trace<T: Scalar>(trace: T) -> Result<()> {
    if !trace.is_finite() {
        return Err(Error::NotFinite("the covariance".into()));
    }
    if trace <= T::zero() {
        return Err(Error::Numerical("the data have no variance: all samples are equal".into()));
    }
    Ok(())
}

/// Σᵢ wᵢ xᵢxᵢᵀ.
fn second_moment<T: Scalar>(samples: &Samples<T>) -> DMatrix<T> {
    let d = samples.x.nrows();
    samples.sum(|range| {
        let mut weighted = samples.x.columns(range.start, range.len()).into_owned();
        scale_columns(&mut weighted, &samples.weights[range.clone()]);
        let mut part = DMatrix::zeros(d, d);
        multiply(&mut part, Accum::Replace, view(&weighted), columns(samples, range).transpose());
        part
    })
}

/// Σᵢ wᵢ xᵢ(xᵢᵀW) over a range of samples.
fn part<T: Scalar>(samples: &Samples<T>, range: Range<usize>, w: &DMatrix<T>) -> DMatrix<T> {
    let x = columns(samples, range.clone());
    let mut reduced = DMatrix::zeros(w.ncols(), range.len());
    multiply(&mut reduced, Accum::Replace, view(w).transpose(), x);
    scale_columns(&mut reduced, &samples.weights[range]);
    let mut part = DMatrix::zeros(w.nrows(), w.ncols());
    multiply(&mut part, Accum::Replace, x, view(&reduced).transpose());
    part
}

fn columns<T: Scalar>(samples: &Samples<T>, range: Range<usize>) -> MatRef<'_, T> {
    let d = samples.x.nrows();
    MatRef::from_column_major_slice(&samples.x.as_slice()[range.start * d..range.end * d], d, range.len())
}

fn scale_columns<T: Scalar>(matrix: &mut DMatrix<T>, factors: &[T]) {
    matrix.column_iter_mut().zip(factors).for_each(|(mut column, &factor)| column *= factor);
}
