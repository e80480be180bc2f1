//! A blurred image made sharp whose pixels are not negative, minimise ½‖k ∗ X − B‖² + λ Σ |∇X| subject to X ≥ 0, with
//! circular borders, 32×32 pixels: two terms, each with a penalty of its own.

use crate::data;
use admm::operator::Operator;
use admm::{Result, Status};
use admm_solvers::composites::Composites;
use admm_solvers::operator::{CircularConvolution, CircularGradient, Multiple};
use admm_solvers::prox::{Indicator, L1, Scaled};
use admm_solvers::set::Bounds;
use nalgebra::DMatrix;

const SIZE: usize = 32;
const WEIGHT: f64 = 0.0002;
const GRADIENT: CircularGradient = CircularGradient { height: SIZE, width: SIZE };

/// A few stars on a dark sky, some of them close together.
fn image() -> DMatrix<f64> {
    let stars = [(6, 7, 2), (9, 24, 1), (20, 10, 3), (23, 16, 2), (26, 27, 1)];
    let shines = |i: usize, j: usize| stars.iter().any(|&(y, x, r)| i.abs_diff(y) < r && j.abs_diff(x) < r);
    DMatrix::from_fn(SIZE, SIZE, |i, j| if shines(i, j) { 1.0 } else { 0.0 })
}

pub(crate) fn main() -> Result<()> {
    let row = DMatrix::from_fn(7, 1, |i, _| (-(i as f64 - 3.0).powi(2) / 3.0).exp());
    let square = &row * row.transpose();
    let blur = CircularConvolution::new(&(&square / square.sum()), (SIZE, SIZE))?;
    let blurred = blur.apply(&image()) + data::normal(SIZE, SIZE, 1) * 0.01;
    let solve = |positive: bool| {
        let problem = Composites::new(blur.clone(), blurred.clone(), (SIZE, SIZE))?;
        let problem = problem.with(Scaled { weight: WEIGHT, of: L1 }, GRADIENT)?;
        let lower = if positive { 0.0 } else { f64::NEG_INFINITY };
        problem.with(Indicator(Bounds { lower, upper: f64::INFINITY }), Multiple(1.0))?.solve()
    };
    let (free, solution) = (solve(false)?, solve(true)?);
    let error = |x: &DMatrix<f64>| (x - image()).norm() / image().norm();
    println!(
        "error {:.3} before, {:.3} by total variation, {:.3} with X ≥ 0",
        error(&blurred),
        error(&free.x),
        error(&solution.x)
    );
    let [variation, sign] = &solution.terms[..] else { unreachable!("there are two terms") };
    // Kᵀ(KX − B) + ∇ᵀY₁ + Y₂ = 0 with |Y₁| ≤ λ, ⟨Y₁, Z₁⟩ = λ Σ |Z₁|, Y₂ ≤ 0 and ⟨Y₂, Z₂⟩ = 0.
    let fit = blur.transposed(&(blur.apply(&solution.x) - &blurred));
    let gap = (fit + GRADIENT.transposed(&variation.multiplier) + &sign.multiplier).amax();
    let slack = WEIGHT * variation.z.lp_norm(1) - variation.multiplier.dot(&variation.z);
    let penalties = (variation.rho, sign.rho);
    println!(
        "{} iterations, optimal to {gap:.0e}, penalties {:.2e} and {:.2e}",
        solution.iterations, penalties.0, penalties.1
    );
    assert!(solution.status == Status::Converged && gap < 1e-5 && slack.abs() < 1e-6);
    assert!(
        variation.multiplier.amax() < WEIGHT * (1.0 + 1e-9) && sign.multiplier.max() < 1e-12 && sign.z.min() >= 0.0
    );
    assert!(sign.multiplier.dot(&sign.z).abs() < 1e-9 && error(&solution.x) < 0.8 * error(&free.x));
    Ok(())
}
