//! Principal components beside one that is given, maximise tr(WᵀΣW) subject to WᵀW = I and a first column of equal
//! weights: what moves 30 prices apart from the market as a whole.

use crate::data;
use admm::penalty::Fixed;
use admm::{ConstraintSet, Coordinator, Exact, Negated, Result, Status, Tolerance};
use admm_solvers::prox::{Indicator, Quadratic};
use admm_solvers::set::{PartlyFixedStiefel, Retraction};
use nalgebra::DMatrix;

const PRICES: usize = 30;

pub(crate) fn main() -> Result<()> {
    let moves = data::normal(PRICES, 3, 1) * data::normal(3, 300, 2) + data::normal(PRICES, 300, 3);
    let moves = DMatrix::from_fn(PRICES, 300, |i, j| moves[(i, j)] + 2.0 * moves[(0, j)]);
    let covariance = &moves * moves.transpose() / 300.0;
    let market = DMatrix::from_element(PRICES, 1, 1.0 / (PRICES as f64).sqrt());
    let on = PartlyFixedStiefel::new(market.clone(), Retraction::Polar)?;
    let start = on.project(&data::normal(PRICES, 3, 4))?;
    let variance = Exact(Quadratic::new(-&covariance, &start * 0.0)?);
    let rho = 2.0 * covariance.norm();
    let mut admm = Coordinator::new(Exact(Indicator(on.clone())), Negated(variance), start.clone(), start, rho)?;
    admm.penalty_policy = Box::new(Fixed);
    admm.tolerance = Tolerance { absolute: 1e-9, relative: 1e-9 };
    let outcome = admm.run(())?;
    let w = &outcome.best.x;
    let found = w.columns(1, 2).dot(&(&covariance * w.columns(1, 2)));
    // The eigenvalues of (I − ccᵀ)Σ(I − ccᵀ).
    let outside = DMatrix::identity(PRICES, PRICES) - &market * market.transpose();
    let mut values = (&outside * covariance * &outside).symmetric_eigenvalues();
    values.as_mut_slice().sort_by(|a, b| b.total_cmp(a));
    println!("variance {found:.6}, {} iterations", outcome.best.record.iteration);
    assert!(outcome.status == Status::Converged && on.residual(w)? < 1e-12 && w.columns(0, 1) == market);
    assert!((found - values[0] - values[1]).abs() < 1e-7 * found);
    Ok(())
}
