//! Small problems that the tests share.
#![allow(dead_code)]

use admm::accelerate::Plain;
use admm::operator::Adjoint;
use admm::penalty::Fixed;
use admm::*;
use nalgebra::{Cholesky, DMatrix, Dyn};

pub type Matrix = DMatrix<f64>;

/// The minimiser of the small lasso with λ = [`LAMBDA`].
pub const LASSO: [f64; 5] = [-0.3877278911564627, 0.0, 0.0, 0.02174149659863943, 0.616_843_537_414_966];
/// 0.1‖Aᵀb‖∞.
pub const LAMBDA: f64 = 2.9;
/// Far below what the tests compare to.
pub const TIGHT: Tolerance = Tolerance { absolute: 1e-11, relative: 1e-11 };

pub fn column(entries: &[f64]) -> Matrix {
    DMatrix::from_column_slice(entries.len(), 1, entries)
}

/// A of the small problems.
pub fn design<T: Real>() -> DMatrix<T> {
    let rows = [1., -2., 3., -4., 5., 2., -1., 0., -1., 3., -1., 0., 4., -3., 2., -1., -1., -1., 1., 3.];
    DMatrix::from_row_slice(4, 5, &rows).map(T::of)
}

/// b of the small problems.
pub fn response<T: Real>() -> DMatrix<T> {
    column(&[1.0, 2.0, 3.0, 4.0]).map(T::of)
}

/// λ₁‖z‖₁ + λ₂/2 ‖z‖².
#[derive(Debug, Clone, Copy)]
pub struct ElasticNet(pub f64, pub f64);

/// λ‖z‖₁.
pub fn l1(lambda: f64) -> ElasticNet {
    ElasticNet(lambda, 0.0)
}

impl<T: Real> Prox<T> for ElasticNet {
    fn value(&self, z: &DMatrix<T>) -> T {
        T::of(self.0) * z.lp_norm(1) + T::of(self.1 / 2.0) * z.norm_squared()
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        let (threshold, shrink) = (T::of(self.0) / rho, rho / (rho + T::of(self.1)));
        Ok(v.map(|v| shrink * ((v - threshold).max(T::zero()) - (-v - threshold).max(T::zero()))))
    }
}

/// The indicator of l ≤ z ≤ u.
#[derive(Debug, Clone)]
pub struct Interval(pub Matrix, pub Matrix);

impl Prox<f64> for Interval {
    fn value(&self, _z: &Matrix) -> f64 {
        0.0
    }
    fn prox(&self, v: &Matrix, _rho: f64) -> Result<Matrix> {
        Ok(v.zip_zip_map(&self.0, &self.1, f64::clamp))
    }
}

/// ½‖Dx − b‖². The factor of DᵀD + ρI is made by `retune` and nowhere else.
#[derive(Debug, Clone)]
pub struct LeastSquares<T: Real> {
    pub d: DMatrix<T>,
    pub b: DMatrix<T>,
    factor: Option<Cholesky<T, Dyn>>,
}

impl<T: Real> LeastSquares<T> {
    pub fn new(d: DMatrix<T>, b: DMatrix<T>) -> Self {
        LeastSquares { d, b, factor: None }
    }
}

impl<T: Real> Prox<T> for LeastSquares<T> {
    fn value(&self, x: &DMatrix<T>) -> T {
        (&self.d * x - &self.b).norm_squared() / T::of(2.0)
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        let factor = self.factor.as_ref().ok_or(Error::numerical("the factor", "was never tuned"))?;
        Ok(factor.solve(&(self.d.tr_mul(&self.b) + v * rho)))
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        let n = self.d.ncols();
        self.factor = (self.d.tr_mul(&self.d) + DMatrix::identity(n, n) * rho).cholesky();
        Ok(())
    }
}

/// ½xᵀPx + qᵀx with the coupling operator K. The factor of P + ρKᵀK is made by `retune` and nowhere else.
#[derive(Debug, Clone)]
pub struct Quadratic {
    pub p: Matrix,
    pub q: Matrix,
    pub k: Matrix,
    factor: Option<Cholesky<f64, Dyn>>,
}

impl Quadratic {
    pub fn new(p: Matrix, q: Matrix, k: Matrix) -> Self {
        Quadratic { p, q, k, factor: None }
    }
}

impl Subproblem<f64> for Quadratic {
    type Var = Matrix;
    type Image = Matrix;

