//! A linear program, minimise ⟨c, x⟩ subject to Ax = b and x ≥ 0, at the size of Boyd's script: 500 unknowns, 400
//! equations.
//!
//! To his four digits. For all digits of a linear program take a simplex or interior-point method, the specialised
//! ones.

use crate::data;
use admm::{Coordinator, Exact, Negated, Result, Status, Tolerance};
use admm_solvers::prox::{Affine, Indicator, Tilted};
use admm_solvers::set::Bounds;
use nalgebra::DMatrix;

type Program = Coordinator<f64, Exact<Tilted<f64, Affine<f64>>>, Negated<Exact<Indicator<Bounds>>>>;

struct Terms {
    a: DMatrix<f64>,
    b: DMatrix<f64>,
    c: DMatrix<f64>,
}

/// Feasible, with positive costs.
fn terms((m, n): (usize, usize)) -> Terms {
    let a = data::normal(m, n, 1).abs();
    Terms { b: &a * data::normal(n, 1, 2).abs(), c: data::normal(n, 1, 3).map(|entry| entry.abs() + 0.5), a }
}

pub(crate) fn problem(size: (usize, usize), rho: f64) -> Result<Program> {
    let (Terms { a, b, c }, zero) = (terms(size), DMatrix::zeros(size.1, 1));
    let cost = Exact(Tilted { of: Affine::new(&a, &b)?, by: c });
    let positive = Negated(Exact(Indicator(Bounds { lower: 0.0, upper: f64::INFINITY })));
    Coordinator::new(cost, positive, zero.clone(), zero, rho)
}

pub(crate) fn main() -> Result<()> {
    let mut admm = problem((400, 500), 1.0)?;
    admm.tolerance = Tolerance { absolute: 1e-4, relative: 1e-4 };
    let outcome = admm.run(())?;
    let (best, Terms { a, b, c }) = (&outcome.best, terms((400, 500)));
    let primal = c.dot(&best.z);
    println!("cost {primal:.6}, {} iterations", best.record.iteration);
    // The reduced costs −y are not negative, vanish where x does not, and c + y is an Aᵀν of the same cost ⟨b, ν⟩.
    let reduced = -best.multiplier();
    let infeasible = (&a * &best.z - &b).amax() / b.amax();
    let nu = (&a * a.transpose()).cholesky().expect("A has full rank").solve(&(&a * (&c - &reduced)));
    let (gap, slack) = ((primal - b.dot(&nu)).abs() / primal, (a.tr_mul(&nu) - (&c - &reduced)).amax());
    println!("infeasible by {infeasible:.0e}, duality gap {gap:.0e}, dual infeasible by {slack:.0e}");
    assert!(outcome.status == Status::Converged && reduced.min() > -1e-12 && best.z.min() >= 0.0);
    assert!(infeasible < 1e-3 && gap < 1e-2 && slack < 1e-2);
    Ok(())
}
