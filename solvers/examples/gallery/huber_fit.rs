//! Robust regression, minimise Σ huber(Ax − b)ᵢ, at the size of Boyd's script: 5000 equations in 200 unknowns, 200
//! outliers.

use crate::data;
use admm::{Coordinator, Exact, Negated, Result, Status, Tolerance};
use admm_solvers::operator::ComposedQuadratic;
use admm_solvers::prox::{Huber, Quadratic};
use nalgebra::DMatrix;

type Fit = Coordinator<f64, ComposedQuadratic<f64, DMatrix<f64>>, Negated<Exact<Huber>>>;

fn equations((m, n): (usize, usize)) -> (DMatrix<f64>, DMatrix<f64>) {
    let (mut a, x) = (data::normal(m, n, 1), data::normal(n, 1, 2));
    for mut column in a.column_iter_mut() {
        let length = column.norm();
        column /= length;
    }
    let b = &a * x + data::normal(m, 1, 3) * 0.1 + data::sparse(m, 1, 0.04, 4) * 10.0;
    (a, b)
}

pub(crate) fn problem(size: (usize, usize), rho: f64) -> Result<Fit> {
    let ((a, b), x, z) = (equations(size), DMatrix::zeros(size.1, 1), DMatrix::zeros(size.0, 1));
    let fit = ComposedQuadratic::new(Quadratic::new(DMatrix::zeros(size.1, size.1), x.clone())?, a)?;
    Coordinator::new(fit, Negated(Exact(Huber { delta: 1.0 })), x, z, rho)?.with_offset(b)
}

pub(crate) fn main() -> Result<()> {
    let size = (5000, 200);
    let mut admm = problem(size, 1.0)?;
    admm.tolerance = Tolerance { absolute: 1e-9, relative: 1e-8 };
    let outcome = admm.run(())?;
    let ((a, b), x) = (equations(size), &outcome.best.x);
    // The derivative of huber is the residual, cut off at ±1.
    let gradient = a.tr_mul(&(&a * x - b).map(|residual| residual.clamp(-1.0, 1.0)));
    let gap = (x - data::normal(200, 1, 2)).norm() / x.norm();
    println!("{} iterations, gradient {:.0e}", outcome.best.record.iteration, gradient.amax());
    println!("x is {:.0} % off the truth", 100.0 * gap);
    assert!(outcome.status == Status::Converged && gradient.amax() < 1e-6);
    Ok(())
}
