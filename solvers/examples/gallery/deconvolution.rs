//! A blurred image made sharp, minimise ½‖k ∗ X − B‖² + λ Σ |∇X|, with circular borders, 32×32 pixels.
//!
//! The Fourier transform solves the x block, since convolutions and circular differences are diagonal there.

use crate::data;
use admm::operator::Operator;
use admm::{Coordinator, Exact, Negated, Result, Status, Tolerance};
use admm_solvers::operator::{CircularConvolution, CircularGradient, ImageQuadratic};
use admm_solvers::prox::{L1, Scaled};
use nalgebra::DMatrix;

const SIZE: usize = 32;
const WEIGHT: f64 = 0.005;
const GRADIENT: CircularGradient = CircularGradient { height: SIZE, width: SIZE };

/// A bright square with a dark one in it.
fn image() -> DMatrix<f64> {
    let within = |i: usize, j: usize, r: usize| i.abs_diff(16) < r && j.abs_diff(15) < r;
    DMatrix::from_fn(SIZE, SIZE, |i, j| if within(i, j, 11) && !within(i, j, 5) { 1.0 } else { 0.0 })
}

/// A Gaussian of deviation 1.5 pixels on 9×9 pixels.
fn kernel() -> DMatrix<f64> {
    let weights = DMatrix::from_fn(9, 1, |i, _| (-(i as f64 - 4.0).powi(2) / 4.5).exp());
    let square = &weights * weights.transpose();
    &square / square.sum()
}

pub(crate) fn main() -> Result<()> {
    let blur = CircularConvolution::new(&kernel(), (SIZE, SIZE))?;
    let blurred = blur.apply(&image()) + data::normal(SIZE, SIZE, 1) * 0.01;
    let fit = ImageQuadratic::deconvolution(&kernel(), blurred.clone())?;
    let (variation, z) = (Negated(Exact(Scaled { weight: WEIGHT, of: L1 })), GRADIENT.apply(&blurred));
    let mut admm = Coordinator::new(fit, variation, blurred.clone(), z, 0.1)?;
    admm.tolerance = Tolerance { absolute: 1e-6, relative: 1e-4 };
    admm.relaxation = 1.8;
    let outcome = admm.run(())?;
    let (best, error) = (&outcome.best, |x: &DMatrix<f64>| (x - image()).norm() / image().norm());
    println!("error {:.3} before and {:.3} after", error(&blurred), error(&best.x));
    // Kᵀ(KX − B) + ∇ᵀY = 0 with |Y| ≤ λ, and ⟨Y, ∇X⟩ = λ Σ |∇X|.
    let (y, steps) = (best.multiplier(), GRADIENT.apply(&best.x));
    let gap = (blur.transposed(&(blur.apply(&best.x) - &blurred)) + GRADIENT.transposed(&y)).amax();
    let slack = (WEIGHT * steps.lp_norm(1) - y.dot(&steps)) / (WEIGHT * steps.lp_norm(1));
    println!("{} iterations, optimal to {gap:.0e} and {slack:.0e}", best.record.iteration);
    assert!(outcome.status == Status::Converged && gap < 1e-5 && y.amax() < WEIGHT * (1.0 + 1e-12));
    assert!(slack.abs() < 1e-3 && error(&best.x) < 0.5 * error(&blurred));
    Ok(())
}
