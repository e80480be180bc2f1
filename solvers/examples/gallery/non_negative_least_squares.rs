//! Non-negative least squares, minimise ½‖Ax − b‖² subject to x ≥ 0: 300 equations in 100 unknowns.
//!
//! Where this is all you want, take an active-set method: it is the specialised one, ends at the exact answer, and is
//! faster. Here the bounds may be any set with a projection.

use crate::data;
use admm::{Coordinator, Exact, Negated, Result, Status, Tolerance};
use admm_solvers::prox::{Indicator, LeastSquares};
use admm_solvers::set::Bounds;
use nalgebra::DMatrix;

/// The method of Lawson and Hanson ("Solving least squares problems", 1974, §23.3): the answer on the active set.
fn by_active_set(a: &DMatrix<f64>, b: &DMatrix<f64>) -> DMatrix<f64> {
    let (mut x, mut used) = (DMatrix::zeros(a.ncols(), 1), vec![]);
    loop {
        let slope = a.tr_mul(&(b - a * &x));
        let free = (0..x.len()).filter(|i| !used.contains(i));
        let steepest = free.max_by(|&i, &j| slope[i].total_cmp(&slope[j])).filter(|&i| slope[i] > 1e-10);
        let Some(next) = steepest else { return x };
        used.push(next);
        loop {
            let part = a.select_columns(&used);
            let fit = part.tr_mul(&part).cholesky().unwrap().solve(&part.tr_mul(b));
            let limits = (0..used.len()).filter(|&k| fit[k] <= 0.0).map(|k| x[used[k]] / (x[used[k]] - fit[k]));
            let step = limits.fold(1.0, f64::min);
            used.iter().zip(&fit).for_each(|(&i, fit)| x[i] += step * (fit - x[i]));
            if step == 1.0 {
                break;
            }
            used.retain(|&i| x[i] > 1e-14);
            (0..x.len()).filter(|i| !used.contains(i)).for_each(|i| x[i] = 0.0);
        }
    }
}

pub(crate) fn main() -> Result<()> {
    let (a, zero) = (data::normal(300, 100, 1), DMatrix::zeros(100, 1));
    let b = &a * data::normal(100, 1, 2).map(|entry| entry.max(0.0)) + data::normal(300, 1, 3);
    let bounds = Negated(Exact(Indicator(Bounds { lower: 0.0, upper: f64::INFINITY })));
    let squares = Exact(LeastSquares::new(a.clone(), b.clone())?);
    let mut admm = Coordinator::new(squares, bounds, zero.clone(), zero, 100.0)?;
    admm.tolerance = Tolerance { absolute: 1e-11, relative: 1e-11 };
    let outcome = admm.run(())?;
    let x = &outcome.best.z;
    let gap = (x - by_active_set(&a, &b)).amax();
    // x ≥ 0, ∇ ≥ 0, and one of both is 0.
    let slope = a.tr_mul(&(&a * x - &b));
    let violation = slope.zip_map(x, |slope, x| if x > 0.0 { slope.abs() } else { (-slope).max(0.0) }).amax();
    let used = x.iter().filter(|entry| **entry > 0.0).count();
    println!("{used} entries, {} iterations, optimal to {violation:.0e}", outcome.best.record.iteration);
    assert!(outcome.status == Status::Converged && x.min() >= 0.0 && gap < 1e-9 && violation < 1e-6);
    Ok(())
}
