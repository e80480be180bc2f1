//! Sparse matrices.

use super::check_domain;
use crate::scalar::Scalar;
use admm::Result;
use admm::operator::Operator;
use nalgebra::DMatrix;
use nalgebra_sparse::CsrMatrix;
use nalgebra_sparse::ops::{Op, serial::spmm_csr_dense};

/// The operator x ↦ Kx of a sparse matrix K (m×n) in compressed rows.
///
/// nalgebra-sparse makes such a matrix from a list of entries, by way of `CooMatrix`:
///
/// ```
/// use admm::nalgebra::DMatrix;
/// use admm::operator::Operator;
/// use admm_solvers::operator::Sparse;
/// use nalgebra_sparse::{CooMatrix, CsrMatrix};
///
/// let entries = CooMatrix::try_from_triplets(2, 3, vec![0, 1], vec![2, 0], vec![5.0, -1.0]).unwrap();
/// let k = Sparse(CsrMatrix::from(&entries));
/// let x = DMatrix::from_column_slice(3, 1, &[1.0, 2.0, 3.0]);
/// assert_eq!(k.apply(&x).as_slice(), [15.0, -1.0]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Sparse<T>(
    /// The sparse matrix K.
    pub CsrMatrix<T>,
);

impl<T: Scalar> Sparse<T> {
    fn times(&self, k: Op<&CsrMatrix<T>>, x: &DMatrix<T>, rows: usize) -> DMatrix<T> {
        let mut y = DMatrix::zeros(rows, x.ncols());
        spmm_csr_dense(T::zero(), &mut y, T::one(), k, Op::NoOp(x));
        y
    }
}

impl<T: Scalar> Operator<T> for Sparse<T> {
    fn range(&self, (rows, columns): (usize, usize)) -> Result<(usize, usize)> {
        check_domain((self.0.ncols(), columns), (rows, columns))?;
        Ok((self.0.nrows(), columns))
    }
    fn apply(&self, x: &DMatrix<T>) -> DMatrix<T> {
        self.times(Op::NoOp(&self.0), x, self.0.nrows())
    }
    fn transposed(&self, y: &DMatrix<T>) -> DMatrix<T> {
        self.times(Op::Transpose(&self.0), y, self.0.ncols())
    }
}
