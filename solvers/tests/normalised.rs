//! Smooth functions of a normalised matrix and with a ridge: gradients, what they cannot see, and what they refuse.

use crate::data::{Captured, angle, classes, matrix, minimised, orthonormal, with_spectrum};
use admm::space::Space;
use admm::{Error, Exec, Flat, Point, Result, Smooth};
use admm_solvers::data::Samples;
use admm_solvers::descent::Lbfgs;
use admm_solvers::loss::{PredictionLoss, Predictor};
use admm_solvers::smooth::Normalisation::{Orthonormal, UnitColumns};
use admm_solvers::smooth::{Normalisation, Normalised, Ridge};
use nalgebra::DMatrix;
use proptest::prelude::*;

type Matrix = DMatrix<f64>;

/// Σ sin(cᵢⱼ + xᵢⱼ): every second derivative is at most 1, and no symmetry helps a wrong chain rule.
#[derive(Clone)]
struct Waves(Matrix);

impl Smooth<f64> for Waves {
    type Point = Matrix;
    fn value_and_gradient(&self, x: &Matrix) -> Result<(f64, Matrix)> {
        let phase = &self.0 + x;
        Ok((phase.map(f64::sin).sum(), phase.map(f64::cos)))
    }
}

fn waves(rows: usize, columns: usize, by: Normalisation) -> Normalised<Waves> {
    Normalised { of: Waves(matrix(rows, columns, 77)), by }
}

/// How far f(x + tu) is from f(x) + t⟨∇f(x), u⟩.
fn taylor<F: Smooth<f64>>(f: &F, x: &F::Point, u: &F::Point, t: f64) -> f64 {
    let (value, gradient) = f.value_and_gradient(x).unwrap();
    (f.value_and_gradient(&x.plus(t, u)).unwrap().0 - value - t * gradient.inner_product(u)).abs()
}

/// A matrix with singular values between 1 and 2.
fn well_conditioned(d: usize, k: usize, seed: u64) -> Matrix {
    let stretch = Matrix::from_fn(k, k, |i, j| if i == j { 1.0 + i as f64 / k as f64 } else { 0.0 });
    orthonormal(d, k, seed) * stretch * orthonormal(k, k, seed ^ 1)
}

/// Rows and at most as many columns.
fn sizes() -> impl Strategy<Value = (usize, usize)> {
    (1..5_usize).prop_flat_map(|k| (k.max(2)..9, Just(k)))
}

/// Upper triangular, with a positive diagonal.
fn triangular(k: usize, seed: u64) -> Matrix {
    let mut upper = (matrix(k, k, seed) * 0.3).upper_triangle();
    (0..k).for_each(|i| upper[(i, i)] = 0.5 + upper[(i, i)].abs());
    upper
}

proptest! {
    #[test]
    fn the_chain_rule_is_right((d, k) in sizes(), seed: u64, halvings in 5..12) {
        let (w, u) = (well_conditioned(d, k, seed), matrix(d, k, !seed).normalize());
        let t = 0.5_f64.powi(halvings);
        for by in [UnitColumns, Orthonormal] {
            let error = taylor(&waves(d, k, by), &w, &u, t);
            prop_assert!(error <= 20.0 * t * t + 1e-14, "{by:?}: {error} at {t}");
        }
    }

    /// f(N(WS)) = f(N(W)) for every S that N undoes, and the gradient there is that at W times S⁻ᵀ.
    #[test]
    fn what_is_divided_out_is_not_seen((d, k) in sizes(), seed: u64) {
        let w = well_conditioned(d, k, seed);
        let diagonal = Matrix::from_diagonal(&triangular(k, seed).diagonal());
        for (by, s) in [(UnitColumns, diagonal), (Orthonormal, triangular(k, seed))] {
            let f = waves(d, k, by);
            let (value, gradient) = f.value_and_gradient(&w).unwrap();
            let (same, scaled) = f.value_and_gradient(&(&w * &s)).unwrap();
            prop_assert!((value - same).abs() <= 1e-12);
            prop_assert!((scaled * s.transpose() - &gradient).norm() <= 1e-11 * (1.0 + gradient.norm()));
            let unseen = w.transpose() * &gradient;
            let undone = if by == UnitColumns { unseen.diagonal().norm() } else { unseen.upper_triangle().norm() };
            prop_assert!(undone <= 1e-13 * (1.0 + gradient.norm()));
        }
    }

    #[test]
    fn every_exponent_is_divided_out(d in 2..9_usize, k in 1..3_usize, seed: u64, exponent in -150..151) {
        let (w, scale) = (well_conditioned(d, k, seed), 10_f64.powi(exponent));
        for by in [UnitColumns, Orthonormal] {
            let f = waves(d, k, by);
            let (value, gradient) = f.value_and_gradient(&w).unwrap();
            let (same, scaled) = f.value_and_gradient(&(&w * scale)).unwrap();
            prop_assert!((value - same).abs() <= 1e-12);
            prop_assert!((scaled * scale - &gradient).norm() <= 1e-12 * (1.0 + gradient.norm()));
        }
    }

    #[test]
    fn a_ridge_adds_its_gradient(d in 1..9_usize, k in 1..5_usize, seed: u64, weight in 0.0..3.0_f64) {
        let f = Ridge { of: Waves(matrix(d, k, 77)), weight };
        let (w, u) = (matrix(d, k, seed), matrix(d, k, !seed).normalize());
        prop_assert!(taylor(&f, &w, &u, 1e-3) <= (1.0 + weight) * 1e-6);
        let [whole, bare] = [f.value_and_gradient(&w), f.of.value_and_gradient(&w)].map(|found| found.unwrap().0);
        prop_assert!((whole - bare - weight * w.norm_squared() / 2.0).abs() <= 1e-12 * (1.0 + whole.abs()));
    }
}

