//! Denoising by total variation, minimise ½‖x − b‖² + λ Σ |xᵢ₊₁ − xᵢ|, at the size of Boyd's script: 100 points.

use crate::data;
use admm::operator::Operator;
use admm::{Coordinator, Exact, Negated, Result, Status, Tolerance};
use admm_solvers::operator::{ComposedQuadratic, Differences};
use admm_solvers::prox::{L1, Quadratic, Scaled};
use nalgebra::DMatrix;

const WEIGHT: f64 = 5.0;

type Denoising = Coordinator<f64, ComposedQuadratic<f64, Differences>, Negated<Exact<Scaled<L1>>>>;

/// Levels of 25 points each, with noise.
fn signal(n: usize) -> DMatrix<f64> {
    DMatrix::from_fn(n, 1, |i, _| [1.0, 4.0, 2.0, 7.0][i / 25 % 4]) + data::normal(n, 1, 1)
}

pub(crate) fn problem(n: usize, rho: f64) -> Result<Denoising> {
    let b = signal(n);
    let fit = ComposedQuadratic::new(Quadratic::new(DMatrix::identity(n, n), -&b)?, Differences)?;
    let (steps, z) = (Negated(Exact(Scaled { weight: WEIGHT, of: L1 })), DMatrix::zeros(n - 1, 1));
    Coordinator::new(fit, steps, b, z, rho)
}

pub(crate) fn main() -> Result<()> {
    let mut admm = problem(100, 1.0)?;
    admm.tolerance = Tolerance { absolute: 1e-10, relative: 1e-10 };
    let outcome = admm.run(())?;
    let best = &outcome.best;
    let jumps: Vec<usize> = (0..99).filter(|&i| best.z[i] != 0.0).map(|i| i + 1).collect();
    println!("jumps at {jumps:?}, {} iterations", best.record.iteration);
    // x − b + Dᵀy = 0 with y in λ∂‖z‖₁.
    let y = best.multiplier();
    let gradient = &best.x - signal(100) + Differences.transposed(&y);
    let violation = data::violation(&-y, &best.z, WEIGHT);
    println!("optimal to {:.0e} and {violation:.0e}", gradient.amax());
    assert!(outcome.status == Status::Converged && gradient.amax() < 1e-8 && violation < 1e-8);
    Ok(())
}
