//! Least squares with composite terms: answers by their optimality conditions and by other methods.

use crate::data::matrix;
use admm::operator::Operator;
use admm::{Error, Prox, Status, Tolerance};
use admm_solvers::composites::{Composites, Solution};
use admm_solvers::nalgebra_sparse::CscMatrix;
use admm_solvers::operator::{CircularConvolution, CircularGradient, Convolution, Differences, Mask, Multiple};
use admm_solvers::prox::{Indicator, L1, L1PlusL2, L2, Scaled};
use admm_solvers::qp::{Options, Program};
use admm_solvers::set::Bounds;
use nalgebra::{DMatrix, DVector};

type Matrix = DMatrix<f64>;

fn accurate(mut problem: Composites<f64>) -> Composites<f64> {
    problem.tolerance = Tolerance { absolute: 0.0, relative: 1e-10 };
    problem
}

fn not_negative() -> Indicator<Bounds<f64>> {
    Indicator(Bounds { lower: 0.0, upper: f64::INFINITY })
}

/// ½‖Ax − b‖² + λ₁‖x‖₁ + λ₂‖x‖₂, by its one proximal operator and the proximal gradient method.
#[test]
fn two_norms_of_one_variable_are_their_common_proximal_operator() {
    let (a, b) = (matrix(30, 12, 1), matrix(30, 1, 2));
    let both = L1PlusL2 { l1: 2.0, l2: 3.0 };
    let lipschitz = a.singular_values().max().powi(2);
    let mut expected = Matrix::zeros(12, 1);
    for _ in 0..20_000 {
        let gradient = a.transpose() * (&a * &expected - &b);
        expected = both.prox(&(&expected - gradient / lipschitz), lipschitz).unwrap();
    }
    assert!(expected.iter().any(|entry| *entry == 0.0) && expected.norm() > 0.1, "{expected}");
    let problem = Composites::new(a, b, (12, 1)).unwrap();
    let problem = problem.with(Scaled { weight: 2.0, of: L1 }, Multiple(1.0)).unwrap();
    let problem = problem.with(Scaled { weight: 3.0, of: L2 }, Multiple(1.0)).unwrap();
    let solution = accurate(problem).solve().unwrap();
    assert_eq!(solution.status, Status::Converged);
    assert!((&solution.x - &expected).amax() <= 1e-8, "{} {expected}", solution.x);
    for end in &solution.terms {
        assert!((&end.z - &solution.x).amax() <= 1e-8);
    }
}

/// A signal that is blurred, at least 0 and piecewise constant, and the quadratic program of the same problem.
#[test]
fn total_variation_of_what_is_not_negative_is_a_quadratic_program() {
    let (n, weight) = (24, 0.05);
    let truth = Matrix::from_fn(n, 1, |i, _| if (8..13).contains(&i) { 1.0 } else { 0.0 });
    let blur = Convolution(Matrix::from_column_slice(3, 1, &[0.25, 0.5, 0.25]));
    let b = blur.apply(&truth) + matrix(n, 1, 3) * 0.1;

    let k = Matrix::from_columns(&(0..n).map(|j| blur.apply(&unit(n, j)).column(0).into_owned()).collect::<Vec<_>>());
    let d = Matrix::from_columns(
        &(0..n).map(|j| Differences.apply(&unit(n, j)).column(0).into_owned()).collect::<Vec<_>>(),
    );
    let m = n - 1;
    // Variables x and t with −t ≤ Dx ≤ t and x ≥ 0.
    let mut p = Matrix::zeros(n + m, n + m);
    p.view_mut((0, 0), (n, n)).copy_from(&(k.transpose() * &k));
    let q = DVector::from_fn(n + m, |i, _| if i < n { -k.column(i).dot(&b.column(0)) } else { weight });
    let mut rows = Matrix::zeros(2 * m + n, n + m);
    rows.view_mut((0, 0), (m, n)).copy_from(&d);
    rows.view_mut((m, 0), (m, n)).copy_from(&d);
    for i in 0..m {
        (rows[(i, n + i)], rows[(m + i, n + i)]) = (1.0, -1.0);
    }
    (0..n).for_each(|i| rows[(2 * m + i, i)] = 1.0);
    let bounds = |below: bool| {
        DVector::from_fn(2 * m + n, |i, _| match (below, i) {
            (true, i) if i < m || i >= 2 * m => 0.0,
            (false, i) if (m..2 * m).contains(&i) => 0.0,
            (below, _) => {
                if below {
                    f64::NEG_INFINITY
                } else {
                    f64::INFINITY
                }
            }
        })
    };
    let program = Program::new((&p).into(), q, CscMatrix::from(&rows), bounds(true), bounds(false)).unwrap();
    let options = Options {
        tolerance: Tolerance { absolute: 1e-10, relative: 1e-10 },
        max_iterations: 200_000,
        ..Options::default()
    };
    let expected = program.solve_with(&options).unwrap();
    assert_eq!(expected.status, Status::Converged);

    let problem = Composites::new(blur, b, (n, 1)).unwrap();
    let problem = problem.with(Scaled { weight, of: L1 }, Differences).unwrap();
    let solution = accurate(problem.with(not_negative(), Multiple(1.0)).unwrap()).solve().unwrap();
    assert_eq!(solution.status, Status::Converged);
    let gap = (&solution.x - expected.x.rows(0, n)).amax();
    assert!(gap <= 1e-7, "{gap}");
    assert!(solution.terms[1].z.min() == 0.0 && solution.x.max() > 0.5);
}

