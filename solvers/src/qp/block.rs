//! The quadratic function of x, seen through A.

use super::products::{product, transposed};
use super::scaling::Scaled;
use super::system::{Factor, System};
use crate::scalar::norm;
use admm::infeasibility::{Recession, Support};
use admm::operator::Adjoint;
use admm::{Cost, Error, Result, Solved, Subproblem, Target};
use nalgebra::DMatrix;
use nalgebra_sparse::CscMatrix;
use std::sync::Arc;

/// The weight σ of the proximal term, on scaled data.
pub(super) const SIGMA: f64 = 1e-6;

/// The block of ½⟨x, Px⟩ + ⟨q, x⟩, coupled through A.
///
/// The argmin solves (P + σI + ρAᵀA)x = σxₖ + ρAᵀv − q, where the proximal term σ/2 ‖x − xₖ‖² makes the matrix regular.
#[derive(Debug)]
pub(super) struct Quadratic {
    scaled: Arc<Scaled>,
    system: Arc<System>,
    /// The last factor.
    pub(super) tuned: Option<Tuned>,
    /// The number of factors that were made.
    pub(super) factorisations: u64,
    /// The norms of the longest columns of P and A, or 1 for a zero matrix.
    longest: (f64, f64),
}

/// A penalty ρ and the factor for it.
#[derive(Debug, Clone)]
pub(super) struct Tuned {
    rho: f64,
    factor: Arc<Factor>,
}

impl Quadratic {
    pub(super) fn new(scaled: Arc<Scaled>, system: Arc<System>, tuned: Option<Tuned>) -> Self {
        let longest = (longest(&scaled.p), longest(&scaled.a));
        Quadratic { scaled, system, tuned, factorisations: 0, longest }
    }

    fn factor(&self, rho: f64) -> Result<Arc<Factor>> {
        match &self.tuned {
            Some(tuned) if tuned.rho == rho => Ok(tuned.factor.clone()),
            _ => self.system.factorise(std::iter::repeat(rho.recip())).map(Arc::new),
        }
    }

    /// Returns the product Aᵀy.
    fn transposed(&self, y: &DMatrix<f64>) -> DMatrix<f64> {
        column(transposed(&self.scaled.a, y.as_slice()))
    }
}

fn longest(matrix: &CscMatrix<f64>) -> f64 {
    let longest = matrix.col_iter().map(|column| norm(column.values())).fold(0.0, f64::max);
    if longest > 0.0 { longest } else { 1.0 }
}

/// The matrix of one column with these entries.
pub(super) fn column(entries: Vec<f64>) -> DMatrix<f64> {
    DMatrix::from_vec(entries.len(), 1, entries)
}

impl Subproblem<f64> for Quadratic {
    type Var = DMatrix<f64>;
    type Image = DMatrix<f64>;

    fn value(&self, x: &DMatrix<f64>) -> Result<f64> {
        Ok(0.5 * x.dot(&column(product(&self.scaled.p, x.as_slice()))) + self.scaled.q.dot(x))
    }
    /// By the equivalent system [P + σI, Aᵀ; A, −I/ρ] for (x, ρ(Ax − v)).
    fn argmin(&self, x: &mut DMatrix<f64>, to: Target<'_, f64, DMatrix<f64>>) -> Result<Solved<f64>> {
        Error::check_size("the variable of a program", self.scaled.q.shape(), x.shape())?;
        to.check_size((self.scaled.a.nrows(), 1))?;
        let above = x.iter().zip(self.scaled.q.iter()).map(|(x, q)| SIGMA * x - q);
        let mut right: Vec<f64> = above.chain(to.v.iter().copied()).collect();
        self.system.solve(&*self.factor(to.rho)?, &mut right);
        let moved = x.iter().zip(&right).map(|(before, after)| (after - before) * (after - before)).sum::<f64>().sqrt();
        let n = x.len();
        x.copy_from_slice(&right[..n]);
        // What the proximal term leaves of the gradient.
        Ok(Solved::within(SIGMA * moved, Cost { steps: 1, passes: 0 }))
    }
    fn image(&self, x: &DMatrix<f64>) -> DMatrix<f64> {
        column(product(&self.scaled.a, x.as_slice()))
    }
    fn retune(&mut self, rho: f64) -> Result<()> {
        if self.tuned.as_ref().is_none_or(|tuned| tuned.rho != rho) {
            self.tuned = Some(Tuned { rho, factor: self.factor(rho)? });
            self.factorisations += 1;
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
        let curved = product(&self.scaled.p, by.as_slice());
        let (violation, length) = (norm(&curved) / self.longest.0, norm(by.as_slice()));
        Some(Recession { value: self.scaled.q.dot(&by), violation, length }.through(self.longest.1))
    }
}
