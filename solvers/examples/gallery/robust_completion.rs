//! A matrix of rank 2 from half of its entries, of which one in twenty is wrong: minimise Σ |xᵢⱼ − aᵢⱼ| over the known
//! entries subject to rank X = 2, 50×40. Nonconvex, and exact: the truth is the answer.

use crate::data;
use admm::{ConstraintSet, Coordinator, Exact, Negated, Result, Status, Tolerance};
use admm_solvers::prox::{Indicator, L1, Stretched, Translated};
use admm_solvers::set::FixedRank;

pub(crate) fn main() -> Result<()> {
    let (rows, columns) = (50, 40);
    let truth = data::normal(rows, 2, 1) * data::normal(2, columns, 2);
    let known = data::sparse(rows, columns, 0.5, 3).map(|entry| f64::from(u8::from(entry != 0.0)));
    let wrong = data::sparse(rows, columns, 0.05, 4) * 10.0;
    let seen = known.component_mul(&(&truth + wrong));
    let on = FixedRank { rank: 2 };
    let misfit = Translated { of: Stretched { of: L1, by: known }, by: seen.clone() };
    let start = on.project(&seen)?;
    let mut admm = Coordinator::new(Exact(Indicator(on)), Negated(Exact(misfit)), start.clone(), start, 0.5)?;
    admm.tolerance = Tolerance { absolute: 1e-9, relative: 1e-9 };
    let outcome = admm.run(())?;
    let x = &outcome.best.x;
    let gap = (x - &truth).norm() / truth.norm();
    println!("{gap:.0e} off the truth, {} iterations", outcome.best.record.iteration);
    assert!(outcome.status == Status::Converged && on.residual(x)? < 1e-12 && gap < 1e-7);
    Ok(())
}