fn unit(n: usize, j: usize) -> Matrix {
    Matrix::from_fn(n, 1, |i, _| f64::from(u8::from(i == j)))
}

/// A blurred image, with the weight of its total variation.
fn image_problem(scale: f64) -> (Composites<f64>, CircularConvolution<f64>, Matrix) {
    let size = (16, 15);
    let truth = Matrix::from_fn(size.0, size.1, |i, j| if i.abs_diff(8) < 4 && j.abs_diff(7) < 5 { 1.0 } else { 0.0 });
    let blur = CircularConvolution::new(&Matrix::from_element(3, 3, 1.0 / 9.0), size).unwrap();
    let b = blur.apply(&truth) + matrix(size.0, size.1, 4) * 0.02;
    let problem = Composites::new(blur.clone(), b.clone(), size).unwrap();
    let gradient = CircularGradient { height: size.0, width: size.1 };
    let variation = Scaled { weight: WEIGHT / scale, of: L1 };
    let problem = problem.with(variation, Times(scale, gradient)).unwrap();
    (problem.with(not_negative(), Multiple(1.0)).unwrap(), blur, b)
}

const WEIGHT: f64 = 0.01;

/// αK.
struct Times<K>(f64, K);

impl<K: Operator<f64>> Operator<f64> for Times<K> {
    fn range(&self, domain: (usize, usize)) -> admm::Result<(usize, usize)> {
        self.1.range(domain)
    }
    fn apply(&self, x: &Matrix) -> Matrix {
        self.1.apply(x) * self.0
    }
    fn transposed(&self, y: &Matrix) -> Matrix {
        self.1.transposed(y) * self.0
    }
}

/// Aᵀ(Ax − b) + Σ Cᵢᵀyᵢ, the largest entry of it.
fn gradient(solution: &Solution<f64>, a: &impl Operator<f64>, b: &Matrix, operators: [&dyn Operator<f64>; 2]) -> f64 {
    let fit = a.transposed(&(a.apply(&solution.x) - b));
    let terms = operators.iter().zip(&solution.terms).map(|(operator, end)| operator.transposed(&end.multiplier));
    terms.fold(fit, |sum, term| sum + term).amax()
}

