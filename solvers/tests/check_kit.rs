//! The check kit raises no false alarm: the project's own blocks pass, whatever the data.

use crate::common::{ElasticNet, Interval, LeastSquares, Matrix, Quadratic, l1};
use crate::data::{self, matrix, orthonormal, with_spectrum};
use admm::patterns::{Consensus, Group};
use admm::*;
use admm_solvers::data::Samples;
use admm_solvers::descent::Lbfgs;
use admm_solvers::joint::JointObjective;
use admm_solvers::loss::{PredictionLoss, Predictor};
use admm_solvers::pca::{ColumnSet, Columns, Covariance, Hebbian, Majorize, VarianceLoss};
use admm_solvers::set::*;
use admm_solvers::smooth::{Normalisation, Normalised, Ridge};
use nalgebra::DMatrix;
use proptest::prelude::*;

fn loss(d: usize, seed: u64) -> VarianceLoss<f64> {
    let spectrum: Vec<f64> = (1..=d).map(|i| 1.0 / (i * i) as f64).collect();
    let covariance = Covariance::from_matrix(with_spectrum(&spectrum, seed).0).unwrap();
    VarianceLoss { covariance: covariance.into(), weight: 0.5 }
}

fn softmax(d: usize, seed: u64) -> PredictionLoss<f64> {
    let (x, labels) = data::classes(d, 40, 3, seed);
    let samples = Samples::new(x, &labels, data::weights(40, seed), 3, Exec::Serial).unwrap();
    PredictionLoss::softmax(samples, 1.0, 0.5)
}

fn classifier(d: usize, k: usize, seed: u64) -> Predictor<f64> {
    Predictor { v: orthonormal(d, k, seed), b: matrix(k, 3, seed ^ 2), bias: matrix(3, 1, seed ^ 3) }
}

fn to(v: &Matrix, rho: f64) -> Target<'_, f64, Matrix> {
    Target { v, rho, tolerance: 1e-6 }
}

fn block_passes<P: Subproblem<f64, Image = Matrix>>(block: &P, x: &P::Var, to: Target<'_, f64, Matrix>) {
    check::subproblem(block, x, to).unwrap().assert();
}

