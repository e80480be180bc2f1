//! The elastic net, minimise ½‖Ax − b‖² + λ₁‖x‖₁ + λ₂/2 ‖x‖², on four samples of five features whose answer is known.

use crate::data;
use admm::{Coordinator, Exact, Negated, Result, Status, Tolerance};
use admm_solvers::prox::{ElasticNet, LeastSquares};
use nalgebra::DMatrix;

const SOLUTION: [f64; 5] = [-0.6004983388704322, 0.0, 0.0, 0.195182724252491, 0.764119601328903];

type Net = Coordinator<f64, Exact<LeastSquares<f64>>, Negated<Exact<ElasticNet>>>;

/// λ₁ = λ₂ = 1.
pub(crate) fn problem(rho: f64) -> Result<Net> {
    let ((a, b), zero) = (data::small(), DMatrix::zeros(5, 1));
    let net = Negated(Exact(ElasticNet { l1: 1.0, l2: 1.0 }));
    Coordinator::new(Exact(LeastSquares::new(a, b)?), net, zero.clone(), zero, rho)
}

pub(crate) fn main() -> Result<()> {
    let mut admm = problem(1.0)?;
    admm.tolerance = Tolerance { absolute: 1e-12, relative: 1e-12 };
    let outcome = admm.run(())?;
    let gap = (&outcome.best.z - DMatrix::from_column_slice(5, 1, &SOLUTION)).amax();
    println!("{:.12?}, {} iterations, {gap:.0e} off", outcome.best.z.as_slice(), outcome.best.record.iteration);
    assert!(outcome.status == Status::Converged && gap < 1e-10);
    Ok(())
}
