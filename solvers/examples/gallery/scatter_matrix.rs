//! The shape of heavy-tailed data, minimise ½ log det X + d/2n Σ log xᵢᵀX⁻¹xᵢ over positive definite X with tr X = d:
//! 200 samples of 5 features from a Cauchy distribution. Tyler's estimator ("A distribution-free M-estimator of
//! multivariate scatter", 1987), whose own fixed-point iteration is the check.

use crate::data;
use admm::penalty::Fixed;
use admm::{Coordinator, Descent, Error, Exact, Iterate, Negated, Result, Smooth, Status, Tolerance};
use admm_solvers::descent::Lbfgs;
use admm_solvers::prox::{Affine, Reshaped};
use admm_solvers::set::PositiveDefinite;
use nalgebra::DMatrix;

const D: usize = 5;
const SAMPLES: usize = 200;

/// The data, a column for each sample.
struct Shape(DMatrix<f64>);

impl Shape {
    /// d times the mean of log xᵢᵀX⁻¹xᵢ, and of xᵢxᵢᵀ/xᵢᵀX⁻¹xᵢ.
    fn means(&self, inverse: &DMatrix<f64>) -> (f64, DMatrix<f64>) {
        let lengths = self.0.component_mul(&(inverse * &self.0)).row_sum();
        let divided = DMatrix::from_fn(D, SAMPLES, |i, j| self.0[(i, j)] / lengths[j]);
        (D as f64 * lengths.map(f64::ln).mean(), divided * self.0.transpose() * (D as f64 / SAMPLES as f64))
    }
}

impl Smooth<f64> for Shape {
    type Point = DMatrix<f64>;
    fn value_and_gradient(&self, x: &DMatrix<f64>) -> Result<(f64, DMatrix<f64>)> {
        let factor = x.clone().cholesky().ok_or_else(|| Error::not_finite("log det X"))?;
        let inverse = factor.inverse();
        let (spread, scatter) = self.means(&inverse);
        Ok((0.5 * (factor.ln_determinant() + spread), (&inverse - &inverse * scatter * &inverse) * 0.5))
    }
}

pub(crate) fn main() -> Result<()> {
    let (mixed, tails) = (data::normal(D, D, 1) * data::normal(D, SAMPLES, 2), data::normal(1, SAMPLES, 3));
    let shape = || Shape(DMatrix::from_fn(D, SAMPLES, |i, j| mixed[(i, j)] / tails[j]));
    let start = DMatrix::identity(D, D);
    let trace = DMatrix::from_row_slice(1, D * D, start.as_slice());
    let equation = Affine::new(&trace, &DMatrix::from_element(1, 1, D as f64))?;
    let scale = Negated(Exact(Reshaped { of: equation, size: (D * D, 1) }));
    let fit = Descent { of: shape(), by: Lbfgs::default(), on: PositiveDefinite };
    let mut admm = Coordinator::new(fit, scale, Iterate::new(start.clone()), start.clone(), 0.1)?;
    admm.penalty_policy = Box::new(Fixed);
    admm.tolerance = Tolerance { absolute: 1e-9, relative: 1e-9 };
    let outcome = admm.run(())?;
    let twin = (0..100).fold(start, |x, _| {
        let scatter = shape().means(&x.try_inverse().expect("x is positive definite")).1;
        &scatter * (D as f64 / scatter.trace())
    });
    let gap = (&outcome.best.x.point - &twin).norm() / twin.norm();
    println!("{gap:.0e} off the fixed point, {} iterations", outcome.best.record.iteration);
    assert!(outcome.status == Status::Converged && gap < 1e-6);
    Ok(())
}
