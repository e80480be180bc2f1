//! A check that a sparse matrix is positive semidefinite.

use super::system::{order, symbolic};
use admm::{Error, Result};
use faer::Side;
use faer::sparse::SparseColMatRef;
use faer::sparse::linalg::solvers::{Llt, SymbolicLlt};
use nalgebra_sparse::{CscMatrix, CsrMatrix};

/// P + δI has a Cholesky factor for a δ of this share of the norm of P, or P is indefinite.
const SHIFT: f64 = 1e-10;

/// Checks that P is symmetric to rounding.
pub(super) fn check_symmetric(p: &CscMatrix<f64>) -> Result<()> {
    let skew = p - p.transpose();
    let largest = |matrix: &CscMatrix<f64>| matrix.values().iter().fold(0.0, |most: f64, entry| most.max(entry.abs()));
    let (gap, size) = (largest(&skew), largest(p));
    if gap > 4096.0 * f64::EPSILON * size {
        return Err(Error::parameter("p", format!("must be symmetric, but entries differ by {gap}")));
    }
    Ok(())
}

/// Checks that no eigenvalue of a symmetric P is below 0 by more than rounding.
pub(super) fn check_semidefinite(p: &CscMatrix<f64>) -> Result<()> {
    let n = p.ncols();
    let column = |column: nalgebra_sparse::csc::CscCol<'_, f64>| column.values().iter().map(|x| x.abs()).sum::<f64>();
    let norm = p.col_iter().map(column).fold(0.0, f64::max);
    if norm == 0.0 {
        return Ok(());
    }
    let none = CsrMatrix::zeros(0, n);
    let (pattern, values) = order(p, SHIFT * norm, &none);
    let pattern = symbolic(&pattern);
    let failed = |error: faer::sparse::FaerError| Error::numerical("P", format!("cannot be factorised: {error}"));
    let plan = SymbolicLlt::try_new(pattern, Side::Upper).map_err(failed)?;
    let factor = Llt::try_new_with_symbolic(plan, SparseColMatRef::new(pattern, &values), Side::Upper);
    let indefinite = || Error::parameter("p", "must be positive semidefinite, but has a negative eigenvalue");
    factor.map(|_| ()).map_err(|_| indefinite())
}