    fn value(&self, x: &Matrix) -> Result<f64> {
        Ok(x.dot(&(&self.p * x * 0.5 + &self.q)))
    }
    fn argmin(&self, x: &mut Matrix, to: Target<'_, f64, Matrix>) -> Result<Solved<f64>> {
        let factor = self.factor.as_ref().ok_or(Error::numerical("the factor", "was never tuned"))?;
        *x = factor.solve(&(self.k.tr_mul(to.v) * to.rho - &self.q));
        Ok(Solved::exactly(Cost { steps: 1, passes: 1 }))
    }
    fn image(&self, x: &Matrix) -> Matrix {
        &self.k * x
    }
    fn retune(&mut self, rho: f64) -> Result<()> {
        self.factor = (&self.p + self.k.tr_mul(&self.k) * rho).cholesky();
        Ok(())
    }
    fn adjoint(&self, y: &Matrix) -> Result<Adjoint<f64>> {
        Ok(Adjoint::of(&self.k.tr_mul(y)))
    }
}

/// Σ log(1 + exp(−(Ax − b)ᵢ)).
#[derive(Debug, Clone)]
pub struct Logistic {
    pub a: Matrix,
    pub b: Matrix,
}

impl Smooth<f64> for Logistic {
    type Point = Matrix;
    fn value_and_gradient(&self, x: &Matrix) -> Result<(f64, Matrix)> {
        let margin = &self.a * x - &self.b;
        let weight = margin.map(|m| -1.0 / (1.0 + m.exp()));
        Ok((margin.map(|m| (-m).exp().ln_1p()).sum(), self.a.tr_mul(&weight)))
    }
}

pub type Lasso = Coordinator<f64, Exact<LeastSquares<f64>>, Negated<Exact<ElasticNet>>>;

/// ½‖Ax − b‖² + a regulariser, with x = z, from the zero start with a fixed penalty and without acceleration.
pub fn regression(of: ElasticNet, rho: f64) -> Lasso {
    let (f, start) = (LeastSquares::new(design(), response()), Matrix::zeros(5, 1));
    let mut admm = Coordinator::new(Exact(f), Negated(Exact(of)), start.clone(), start, rho).unwrap();
    (admm.penalty_policy, admm.acceleration) = (Box::new(Fixed), Box::new(Plain));
    admm
}

/// The largest difference of two entries.
pub fn distance(x: &Matrix, expected: &[f64]) -> f64 {
    (x - column(expected)).amax()
}

/// A block whose images are written down beforehand: with [`zero`] as its partner ‖r‖ is the k-th entry and ‖s‖ is 0.
#[derive(Debug, Clone)]
pub struct Script(pub Vec<f64>);

impl Subproblem<f64> for Script {
    type Var = usize;
    type Image = Matrix;

    fn value(&self, _x: &usize) -> Result<f64> {
        Ok(0.0)
    }
    fn argmin(&self, x: &mut usize, to: Target<'_, f64, Matrix>) -> Result<Solved<f64>> {
        *x += 1;
        Ok(Solved::within(to.tolerance, Cost::default()))
    }
    fn image(&self, x: &usize) -> Matrix {
        column(&[if *x == 0 { 0.0 } else { self.0[(*x - 1) % self.0.len()] }])
    }
}

/// The indicator of {0}.
pub fn zero() -> Exact<Interval> {
    Exact(Interval(Matrix::zeros(1, 1), Matrix::zeros(1, 1)))
}

/// A run whose residuals are those of the script, repeated.
pub fn scripted(residuals: &[f64]) -> Coordinator<f64, Script, Exact<Interval>> {
    let mut admm = Coordinator::new(Script(residuals.to_vec()), zero(), 0, Matrix::zeros(1, 1), 1.0).unwrap();
    admm.penalty_policy = Box::new(Fixed);
    admm.tolerance = Tolerance { absolute: 1e-3, relative: 0.0 };
    admm
}

/// Standard normal numbers from a seed, by the polar method of Marsaglia.
pub struct Normal(pub u64);

impl Normal {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
    pub fn draw(&mut self) -> f64 {
        loop {
            let (a, b) = (self.uniform(), self.uniform());
            let square = a * a + b * b;
            if square > 0.0 && square < 1.0 {
                return a * (-2.0 * square.ln() / square).sqrt();
            }
        }
    }
}