/// V of a classifier is normalised, B and b are not, and one evaluation stays one pass.
#[test]
fn only_the_coupled_matrix_of_a_point_is_normalised() {
    let (x, labels) = classes(6, 40, 3, 1);
    let samples = Samples::new(x, &labels, vec![1.0 / 40.0; 40], 3, Exec::Serial).unwrap();
    let of = PredictionLoss::softmax(samples, 0.1, 1.0);
    let at = Predictor { v: matrix(6, 2, 2) * 3.0, b: matrix(2, 3, 3), bias: matrix(3, 1, 4) };
    let u = Predictor { v: matrix(6, 2, 5), b: matrix(2, 3, 6), bias: matrix(3, 1, 7) };
    for by in [UnitColumns, Orthonormal] {
        let f = Normalised { of: of.clone(), by };
        let errors = [1e-3, 1e-4].map(|t| taylor(&f, &at, &u, t));
        assert!((errors[0] / errors[1]).log10() > 1.9, "{by:?}: {errors:?}");
        assert_eq!(f.passes(), 1);
        let seen = match by {
            UnitColumns => Matrix::from_columns(&[at.v.column(0).normalize(), at.v.column(1).normalize()]),
            Orthonormal => admm_solvers::linalg::thin_qr(&at.v).unwrap().0,
        };
        let naive = of.value_and_gradient(&Predictor { v: seen, ..at.clone() }).unwrap();
        let (value, gradient) = f.value_and_gradient(&at).unwrap();
        assert_eq!(value, naive.0);
        assert_eq!((gradient.b, gradient.bias), (naive.1.b, naive.1.bias));
    }
    let ridged = Ridge { of: of.clone(), weight: 2.0 }.value_and_gradient(&at).unwrap().1;
    let plain = of.value_and_gradient(&at).unwrap().1;
    assert_eq!((ridged.b, ridged.v), (plain.b, plain.v + at.coupled() * 2.0));
}

#[test]
fn what_cannot_be_normalised_is_refused() {
    let refused = |by, w: &Matrix| waves(w.nrows(), w.ncols(), by).value_and_gradient(w).unwrap_err();
    let message = |by, w: &Matrix| match refused(by, w) {
        error @ Error::Numerical { .. } => error.to_string(),
        other => panic!("{other}"),
    };
    let mut w = matrix(4, 3, 1);
    w.column_mut(1).fill(0.0);
    assert_eq!(message(UnitColumns, &w), "column 1 of the matrix to normalise is zero");
    let dependent = "column 1 of the matrix to orthonormalise depends on those before it";
    assert_eq!(message(Orthonormal, &w), dependent);
    let first = w.column(0).into_owned();
    w.set_column(1, &(first * -3e150));
    assert_eq!(message(Orthonormal, &w), dependent);
    w[(2, 2)] = f64::NAN;
    for by in [UnitColumns, Orthonormal] {
        assert!(matches!(refused(by, &w), Error::NotFinite { .. }));
        assert!(matches!(refused(by, &Matrix::zeros(0, 0)), Error::Numerical { .. }));
    }
    assert!(matches!(refused(Orthonormal, &matrix(2, 3, 1)), Error::Size { .. }));
}

#[test]
fn free_matrices_find_the_leading_space() {
    let method = Lbfgs { max_steps: 500, ..Lbfgs::default() };
    let (a, q) = with_spectrum(&[9.0, 6.0, 5.0, 2.0, 1.0, 0.5, 0.1], 5);
    let found = minimised(&Normalised { of: Captured(a.clone()), by: Orthonormal }, method, &Flat, matrix(7, 2, 6));
    let span = admm_solvers::linalg::thin_qr(&found).unwrap().0;
    assert!(angle(&q.columns(0, 2).into_owned(), &span) <= 1e-8);
    let leading = q.columns(0, 1).into_owned();
    let columns = minimised(&Normalised { of: Captured(a.clone()), by: UnitColumns }, method, &Flat, matrix(7, 2, 6));
    assert!(columns.column_iter().all(|column| (leading.dot(&column).abs() / column.norm() - 1.0).abs() <= 1e-13));
    assert!(minimised(&Ridge { of: Captured(a), weight: 9.5 }, method, &Flat, matrix(7, 2, 6)).norm() <= 1e-8);
}
