//! The group lasso, minimise ½‖Ax − b‖² + λ Σ ‖x_g‖ over groups of entries, at the size of Boyd's script: 200 groups.
//!
//! A few seconds in release, most of them for the factor of AAᵀ + ρI.

use crate::data;
use admm::penalty::Fixed;
use admm::{Coordinator, Exact, Negated, Prox, Result, Status, Tolerance};
use admm_solvers::prox::{L2, LeastSquares, Scaled, Separable};
use nalgebra::DMatrix;

/// Entries of a group.
const GROUP: usize = 25;

type GroupLasso = Coordinator<f64, Exact<LeastSquares<f64>>, Negated<Exact<Separable<f64>>>>;

/// ‖g‖ of each group.
fn lengths(x: &DMatrix<f64>) -> impl Iterator<Item = f64> {
    (0..x.len() / GROUP).map(|group| x.rows(group * GROUP, GROUP).norm())
}

/// A tenth of the weight that makes x = 0.
fn weight(a: &DMatrix<f64>, b: &DMatrix<f64>) -> f64 {
    0.1 * lengths(&a.tr_mul(b)).fold(0.0, f64::max)
}

pub(crate) fn problem((m, n): (usize, usize), rho: f64) -> Result<GroupLasso> {
    let ((a, b), zero) = (data::regression((m, n)), DMatrix::zeros(n, 1));
    let norm = Scaled { weight: weight(&a, &b), of: L2 };
    let norms = (0..n / GROUP).map(|_| (GROUP, Box::new(norm) as Box<dyn Prox<f64>>)).collect();
    let (squares, norms) = (Exact(LeastSquares::new(a, b)?), Negated(Exact(Separable(norms))));
    let mut admm = Coordinator::new(squares, norms, zero.clone(), zero, rho)?;
    admm.penalty_policy = Box::new(Fixed);
    Ok(admm)
}

pub(crate) fn main() -> Result<()> {
    let size = (1500, 5000);
    let mut admm = problem(size, 1.0)?;
    admm.tolerance = Tolerance { absolute: 1e-8, relative: 1e-6 };
    let outcome = admm.run(())?;
    let (z, (a, b)) = (&outcome.best.z, data::regression(size));
    let (gradient, weight) = (a.tr_mul(&(&a * z - &b)), weight(&a, &b));
    let used = lengths(z).filter(|length| *length > 0.0).count();
    // −∇ is λx_g/‖x_g‖ where the group is used, and no longer than λ where it is not.
    let pull = DMatrix::from_fn(size.1, 1, |i, _| {
        let length = z.rows(i / GROUP * GROUP, GROUP).norm();
        if length > 0.0 { weight * z[i] / length } else { 0.0 }
    });
    let rest = gradient + pull;
    let gaps = lengths(&rest).zip(lengths(z));
    let excess = gaps.map(|(gap, length)| if length > 0.0 { gap } else { gap - weight }).fold(0.0, f64::max) / weight;
    println!("{used} of {} groups, {} iterations", size.1 / GROUP, outcome.best.record.iteration);
    println!("optimal to {excess:.0e}");
    assert!(outcome.status == Status::Converged && excess < 1e-4);
    Ok(())
}