proptest! {

    #[test]
    fn smooth_functions(d in 2..7_usize, seed: u64, scale in -2..3) {
        let k = 2;
        let mut at = classifier(d, k, seed);
        at.v *= 10_f64.powi(scale);
        check::gradient(&softmax(d, seed), &at).unwrap().assert();
        check::gradient(&loss(d, seed), &at.v).unwrap().assert();
        let joint = JointObjective { variance: loss(d, seed), prediction: softmax(d, seed) };
        check::gradient(&Ridge { of: joint, weight: 0.3 }, &at).unwrap().assert();
        for by in [Normalisation::UnitColumns, Normalisation::Orthonormal] {
            check::gradient(&Normalised { of: softmax(d, seed), by }, &classifier(d, k, seed)).unwrap().assert();
        }
    }

    #[test]
    fn products_with_a_hessian(d in 1..6_usize, seed: u64) {
        let f = loss(d, seed);
        let times = |_: &Matrix, h: &Matrix| Ok(-f.ascent(h));
        check::hessian_vector(&f, &matrix(d, 2, seed), times).unwrap().assert();
        check::gradient(&Quartic, &matrix(d, 2, seed)).unwrap().assert();
        check::hessian_vector(&Quartic, &matrix(d, 2, seed), Quartic::times).unwrap().assert();
    }

    #[test]
    fn operators(rows in 1..6_usize, columns in 1..6_usize, seed: u64) {
        let k = matrix(rows, columns, seed);
        let (x, y) = (matrix(columns, 2, 1), matrix(rows, 2, 2));
        check::adjoint(|x: &Matrix| &k * x, |y| k.tr_mul(y), &x, &y).unwrap().assert();
        let quadratic = Quadratic::new(DMatrix::identity(columns, columns), matrix(columns, 1, 3), k);
        check::operator(&quadratic, &matrix(columns, 1, 1), |x| x).unwrap().assert();
        check::operator(&Negated(quadratic), &matrix(columns, 1, 1), |x| x).unwrap().assert();
        check::operator(&Consensus { of: l1(1.0), members: rows }, &x, |x| x).unwrap().assert();
        let group = Group { blocks: vec![Exact(l1(1.0)); columns], exec: Exec::Serial };
        check::operator(&group, &vec![x; columns], |x| x).unwrap().assert();
        let block = Descent { of: softmax(4, seed), by: Lbfgs::default(), on: Flat };
        check::operator(&block, &classifier(4, 2, seed), Iterate::new).unwrap().assert();
    }

    #[test]
    fn proximal_operators(d in 1..6_usize, seed: u64, rho in 0.1..10.0_f64, lambda in 0.01..2.0_f64) {
        let v = matrix(d, 1, seed) * 3.0;
        check::convex_prox(&l1(lambda), &v, rho).unwrap().assert();
        check::convex_prox(&ElasticNet(lambda, 0.7), &v, rho).unwrap().assert();
        let interval = Interval(Matrix::from_element(d, 1, -lambda), Matrix::from_element(d, 1, lambda));
        check::convex_prox(&interval, &v, rho).unwrap().assert();
        check::convex_prox(&Honest(interval.clone()), &v, rho).unwrap().assert();
        check::moreau(&l1(lambda), &interval, &v, rho).unwrap().assert();
        let mut squares = LeastSquares::new(matrix(3, d, seed), matrix(3, 1, !seed));
        squares.retune(rho).unwrap();
        check::convex_prox(&squares, &v, rho).unwrap().assert();
        check::prox(&Sparse(lambda), &v, rho).unwrap().assert();
        check::prox(&OnSphere, &v, rho).unwrap().assert();
    }

    #[test]
    fn manifolds(d in 2..9_usize, k in 1..4_usize, seed: u64) {
        let d = d.max(k + 1);
        let (x, inside) = (orthonormal(d, k, seed), matrix(d, k, seed) * 0.1);
        for retraction in [Retraction::Qr, Retraction::Polar, Retraction::Cayley, Retraction::Exponential] {
            check::constraint_set(&Stiefel { retraction }, &x).unwrap().assert();
            check::constraint_set(&Grassmann { retraction }, &x).unwrap().assert();
        }
        for retraction in [Retraction::Polar, Retraction::Exponential] {
            check::retraction(&Stiefel { retraction }, &x, 3).unwrap().assert();
        }
        check::constraint_set(&UnitColumns, &x).unwrap().assert();
        check::constraint_set(&GreatCircles, &x).unwrap().assert();
        check::constraint_set(&Whole(UnitColumns), &x.normalize()).unwrap().assert();
        check::constraint_set(&Ball { radius: 1.0 }, &x).unwrap().assert();
        check::constraint_set(&Ball { radius: 2.0 }, &inside).unwrap().assert();
        check::constraint_set(&Bounds { lower: 0.0, upper: 1.0 }, &x.map(|x| x.max(0.0))).unwrap().assert();
        check::constraint_set(&Flat, &(inside * 1e3)).unwrap().assert();
        let product = Product(vec![(k, Box::new(Stiefel::default()) as _), (1, Box::new(Flat) as _)]);
        check::constraint_set(&product, &x.insert_column(k, 0.7)).unwrap().assert();
    }

    #[test]
    fn pca_blocks(d in 3..8_usize, seed: u64, rho in 0.5..5.0_f64) {
        let (loss, x, v) = (loss(d, seed), orthonormal(d, 2, seed), matrix(d, 2, !seed));
        let to = to(&v, rho);
        for set in [ColumnSet::Sphere, ColumnSet::Ball] {
            let columns = Columns::new(loss.clone(), set).unwrap();
            block_passes(&columns, &x, to);
            block_passes(&Negated(columns), &x, to);
        }
        block_passes(&Majorize { loss: loss.clone(), on: Stiefel::default(), max_steps: 1000 }, &x, to);
        let rate = Rate::Lipschitz(loss.lipschitz().unwrap());
        let block = Descent { of: Hebbian(loss.clone()), by: ScheduledSteps { rate, max_steps: 5000 }, on: Stiefel::default() };
        block_passes(&block, &Iterate::new(x.clone()), to);
        for retraction in [Retraction::Qr, Retraction::Polar, Retraction::Cayley, Retraction::Exponential] {
            let block = Descent { of: loss.clone(), by: Gradient { max_steps: 500 }, on: Stiefel { retraction } };
            block_passes(&block, &Iterate::new(x.clone()), to);
        }
        let block = Descent { of: loss, by: Gradient { max_steps: 500 }, on: UnitColumns };
        block_passes(&block, &Iterate::new(x), to);
    }

    #[test]
    fn classifier_blocks(d in 3..6_usize, seed: u64, rho in 0.5..5.0_f64) {
        let (at, v) = (classifier(d, 2, seed), matrix(d, 2, !seed));
        let to = Target { tolerance: 1e-4, ..to(&v, rho) };
        let lbfgs = Descent { of: softmax(d, seed), by: Lbfgs::default(), on: Flat };
        block_passes(&lbfgs, &Iterate::new(at.clone()), to);
        let gradient = Descent { of: softmax(d, seed), by: Gradient { max_steps: 5_000 }, on: Stiefel::default() };
        block_passes(&gradient, &Iterate::new(at), to);
    }

    #[test]
    fn wrapped_proximal_operators(d in 1..6_usize, seed: u64, rho in 0.1..10.0_f64) {
        let v = matrix(d, 1, seed);
        block_passes(&Exact(l1(0.3)), &Matrix::zeros(d, 1), to(&v, rho));
        block_passes(&Negated(Exact(l1(0.3))), &Matrix::zeros(d, 1), to(&v, rho));
        let several = vec![v.clone(), &v * 2.0, matrix(d, 1, !seed)];
        let to = Target { v: &several, rho, tolerance: 1e-8 };
        let start = Matrix::zeros(d, 1);
        check::subproblem(&Consensus { of: l1(0.3), members: 3 }, &start, to).unwrap().assert();
        let group = Group { blocks: vec![Exact(l1(0.3)); 3], exec: Exec::threads(2).unwrap() };
        check::subproblem(&group, &vec![start; 3], to).unwrap().assert();
    }
}

