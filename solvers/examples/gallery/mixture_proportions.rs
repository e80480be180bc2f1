//! The proportions of a mixture of known densities, minimise −1/n Σ log Σⱼ φⱼ(xᵢ)pⱼ − α Σ log vⱼ subject to p = v and
//! p > 0, Σ pⱼ = 1: the most likely ones with a Dirichlet prior, for 500 numbers from four normal distributions. The EM
//! algorithm is the check.

use crate::data;
use admm::{Coordinator, Descent, Exact, Iterate, Negated, Result, Smooth, Status, Tolerance};
use admm_solvers::descent::Lbfgs;
use admm_solvers::prox::{NegativeLog, Scaled};
use admm_solvers::set::Multinomial;
use nalgebra::DMatrix;

const PROPORTIONS: [f64; 4] = [0.5, 0.3, 0.15, 0.05];
const SAMPLES: usize = 500;
/// α.
const PRIOR: f64 = 0.01;

/// φⱼ(xᵢ) in row i and column j.
struct Likelihood(DMatrix<f64>);

impl Smooth<f64> for Likelihood {
    type Point = DMatrix<f64>;
    fn value_and_gradient(&self, p: &DMatrix<f64>) -> Result<(f64, DMatrix<f64>)> {
        let (mixed, share) = (&self.0 * p, 1.0 / SAMPLES as f64);
        Ok((-mixed.map(f64::ln).sum() * share, -self.0.tr_mul(&mixed.map(f64::recip)) * share))
    }
}

fn densities() -> DMatrix<f64> {
    let (noise, mut left, mut component) = (data::normal(SAMPLES, 1, 1), PROPORTIONS[0], 0);
    let samples: Vec<f64> = (0..SAMPLES)
        .map(|i| {
            while i as f64 >= left * SAMPLES as f64 {
                component += 1;
                left += PROPORTIONS[component];
            }
            noise[i] + 2.0 * component as f64
        })
        .collect();
    DMatrix::from_fn(SAMPLES, 4, |i, j| (-0.5 * (samples[i] - 2.0 * j as f64).powi(2)).exp())
}

pub(crate) fn main() -> Result<()> {
    let (phi, even) = (densities(), DMatrix::from_element(4, 1, 0.25));
    let fit = Descent { of: Likelihood(phi.clone()), by: Lbfgs::default(), on: Multinomial };
    let prior = Negated(Exact(Scaled { weight: PRIOR, of: NegativeLog }));
    let mut admm = Coordinator::new(fit, prior, Iterate::new(even.clone()), even.clone(), 1.0)?;
    admm.tolerance = Tolerance { absolute: 1e-10, relative: 1e-10 };
    let outcome = admm.run(())?;
    let p = &outcome.best.x.point;
    let twin = (0..2000).fold(even, |p, _| {
        let each = phi.tr_mul(&(&phi * &p).map(f64::recip)).component_mul(&p) / SAMPLES as f64;
        each.add_scalar(PRIOR) / (1.0 + 4.0 * PRIOR)
    });
    let gap = (p - twin).amax();
    println!("proportions {:.4?}, {} iterations", p.as_slice(), outcome.best.record.iteration);
    assert!(outcome.status == Status::Converged && gap < 1e-8 && (p[0] - PROPORTIONS[0]).abs() < 0.1);
    Ok(())
}
