//! A program that is solved again with other vectors.

use super::block::{SIGMA, Tuned};
use super::program::Program;
use super::scaling::Scaled;
use super::system::System;
use admm::Result;
use nalgebra::DVector;
use nalgebra_sparse::CsrMatrix;
use std::sync::Arc;

/// A [`Program`] that is solved again with other q, l and u. Its scaling, the plan of its factors and the last factor
/// stay, so that a start near the next solution takes a few iterations and often no factorisation.
///
/// ```
/// use admm::nalgebra::{DMatrix, DVector};
/// use admm_solvers::nalgebra_sparse::CscMatrix;
/// use admm_solvers::qp::{Options, Prepared, Program};
///
/// // minimise ½‖x − c‖² subject to x₁ + x₂ = 1 and x ≥ 0, for c = (1, 0.4) and then for c = (1, 0.5)
/// let p = CscMatrix::from(&DMatrix::identity(2, 2));
/// let a = CscMatrix::from(&DMatrix::from_row_slice(3, 2, &[1.0, 1.0, 1.0, 0.0, 0.0, 1.0]));
/// let column = |entries: &[f64]| DVector::from_column_slice(entries);
/// let (lower, upper) = (column(&[1.0, 0.0, 0.0]), column(&[1.0, f64::INFINITY, f64::INFINITY]));
/// let mut program = Prepared::new(Program::new(p, column(&[-1.0, -0.4]), a, lower.clone(), upper.clone())?)?;
/// let first = program.solve_with(&Options::default())?;
/// assert!((&first.x - column(&[0.8, 0.2])).amax() < 1e-5);
///
/// program.change(column(&[-1.0, -0.5]), lower, upper)?;
/// let second = program.solve_with(&Options { start: Some(first.start()), ..Options::default() })?;
/// assert!((second.x - column(&[0.75, 0.25])).amax() < 1e-5);
/// # Ok::<(), admm::Error>(())
/// ```
#[derive(Debug)]
pub struct Prepared {
    pub(super) program: Program,
    pub(super) scaled: Arc<Scaled>,
    pub(super) system: Arc<System>,
    /// The factor of the last run.
    pub(super) tuned: Option<Tuned>,
    /// True if the program has no rows but one without bounds, which was added.
    pub(super) is_bare: bool,
}

impl Prepared {
    /// Scales a program, and plans its factors.
    ///
    /// # Errors
    /// [`Error::Numerical`](admm::Error::Numerical) for a system that is too large to be planned.
    pub fn new(program: Program) -> Result<Self> {
        let is_bare = program.a.nrows() == 0;
        let program = if is_bare { program.with_a_row() } else { program };
        let scaled = Scaled::new(&program);
        let system = System::new(&scaled.p, SIGMA, &CsrMatrix::from(&scaled.a))?;
        Ok(Prepared { program, scaled: scaled.into(), system: system.into(), tuned: None, is_bare })
    }

    /// Replaces q (n entries), l and u (m entries each). The scaling is that of the first ones.
    ///
    /// # Errors
    /// Those of [`Program::new`] for these vectors. The program is then as it was.
    pub fn change(&mut self, q: DVector<f64>, lower: DVector<f64>, upper: DVector<f64>) -> Result<()> {
        let m = if self.is_bare { 0 } else { self.program.a.nrows() };
        let (lower, upper) = Program::check_vectors((self.program.q.len(), m), &q, lower, upper)?;
        self.program.q = q;
        if !self.is_bare {
            (self.program.lower, self.program.upper) = (lower, upper);
        }
        Arc::make_mut(&mut self.scaled).take_vectors(&self.program);
        Ok(())
    }
}
