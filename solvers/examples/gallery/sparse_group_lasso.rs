//! The sparse group lasso, minimise ½‖Ax − b‖² + λ₁‖x‖₁ + λ₂ Σ ‖x_g‖: few groups, and few entries in them (Simon,
//! Friedman, Hastie and Tibshirani, "A sparse-group lasso", 2013). 200 samples of 300 features in 30 groups.

use crate::data;
use admm::{Coordinator, Exact, Negated, Prox, Result, Status, Tolerance};
use admm_solvers::prox::{L1, L2, LeastSquares, Scaled, Separable, Sum};
use nalgebra::DMatrix;

const SIZE: (usize, usize) = (200, 300);
/// Entries of a group.
const GROUP: usize = 10;

fn penalty(entries: f64, group: f64) -> Box<dyn Prox<f64>> {
    let norms: Vec<Box<dyn Prox<f64>>> =
        vec![Box::new(Scaled { weight: entries, of: L1 }), Box::new(Scaled { weight: group, of: L2 })];
    Box::new(Sum { of: norms, accuracy: 1e-13 })
}

pub(crate) fn main() -> Result<()> {
    let (a, _) = data::regression(SIZE);
    // Every second entry of the first three groups.
    let truth = DMatrix::from_fn(SIZE.1, 1, |i, _| f64::from(u8::from(i < 3 * GROUP && i % 2 == 0)));
    let b = &a * truth + data::normal(SIZE.0, 1, 4) * 0.1;
    let most = a.tr_mul(&b).amax();
    let (entries, group) = (0.1 * most, 0.2 * most);
    let norms = Separable((0..SIZE.1 / GROUP).map(|_| (GROUP, penalty(entries, group))).collect());
    let zero = DMatrix::zeros(SIZE.1, 1);
    let squares = Exact(LeastSquares::new(a.clone(), b.clone())?);
    let mut admm = Coordinator::new(squares, Negated(Exact(norms)), zero.clone(), zero, 1.0)?;
    admm.tolerance = Tolerance { absolute: 1e-10, relative: 1e-9 };
    let outcome = admm.run(())?;
    let z = &outcome.best.z;
    let pull = a.tr_mul(&(b - &a * z));
    let shrunk = pull.map(|pull| pull.signum() * (pull.abs() - entries).max(0.0));
    // In a used group −∇ = λ₁∂|xᵢ| + λ₂x_g/‖x_g‖; in another, −∇ shrunk by λ₁ is no longer than λ₂.
    let violation = |g: usize| {
        let (z, pull, shrunk) = (z.rows(g * GROUP, GROUP), pull.rows(g * GROUP, GROUP), shrunk.rows(g * GROUP, GROUP));
        if z.norm() == 0.0 {
            return (shrunk.norm() - group).max(0.0);
        }
        data::violation(&(z.normalize() * group - pull), &z.into_owned(), entries)
    };
    let worst = (0..SIZE.1 / GROUP).map(violation).fold(0.0, f64::max) / most;
    let groups = (0..SIZE.1 / GROUP).filter(|g| z.rows(g * GROUP, GROUP).norm() > 0.0).count();
    let used = z.iter().filter(|entry| **entry != 0.0).count();
    println!("{groups} groups, {used} entries, {} iterations, optimal to {worst:.0e}", outcome.best.record.iteration);
    assert!(outcome.status == Status::Converged && groups == 3 && (15..30).contains(&used) && worst < 1e-7);
    Ok(())
}