/// Rounding hides more in single precision, and is no fault either.
#[test]
fn single_precision() {
    for seed in 0..20 {
        let x = orthonormal(6, 2, seed).map(|x| x as f32);
        let sigma = with_spectrum(&[1.0, 0.5, 0.3, 0.2, 0.1, 0.05], seed).0.map(|x| x as f32);
        let loss = VarianceLoss { covariance: Covariance::from_matrix(sigma).unwrap().into(), weight: 0.5 };
        check::gradient(&loss, &x).unwrap().assert();
        check::hessian_vector(&loss, &x, |_, h| Ok(-loss.ascent(h))).unwrap().assert();
        check::constraint_set(&Stiefel::default(), &x).unwrap().assert();
        check::convex_prox(&l1(0.3), &x, 2.0).unwrap().assert();
        let v = matrix(6, 2, !seed).map(|x| x as f32);
        let to = Target { v: &v, rho: 2.0, tolerance: 1e-3 };
        check::subproblem(&Majorize { loss, on: Stiefel::default(), max_steps: 500 }, &x, to).unwrap().assert();
    }
}

/// ¼‖x‖⁴.
struct Quartic;

impl Smooth<f64> for Quartic {
    type Point = Matrix;
    fn value_and_gradient(&self, x: &Matrix) -> Result<(f64, Matrix)> {
        Ok((x.norm_squared().powi(2) / 4.0, x * x.norm_squared()))
    }
}

impl Quartic {
    fn times(x: &Matrix, h: &Matrix) -> Result<Matrix> {
        Ok(h * x.norm_squared() + x * (2.0 * x.dot(h)))
    }
}

/// The interval with a value of +∞ outside.
struct Honest(Interval);

impl Prox<f64> for Honest {
    fn value(&self, x: &Matrix) -> f64 {
        let Interval(lower, upper) = &self.0;
        let inside = (0..x.len()).all(|i| (lower[i]..=upper[i]).contains(&x[i]));
        if inside { 0.0 } else { f64::INFINITY }
    }
    fn prox(&self, v: &Matrix, rho: f64) -> Result<Matrix> {
        self.0.prox(v, rho)
    }
}

/// λ times the number of entries that are not 0: not convex, and its operator jumps.
struct Sparse(f64);

impl Prox<f64> for Sparse {
    fn value(&self, x: &Matrix) -> f64 {
        self.0 * x.iter().filter(|x| **x != 0.0).count() as f64
    }
    fn prox(&self, v: &Matrix, rho: f64) -> Result<Matrix> {
        Ok(v.map(|v| if v * v > 2.0 * self.0 / rho { v } else { 0.0 }))
    }
}

/// The indicator of ‖x‖ = 1, +∞ outside, with room for rounding.
struct OnSphere;

impl Prox<f64> for OnSphere {
    fn value(&self, x: &Matrix) -> f64 {
        if (x.norm() - 1.0).abs() < 1e-12 { 0.0 } else { f64::INFINITY }
    }
    fn prox(&self, v: &Matrix, _rho: f64) -> Result<Matrix> {
        Ok(v.normalize())
    }
}
