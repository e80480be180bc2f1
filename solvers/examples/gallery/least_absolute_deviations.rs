//! Least absolute deviations, minimise ‖Ax − b‖₁ with z = Ax − b, at the size of Boyd's script: 1000 equations in 100
//! unknowns, 8 % of them grossly wrong, which does not matter at all.

use crate::data;
use admm::{Coordinator, Exact, Negated, Result, Status, Tolerance};
use admm_solvers::operator::ComposedQuadratic;
use admm_solvers::prox::{L1, Quadratic};
use nalgebra::DMatrix;

type Deviations = Coordinator<f64, ComposedQuadratic<f64, DMatrix<f64>>, Negated<Exact<L1>>>;

fn truth(n: usize) -> DMatrix<f64> {
    data::normal(n, 1, 1) * 10.0
}

/// The x block has no function of its own: it solves AᵀAx = Aᵀv.
pub(crate) fn problem((m, n): (usize, usize), rho: f64) -> Result<Deviations> {
    let a = data::normal(m, n, 2);
    let b = &a * truth(n) + data::sparse(m, 1, 0.08, 3) * 100.0;
    let (x, z) = (DMatrix::zeros(n, 1), DMatrix::zeros(m, 1));
    let fit = ComposedQuadratic::new(Quadratic::new(DMatrix::zeros(n, n), x.clone())?, a)?;
    Coordinator::new(fit, Negated(Exact(L1)), x, z, rho)?.with_offset(b)
}

pub(crate) fn main() -> Result<()> {
    let mut admm = problem((1000, 100), 1.0)?;
    admm.tolerance = Tolerance { absolute: 1e-9, relative: 1e-9 };
    let outcome = admm.run(())?;
    let (gap, best) = ((&outcome.best.x - truth(100)).amax(), &outcome.best);
    let wrong = best.z.iter().filter(|error| **error != 0.0).count();
    println!("{wrong} wrong equations found, x is {gap:.0e} off, {} iterations", best.record.iteration);
    assert!(outcome.status == Status::Converged && gap < 1e-6);
    Ok(())
}
