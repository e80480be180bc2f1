//! Robust PCA, minimise ‖L‖* + λ‖S‖₁ subject to L + S = M: a matrix of rank 4 with one entry in twenty grossly wrong,
//! 80×80.
//!
//! Candès, Li, Ma and Wright, "Robust principal component analysis?" (2011), with their λ = 1/√n.

use crate::data;
use admm::{Coordinator, Exact, Result, Status, Tolerance};
use admm_solvers::prox::{L1, Scaled, SingularValues};
use nalgebra::DMatrix;

type Separation = Coordinator<f64, Exact<SingularValues<L1>>, Exact<Scaled<L1>>>;

/// The matrix of low rank, and the errors.
fn truth(n: usize) -> (DMatrix<f64>, DMatrix<f64>) {
    let rank = n / 20;
    (data::normal(n, rank, 1) * data::normal(rank, n, 2), data::sparse(n, n, 0.05, 3) * 10.0)
}

pub(crate) fn problem(n: usize, rho: f64) -> Result<Separation> {
    let ((low, errors), zero) = (truth(n), DMatrix::zeros(n, n));
    let sparse = Exact(Scaled { weight: 1.0 / (n as f64).sqrt(), of: L1 });
    Coordinator::new(Exact(SingularValues(L1)), sparse, zero.clone(), zero, rho)?.with_offset(low + errors)
}

pub(crate) fn main() -> Result<()> {
    let mut admm = problem(80, 0.05)?;
    admm.tolerance = Tolerance { absolute: 1e-9, relative: 1e-8 };
    let outcome = admm.run(())?;
    let ((low, errors), best) = (truth(80), &outcome.best);
    let gap = |found: &DMatrix<f64>, truth: &DMatrix<f64>| (found - truth).norm() / truth.norm();
    let (below, beside) = (gap(&best.x, &low), gap(&best.z, &errors));
    println!("{below:.0e} off the low rank, {beside:.0e} off the errors, {} iterations", best.record.iteration);
    assert!(outcome.status == Status::Converged && below < 1e-5 && beside < 1e-5);
    Ok(())
}
