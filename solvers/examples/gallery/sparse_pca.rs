//! Sparse PCA on the Stiefel manifold, minimise −tr(WᵀΣW)/tr Σ + μ‖V‖₁ subject to W = V and WᵀW = I: two components of
//! ten variables each among fifty. Nonconvex and nonsmooth, so a local minimum is all that is asked for (Kovnatsky,
//! Glashoff and Bronstein, "MADMM: a generic algorithm for non-smooth optimization on manifolds", 2016).

use crate::data;
use admm::penalty::Fixed;
use admm::{ConstraintSet, Coordinator, Exact, Negated, Result, Status};
use admm_solvers::pca::{Covariance, Majorize, VarianceLoss};
use admm_solvers::prox::{L1, Scaled};
use admm_solvers::set::Stiefel;
use nalgebra::DMatrix;

/// Component j lives on the variables 10j, …, 10j + 9.
fn owner(variable: usize) -> usize {
    variable / 10
}

fn covariance() -> Result<Covariance<f64>> {
    let (scores, noise) = (data::normal(2, 400, 1), data::normal(50, 400, 2));
    let x = DMatrix::from_fn(50, 400, |i, j| {
        let score = if owner(i) < 2 { scores[(owner(i), j)] * (1.5 - 0.5 * owner(i) as f64) } else { 0.0 };
        score + 0.7 * noise[(i, j)]
    });
    Covariance::from_matrix(&x * x.transpose() / 400.0)
}

pub(crate) fn main() -> Result<()> {
    let loss = VarianceLoss { covariance: covariance()?.into(), weight: 1.0 };
    let (shares, start) = loss.covariance.top(2)?;
    let dense = Majorize { loss: loss.clone(), on: Stiefel::default(), max_steps: 1000 };
    let sparse = Negated(Exact(Scaled { weight: 0.02, of: L1 }));
    let mut admm = Coordinator::new(dense, sparse, start.clone(), start, 2.0)?;
    admm.penalty_policy = Box::new(Fixed);
    let outcome = admm.run(())?;
    let (w, v) = (&outcome.best.x, &outcome.best.z);
    let used = |j: usize| (0..50).filter(|&i| v[(i, j)] != 0.0).collect::<Vec<_>>();
    println!("component 1 uses {:?}, component 2 {:?}", used(0), used(1));
    let share = loss.covariance.explained(w)? / shares.sum();
    println!("{:.1} % of what PCA explains, {} iterations", 100.0 * share, outcome.best.record.iteration);
    assert!(outcome.status == Status::Converged && Stiefel::default().residual(w)? < 1e-12);
    assert!((0..2).all(|j| used(j).len() == 10 && used(j).iter().all(|&i| owner(i) == j)) && share > 0.95);
    Ok(())
}
