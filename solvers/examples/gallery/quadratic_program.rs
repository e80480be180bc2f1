//! Quadratic programs: minimise ½⟨x, Px⟩ + ⟨q, x⟩ in a box, 100 unknowns as in Boyd's script, and subject to l ≤ Ax ≤
//! u, with the multipliers, where the answer is known.

use crate::data;
use admm::{Coordinator, Exact, Negated, Result, Status, Tolerance};
use admm_solvers::operator::ComposedQuadratic;
use admm_solvers::prox::{Indicator, Quadratic};
use admm_solvers::set::Bounds;
use nalgebra::DMatrix;

type Program = Coordinator<f64, Exact<Quadratic<f64>>, Negated<Exact<Indicator<Bounds>>>>;

const BOX: Bounds = Bounds { lower: -1.0, upper: 1.0 };
const TIGHT: Tolerance = Tolerance { absolute: 1e-11, relative: 1e-11 };

fn terms(n: usize) -> (DMatrix<f64>, DMatrix<f64>) {
    let root = data::normal(n, n, 1);
    (root.tr_mul(&root) / n as f64 + DMatrix::identity(n, n) * 0.1, data::normal(n, 1, 2))
}

pub(crate) fn problem(n: usize, rho: f64) -> Result<Program> {
    let ((p, q), zero) = (terms(n), DMatrix::zeros(n, 1));
    let limits = Negated(Exact(Indicator(BOX)));
    Coordinator::new(Exact(Quadratic::new(p, q)?), limits, zero.clone(), zero, rho)
}

/// x = (0.3, 0.7), and the multipliers of the four rows.
fn known() -> Result<()> {
    let p = DMatrix::from_row_slice(2, 2, &[4., 1., 1., 2.]);
    let a = DMatrix::from_row_slice(4, 2, &[1., 1., 1., 0., 0., 1., 0., 1.]);
    let f = ComposedQuadratic::new(Quadratic::new(p, DMatrix::from_element(2, 1, 1.0))?, a)?;
    let lower = DMatrix::from_column_slice(4, 1, &[1.0, 0.0, 0.0, f64::NEG_INFINITY]);
    let upper = DMatrix::from_column_slice(4, 1, &[1.0, 0.7, 0.7, f64::INFINITY]);
    let g = Negated(Exact(Indicator(Bounds { lower, upper })));
    let mut admm = Coordinator::new(f, g, DMatrix::zeros(2, 1), DMatrix::zeros(4, 1), 1.0)?;
    admm.tolerance = TIGHT;
    let best = admm.run(())?.best;
    let (y, x) = (best.multiplier(), best.x);
    println!("x = {:.10?}, multipliers {:.10?}", x.as_slice(), y.as_slice());
    assert!((x - DMatrix::from_column_slice(2, 1, &[0.3, 0.7])).amax() < 1e-9);
    assert!((y - DMatrix::from_column_slice(4, 1, &[-2.9, 0.0, 0.2, 0.0])).amax() < 1e-9);
    Ok(())
}

pub(crate) fn main() -> Result<()> {
    known()?;
    let mut admm = problem(100, 1.0)?;
    admm.tolerance = TIGHT;
    let (outcome, (p, q)) = (admm.run(())?, terms(100));
    let z = &outcome.best.z;
    // No feasible step down: z is the projection of z − ∇.
    let gap = (z - (z - (p * z + q)).map(|entry| entry.clamp(BOX.lower, BOX.upper))).amax();
    println!("100 unknowns: {} iterations, optimal to {gap:.0e}", outcome.best.record.iteration);
    assert!(outcome.status == Status::Converged && gap < 1e-8);
    Ok(())
}
