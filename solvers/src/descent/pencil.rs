//! Two symmetric matrices made diagonal together.

use crate::linalg::symmetric_eigen;
use crate::scalar::Scalar;
use admm::{Error, Result};
use nalgebra::{DMatrix, DVector};

/// The number that T is raised by, in units of its size.
const FLOOR: f64 = 1e-6;

/// RᵀTR = I and RᵀNR = diag(θ), so that (T + sN)⁻¹ = R diag(1/(1 + sθ)) Rᵀ for every s (Golub and Van Loan, "Matrix
/// Computations", 4th edition, §8.7.2).
pub(super) struct Pencil<T: Scalar> {
    pub basis: DMatrix<T>,
    pub theta: DVector<T>,
}

impl<T: Scalar> Pencil<T> {
    /// T (k×k) positive semidefinite, N (k×k) symmetric, s up to `largest`. A T that lacks rank is raised a little.
    pub fn new(mut t: DMatrix<T>, n: &DMatrix<T>, largest: T) -> Result<Self> {
        let k = t.nrows();
        let size = (t.trace() + n.trace().abs() * largest) / T::of(k as f64);
        let floor = if size > T::zero() { size * T::of(FLOOR) } else { T::one() };
        (0..k).for_each(|i| t[(i, i)] += floor);
        let lower = t.cholesky().ok_or_else(|| Error::numerical("a model of the Hessian", "is not positive"))?.unpack();
        let singular = || Error::numerical("a model of the Hessian", "is singular");
        let half = lower.solve_lower_triangular(n).ok_or_else(singular)?;
        let whole = lower.solve_lower_triangular(&half.transpose()).ok_or_else(singular)?;
        let (theta, rotation) = symmetric_eigen(&((&whole + whole.transpose()) * T::of(0.5)))?;
        let basis = lower.tr_solve_lower_triangular(&rotation).ok_or_else(singular)?;
        Ok(Pencil { basis, theta })
    }
}