/// yᵢ ∈ ∂gᵢ(zᵢ) for λ‖·‖₁ and x ≥ 0, and zᵢ = Cᵢx.
fn assert_optimal(solution: &Solution<f64>, a: &impl Operator<f64>, b: &Matrix, operators: [&dyn Operator<f64>; 2]) {
    let size = a.transposed(b).amax();
    let residual = gradient(solution, a, b, operators);
    assert!(residual <= 1e-6 * size, "{residual}");
    let [variation, sign] = &solution.terms[..] else { panic!() };
    for (end, operator) in solution.terms.iter().zip(operators) {
        assert!((operator.apply(&solution.x) - &end.z).amax() <= 1e-5);
    }
    assert!(variation.multiplier.amax() <= WEIGHT * (1.0 + 1e-9));
    let slack = WEIGHT * variation.z.lp_norm(1) - variation.multiplier.dot(&variation.z);
    assert!(slack.abs() <= 1e-6, "{slack}");
    assert!(sign.z.min() >= 0.0 && sign.multiplier.max() <= 1e-12 && sign.multiplier.dot(&sign.z).abs() <= 1e-6);
    assert!(variation.z.iter().any(|z| *z == 0.0) && sign.z.iter().any(|z| *z == 0.0), "both terms have an effect");
}

#[test]
fn an_image_that_a_transform_solves_is_optimal() {
    let (problem, blur, b) = image_problem(1.0);
    let solution = accurate(problem).solve().unwrap();
    assert_eq!(solution.status, Status::Converged);
    assert_optimal(&solution, &blur, &b, [&CircularGradient { height: 16, width: 15 }, &Multiple(1.0)]);
}

/// So many unknowns have no dense system, and a mask no transform. The run may end as stalled: its point is optimal, but
/// inexact solves keep some entries near 0 above a tolerance that is relative alone.
#[test]
fn a_signal_that_conjugate_gradients_solve_is_optimal() {
    let n = 1_100;
    let mask = Mask(Matrix::from_fn(n, 1, |i, _| if i % 7 == 3 { 0.0 } else { 1.0 }));
    let truth = Matrix::from_fn(n, 1, |i, _| if (i / 100) % 2 == 0 { 0.0 } else { 1.0 });
    let b = mask.apply(&(truth + matrix(n, 1, 5) * 0.05));
    let problem = Composites::new(mask.clone(), b.clone(), (n, 1)).unwrap();
    let problem = problem.with(Scaled { weight: WEIGHT, of: L1 }, Differences).unwrap();
    let solution = problem.with(not_negative(), Multiple(1.0)).unwrap().solve().unwrap();
    assert_optimal(&solution, &mask, &b, [&Differences, &Multiple(1.0)]);
}

/// Another unit of one term changes its own penalty, and nothing else: not a bit, where the unit is a power of 2.
#[test]
fn the_unit_of_a_term_does_not_matter() {
    let plain = image_problem(1.0).0.solve().unwrap();
    for scale in [2.0_f64.powi(-13), 2.0_f64.powi(13)] {
        let other = image_problem(scale).0.solve().unwrap();
        assert_eq!((other.status, other.iterations, &other.x), (Status::Converged, plain.iterations, &plain.x));
        let rho = |solution: &Solution<f64>, term: usize| solution.terms[term].rho;
        assert_eq!((rho(&other, 0) * scale * scale, rho(&other, 1)), (rho(&plain, 0), rho(&plain, 1)));
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let b = || Matrix::zeros(3, 1);
    assert!(matches!(Composites::new(matrix(3, 2, 1), b(), (3, 1)), Err(Error::Size { .. })));
    assert!(matches!(Composites::new(Multiple(1.0), b(), (2, 1)), Err(Error::Size { .. })));
    assert!(matches!(Composites::new(Multiple(1.0), Matrix::zeros(0, 1), (0, 1)), Err(Error::Parameters { .. })));
    let nan = Matrix::from_element(3, 1, f64::NAN);
    assert!(matches!(Composites::new(Multiple(1.0), nan, (3, 1)), Err(Error::NotFinite { .. })));
    let problem = || Composites::new(Multiple(1.0), b(), (3, 1)).unwrap();
    assert!(matches!(problem().with(L1, matrix(3, 2, 1)), Err(Error::Size { .. })));
    assert!(matches!(problem().solve(), Err(Error::Parameters { .. })));
    let unfit = problem().with(Scaled { weight: -1.0, of: L1 }, Multiple(1.0)).unwrap().solve();
    assert!(unfit.is_err_and(|error| error.to_string().contains("member") || error.to_string().contains("weight")));
}
