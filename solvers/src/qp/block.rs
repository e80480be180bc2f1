//! The quadratic function of x, seen through A.

use super::system::{Factor, System};
use crate::scalar::norm;
use admm::infeasibility::{Recession, Support};
use admm::operator::Adjoint;
use admm::{Cost, Error, Result, Solved, Subproblem, Target};
use nalgebra::DMatrix;
use nalgebra_sparse::ops::Op;
use nalgebra_sparse::ops::serial::spmm_csc_dense;
use nalgebra_sparse::{CscMatrix, CsrMatrix};
use std::borrow::Cow;

/// The weight σ of the proximal term, on scaled data.
const SIGMA: f64 = 1e-6;

/// The block of ½⟨x, Px⟩ + ⟨q, x⟩, coupled through A.
///
/// The argmin solves (P + σI + ρAᵀA)x = σxₖ + ρAᵀv − q, where the proximal term σ/2 ‖x − xₖ‖² makes the matrix regular.
#[derive(Debug)]
pub(super) struct Quadratic {
    p: CscMatrix<f64>,
    q: DMatrix<f64>,
    a: CscMatrix<f64>,
    system: System,
    kept: Option<(f64, Factor)>,
    /// The norms of the longest columns of P and A, or 1 for a zero matrix.
    longest: (f64, f64),
}

impl Quadratic {
    pub(super) fn new(p: CscMatrix<f64>, q: DMatrix<f64>, a: CscMatrix<f64>) -> Result<Self> {
        let system = System::new(&p, SIGMA, &CsrMatrix::from(&a))?;
        let longest = (longest(&p), longest(&a));
        Ok(Quadratic { p, q, a, system, kept: None, longest })
    }

    fn factor(&self, rho: f64) -> Result<Cow<'_, Factor>> {
        match &self.kept {
            Some((tuned, factor)) if *tuned == rho => Ok(Cow::Borrowed(factor)),
            _ => self.system.factorise(rho).map(Cow::Owned),
        }
    }

    /// Returns the product Aᵀy.
    fn transposed(&self, y: &DMatrix<f64>) -> DMatrix<f64> {
        times(Op::Transpose(&self.a), y, self.a.ncols())
    }
}

fn longest(matrix: &CscMatrix<f64>) -> f64 {
    let longest = matrix.col_iter().map(|column| norm(column.values())).fold(0.0, f64::max);
    if longest > 0.0 { longest } else { 1.0 }
}

/// The product Kx for a K that may be transposed, with this number of rows.
pub(super) fn times(k: Op<&CscMatrix<f64>>, x: &DMatrix<f64>, rows: usize) -> DMatrix<f64> {
    let mut y = DMatrix::zeros(rows, x.ncols());
    spmm_csc_dense(0.0, &mut y, 1.0, k, Op::NoOp(x));
    y
}

impl Subproblem<f64> for Quadratic {
    type Var = DMatrix<f64>;
    type Image = DMatrix<f64>;

    fn value(&self, x: &DMatrix<f64>) -> Result<f64> {
        Ok(0.5 * x.dot(&times(Op::NoOp(&self.p), x, x.nrows())) + self.q.dot(x))
    }
    /// By the equivalent system [P + σI, Aᵀ; A, −I/ρ] for (x, ρ(Ax − v)).
    fn argmin(&self, x: &mut DMatrix<f64>, to: Target<'_, f64, DMatrix<f64>>) -> Result<Solved<f64>> {
        Error::check_size("the variable of a program", self.q.shape(), x.shape())?;
        to.check_size((self.a.nrows(), 1))?;
        let above = x.iter().zip(self.q.iter()).map(|(x, q)| SIGMA * x - q);
        let mut right: Vec<f64> = above.chain(to.v.iter().copied()).collect();
        self.system.solve(&*self.factor(to.rho)?, &mut right);
        let moved = x.iter().zip(&right).map(|(before, after)| (after - before) * (after - before)).sum::<f64>().sqrt();
        x.copy_from_slice(&right[..self.q.len()]);
        // What the proximal term leaves of the gradient.
        Ok(Solved::within(SIGMA * moved, Cost { steps: 1, passes: 0 }))
    }
    fn image(&self, x: &DMatrix<f64>) -> DMatrix<f64> {
        times(Op::NoOp(&self.a), x, self.a.nrows())
    }
    fn retune(&mut self, rho: f64) -> Result<()> {
        if self.kept.as_ref().is_none_or(|(tuned, _)| *tuned != rho) {
            self.kept = Some((rho, self.system.factorise(rho)?));
        }
        Ok(())
    }
    fn adjoint(&self, y: &DMatrix<f64>) -> Result<Adjoint<f64>> {
        Ok(Adjoint::of(&self.transposed(y)))
    }
    fn support(&self, y: &DMatrix<f64>) -> Option<Support<f64>> {
        Some(Support::everywhere(norm(self.transposed(y).as_slice()) / self.longest.1))
    }
    fn recession(&self, from: &DMatrix<f64>, to: &DMatrix<f64>) -> Option<Recession<f64>> {
        let by = to - from;
        let curved = times(Op::NoOp(&self.p), &by, by.nrows());
        let (violation, length) = (norm(curved.as_slice()) / self.longest.0, norm(by.as_slice()));
        Some(Recession { value: self.q.dot(&by), violation, length }.through(self.longest.1))
    }
}
