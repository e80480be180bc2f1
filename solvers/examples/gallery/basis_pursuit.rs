//! Basis pursuit, minimise ‖x‖₁ subject to Ax = b: the sparse solution of a system with many. 100 unknowns, 40
//! equations.

use crate::data;
use admm::{Coordinator, Exact, Negated, Result, Status, Tolerance};
use admm_solvers::prox::{Affine, L1};
use nalgebra::DMatrix;

type Pursuit = Coordinator<f64, Exact<Affine<f64>>, Negated<Exact<L1>>>;

/// One entry in twenty is not 0.
fn truth(n: usize) -> DMatrix<f64> {
    data::sparse(n, 1, 0.05, 1)
}

pub(crate) fn problem((m, n): (usize, usize), rho: f64) -> Result<Pursuit> {
    let (a, zero) = (data::normal(m, n, 2), DMatrix::zeros(n, 1));
    let equations = Exact(Affine::new(&a, &(&a * truth(n)))?);
    Coordinator::new(equations, Negated(Exact(L1)), zero.clone(), zero, rho)
}

pub(crate) fn main() -> Result<()> {
    let mut admm = problem((40, 100), 1.0)?;
    admm.tolerance = Tolerance { absolute: 1e-10, relative: 1e-10 };
    let outcome = admm.run(())?;
    let (best, truth) = (&outcome.best, truth(100));
    let used = best.z.iter().filter(|entry| **entry != 0.0).count();
    let gap = (&best.z - truth).amax();
    println!("{used} entries, {gap:.0e} off the sparse solution, {} iterations", best.record.iteration);
    // The multiplier is in ∂‖z‖₁: no entry above 1, and ⟨y, z⟩ = ‖z‖₁.
    let y = best.multiplier();
    assert!(outcome.status == Status::Converged && gap < 1e-7);
    assert!(y.amax() < 1.0 + 1e-8 && (y.dot(&best.z) - best.z.lp_norm(1)).abs() < 1e-8);
    Ok(())
}
