//! Canonical correlation analysis, maximise tr(XᵀC_xy Y): the directions of two sets of features, six and four, that are
//! most correlated. The variances are a constraint, WᵀMW = I for W = [X; Y] with the covariances of both on the diagonal
//! of M. At the optimum each half of W has half of the variance.

use crate::data;
use admm::penalty::Fixed;
use admm::{ConstraintSet, Coordinator, Exact, Negated, Result, Status, Tolerance};
use admm_solvers::prox::{Indicator, Quadratic};
use admm_solvers::set::GeneralizedStiefel;
use nalgebra::DMatrix;

const SIZES: (usize, usize) = (6, 4);
const COMPONENTS: usize = 2;

/// The covariance of 500 samples of both sets, which share two causes.
fn covariance() -> DMatrix<f64> {
    let d = SIZES.0 + SIZES.1;
    let x = data::normal(d, 2, 1) * data::normal(2, 500, 2) + data::normal(d, 500, 3) * 1.5;
    &x * x.transpose() / 500.0
}

/// The singular values of C_xx^{−½}C_xy C_yy^{−½}, by Cholesky's factors.
fn correlations(all: &DMatrix<f64>) -> DMatrix<f64> {
    let (p, q) = SIZES;
    let factor = |first, size| all.view((first, first), (size, size)).into_owned().cholesky().unwrap().unpack();
    let half = factor(0, p).solve_lower_triangular(&all.view((0, p), (p, q)).into_owned()).unwrap();
    let whole = factor(p, q).solve_lower_triangular(&half.transpose()).unwrap();
    DMatrix::from_column_slice(q, 1, whole.singular_values().as_slice())
}

pub(crate) fn main() -> Result<()> {
    let all = covariance();
    let same = |i: usize, j: usize| (i < SIZES.0) == (j < SIZES.0);
    let within = all.map_with_location(|i, j, entry| if same(i, j) { entry } else { 0.0 });
    let on = GeneralizedStiefel::new(within.clone())?;
    let start = on.project(&data::normal(all.nrows(), COMPONENTS, 4))?;
    // −½ tr(WᵀCW) with the covariances between both sets in C.
    let between = Exact(Quadratic::new(&within - &all, &start * 0.0)?);
    let mut admm = Coordinator::new(Exact(Indicator(on)), Negated(between), start.clone(), start, 20.0)?;
    admm.penalty_policy = Box::new(Fixed);
    admm.tolerance = Tolerance { absolute: 1e-9, relative: 1e-9 };
    let outcome = admm.run(())?;
    let w = &outcome.best.x;
    let mut found = (w.tr_mul(&(&all - &within)) * w).symmetric_eigenvalues();
    found.as_mut_slice().sort_by(|a, b| b.total_cmp(a));
    let best = correlations(&all);
    println!("correlations {:.6} and {:.6}, {} iterations", found[0], found[1], outcome.best.record.iteration);
    let gap = (0..COMPONENTS).map(|i| (found[i] - best[i]).abs()).fold(0.0, f64::max);
    let half = w.rows(0, SIZES.0).tr_mul(&(within.view((0, 0), (SIZES.0, SIZES.0)) * w.rows(0, SIZES.0)));
    assert!(outcome.status == Status::Converged && gap < 1e-7);
    assert!((half - DMatrix::identity(COMPONENTS, COMPONENTS) * 0.5).norm() < 1e-4);
    Ok(())
}
