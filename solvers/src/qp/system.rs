//! The linear system of every iteration.

use admm::{Error, Result};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::sparse::linalg::cholesky::{LdltRef, SymbolicCholesky, factorize_symbolic_cholesky};
use faer::sparse::{SparseColMatRef, SymbolicSparseColMatRef};
use faer::{Conj, MatMut, Par, Side};
use nalgebra_sparse::{CscMatrix, CsrMatrix};

/// The places of the entries of a symmetric matrix: column offsets and row indices of its upper triangle.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    offsets: Vec<usize>,
    rows: Vec<usize>,
}

/// The upper triangle of [P + σI, Aᵀ; A, 0], column by column. The diagonal is last in every column, zeros included.
pub(super) fn order(p: &CscMatrix<f64>, sigma: f64, a: &CsrMatrix<f64>) -> (Pattern, Vec<f64>) {
    let n = p.ncols();
    let (mut offsets, mut rows, mut values) = (vec![0], Vec::new(), Vec::new());
    for (j, column) in p.col_iter().enumerate() {
        let mut diagonal = sigma;
        for (&i, &entry) in column.row_indices().iter().zip(column.values()).filter(|(i, _)| **i <= j) {
            if i == j {
                diagonal += entry;
            } else {
                rows.push(i);
                values.push(entry);
            }
        }
        rows.push(j);
        values.push(diagonal);
        offsets.push(rows.len());
    }
    for (i, row) in a.row_iter().enumerate() {
        rows.extend(row.col_indices());
        values.extend(row.values());
        rows.push(n + i);
        values.push(0.0);
        offsets.push(rows.len());
    }
    (Pattern { offsets, rows }, values)
}

pub(super) fn symbolic(pattern: &Pattern) -> SymbolicSparseColMatRef<'_, usize> {
    let size = pattern.offsets.len() - 1;
    SymbolicSparseColMatRef::new_checked(size, size, &pattern.offsets, None, &pattern.rows)
}

/// The system [P + σI, Aᵀ; A, −D], and its factor LDLᵀ for one diagonal D: I/ρ in the iterations.
///
/// The matrix is quasi-definite, so every symmetric permutation of it has such a factor (Vanderbei, "Symmetric
/// quasidefinite matrices", 1995). The permutation keeps the factor sparse even where a row of A is dense.
#[derive(Debug)]
pub(super) struct System {
    pattern: Pattern,
    values: Vec<f64>,
    plan: SymbolicCholesky<usize>,
    n: usize,
}

/// The numbers of a factor.
#[derive(Debug, Clone)]
pub(super) struct Factor(Vec<f64>);

impl System {
    pub(super) fn new(p: &CscMatrix<f64>, sigma: f64, a: &CsrMatrix<f64>) -> Result<Self> {
        let (pattern, values) = order(p, sigma, a);
        let plan = factorize_symbolic_cholesky(symbolic(&pattern), Side::Upper, Default::default(), Default::default());
        let plan = plan.map_err(|error| Error::numerical("the system", format!("cannot be factorised: {error}")))?;
        Ok(System { pattern, values, plan, n: p.ncols() })
    }

    /// The factor for the entries of D, all of them above 0. The places of its numbers are the same for every D.
    pub(super) fn factorise(&self, diagonal: impl IntoIterator<Item = f64>) -> Result<Factor> {
        let mut values = self.values.clone();
        for (end, entry) in self.pattern.offsets[self.n + 1..].iter().zip(diagonal) {
            values[end - 1] = -entry;
        }
        let matrix = SparseColMatRef::new(symbolic(&self.pattern), &values);
        let mut factor = vec![0.0; self.plan.len_val()];
        let scratch = self.plan.factorize_numeric_ldlt_scratch::<f64>(Par::Seq, Default::default());
        let mut memory = MemBuffer::new(scratch);
        let stack = MemStack::new(&mut memory);
        let regular = Default::default();
        let done = self.plan.factorize_numeric_ldlt(
            &mut factor,
            matrix,
            Side::Upper,
            regular,
            Par::Seq,
            stack,
            Default::default(),
        );
        done.map_err(|_| Error::numerical("the system", "is singular to rounding"))?;
        Ok(Factor(factor))
    }

    /// Solves the system for the right-hand side, in place.
    pub(super) fn solve(&self, factor: &Factor, right: &mut [f64]) {
        let rows = right.len();
        let mut memory = MemBuffer::new(self.plan.solve_in_place_scratch::<f64>(1, Par::Seq));
        let right = MatMut::from_column_major_slice_mut(right, rows, 1);
        let stack = MemStack::new(&mut memory);
        LdltRef::new(&self.plan, &factor.0).solve_in_place_with_conj(Conj::No, right, Par::Seq, stack);
    }
}
