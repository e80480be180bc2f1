//! An image denoised by its total variation, minimise ½‖X − B‖² + λ Σ ‖∇X at a pixel‖, 64×64 pixels.
//!
//! The gradient is an operator on 4096 unknowns and no matrix is formed: the x block is linearised.

use crate::data;
use admm::operator::{Linearized, Operator};
use admm::{Coordinator, Exact, Negated, Result, Status, Tolerance};
use admm_solvers::operator::ImageGradient;
use admm_solvers::prox::{Columnwise, L2, Scaled, SquaredL2, Translated};
use nalgebra::DMatrix;

const SIZE: usize = 64;
const WEIGHT: f64 = 0.3;
const GRADIENT: ImageGradient = ImageGradient { height: SIZE, width: SIZE };

/// A bright disc.
fn image() -> DMatrix<f64> {
    let far = |i: usize| (i as f64 - 31.5).powi(2);
    DMatrix::from_fn(SIZE, SIZE, |i, j| if far(i) + far(j) < 400.0 { 1.0 } else { 0.0 })
}

pub(crate) fn main() -> Result<()> {
    let noisy = image() + data::normal(SIZE, SIZE, 1) * 0.2;
    let of = Translated { of: SquaredL2, by: noisy.clone() };
    let fit = Linearized { of, operator: GRADIENT, square: 8.0, max_steps: 1 };
    let variation = Negated(Exact(Columnwise(Scaled { weight: WEIGHT, of: L2 })));
    let z = GRADIENT.apply(&noisy);
    let mut admm = Coordinator::new(fit, variation, noisy.clone(), z, 1.0)?;
    admm.tolerance = Tolerance { absolute: 1e-6, relative: 1e-5 };
    let outcome = admm.run(())?;
    let (best, error) = (&outcome.best, |x: &DMatrix<f64>| (x - image()).norm() / image().norm());
    println!("error {:.3} before and {:.3} after", error(&noisy), error(&best.x));
    // X − B + ∇ᵀY = 0, with columns of Y no longer than λ.
    let y = best.multiplier();
    let gap = (&best.x - &noisy + GRADIENT.transposed(&y)).amax();
    let longest = y.column_iter().map(|column| column.norm()).fold(0.0, f64::max);
    println!("{} iterations, optimal to {gap:.0e}", best.record.iteration);
    assert!(outcome.status == Status::Converged && gap < 1e-3 && longest < WEIGHT * (1.0 + 1e-12));
    assert!(error(&best.x) < 0.5 * error(&noisy));
    Ok(())
}
