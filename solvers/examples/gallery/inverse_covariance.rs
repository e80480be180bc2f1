//! A sparse inverse covariance, minimise tr(SX) − log det X + λ‖X‖₁, at the size of Boyd's script: 100 variables, 1000
//! samples.
//!
//! A variable depends on its two neighbours alone; so the inverse is tridiagonal, though every covariance differs
//! from 0.

use crate::data;
use admm::{Coordinator, Exact, Negated, Result, Status, Tolerance};
use admm_solvers::prox::{Eigenvalues, L1, NegativeLog, Scaled, Tilted};
use nalgebra::DMatrix;

const WEIGHT: f64 = 0.2;

type Selection = Coordinator<f64, Exact<Tilted<f64, Eigenvalues<NegativeLog>>>, Negated<Exact<Scaled<L1>>>>;

/// The covariance of samples whose precision has 1 on the diagonal and −0.45 beside it.
fn covariance((n, samples): (usize, usize)) -> DMatrix<f64> {
    let precision = DMatrix::from_fn(n, n, |i, j| [1.0, -0.45].get(i.abs_diff(j)).copied().unwrap_or(0.0));
    let root = precision.cholesky().expect("the precision is dominated by its diagonal").l();
    let x = root.tr_solve_lower_triangular(&data::normal(n, samples, 1)).expect("the root is regular");
    &x * x.transpose() / samples as f64
}

pub(crate) fn problem(size: (usize, usize), rho: f64) -> Result<Selection> {
    let likelihood = Exact(Tilted { of: Eigenvalues(NegativeLog), by: covariance(size) });
    let (sparse, start) = (Negated(Exact(Scaled { weight: WEIGHT, of: L1 })), DMatrix::identity(size.0, size.0));
    Coordinator::new(likelihood, sparse, start.clone(), start, rho)
}

pub(crate) fn main() -> Result<()> {
    let size = (100, 1000);
    let mut admm = problem(size, 1.0)?;
    admm.tolerance = Tolerance { absolute: 1e-9, relative: 1e-7 };
    let outcome = admm.run(())?;
    let z = &outcome.best.z;
    let inverse = z.clone().cholesky().expect("the estimate is positive definite").inverse();
    let violation = data::violation(&(covariance(size) - inverse), z, WEIGHT);
    let found = |near: bool| {
        let places = (0..z.len()).filter(|&i| (i % 100).abs_diff(i / 100) == 1 || !near);
        places.filter(|&i| i % 100 != i / 100 && z[i] != 0.0).count()
    };
    println!("{} links, {} of them true ones of 198", found(false), found(true));
    println!("{} iterations, optimal to {violation:.0e}", outcome.best.record.iteration);
    assert!(outcome.status == Status::Converged && violation < 1e-5 && found(true) == 198);
    Ok(())
}
