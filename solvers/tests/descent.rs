//! The descent methods on problems with known answers, what they remember between calls, and what they refuse.

use crate::data::{angle, classes, matrix, orthonormal, with_spectrum};
use admm::method::{DescentMethod, GradientMemory, stationarity};
use admm::space::Space;
use admm::{
    ConstraintSet, Cost, Descent, Direction, Error, Exec, Flat, Gradient, Iterate, Rate, Result, ScheduledSteps,
    Smooth, Subproblem, Target,
};
use admm_solvers::data::Samples;
use admm_solvers::descent::Lbfgs;
use admm_solvers::loss::{PredictionLoss, Predictor};
use admm_solvers::set::{Ball, Stiefel, UnitColumns};
use nalgebra::{DMatrix, DVector};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::atomic::{AtomicU64, Ordering};

/// ½ tr(XᵀAXN) − ⟨C, X⟩ with diagonal N, and how often it was evaluated.
struct Quadratic {
    a: DMatrix<f64>,
    c: DMatrix<f64>,
    n: DVector<f64>,
    evaluations: AtomicU64,
}

impl Quadratic {
    fn new(a: DMatrix<f64>, c: DMatrix<f64>) -> Self {
        let n = DVector::repeat(c.ncols(), 1.0);
        Quadratic { a, c, n, evaluations: AtomicU64::new(0) }
    }
    fn count(&self) -> u64 {
        self.evaluations.load(Ordering::Relaxed)
    }
    /// argmin f(X) + ρ/2 ‖X − V‖² for N = I.
    fn minimiser(&self, to: Target<'_, f64, DMatrix<f64>>) -> DMatrix<f64> {
        let whole = &self.a + DMatrix::identity(self.a.nrows(), self.a.nrows()) * to.rho;
        whole.cholesky().unwrap().solve(&(&self.c + to.v * to.rho))
    }
}

impl Smooth<f64> for Quadratic {
    type Point = DMatrix<f64>;
    fn value_and_gradient(&self, x: &DMatrix<f64>) -> Result<(f64, DMatrix<f64>)> {
        self.evaluations.fetch_add(1, Ordering::Relaxed);
        let turned = &self.a * x * DMatrix::from_diagonal(&self.n);
        Ok((0.5 * x.dot(&turned) - self.c.dot(x), turned - &self.c))
    }
}

/// The same as a direction: −∇f.
impl Direction<f64> for Quadratic {
    type Memory = ();
    fn value(&self, x: &DMatrix<f64>) -> Result<f64> {
        Ok(self.value_and_gradient(x)?.0)
    }
    fn direction(&self, x: &DMatrix<f64>, _memory: &mut ()) -> Result<DMatrix<f64>> {
        Ok(-self.value_and_gradient(x)?.1)
    }
}

/// Runs the same lines for both gradient methods.
macro_rules! for_both {
    ($max_steps:expr, |$name:ident, $method:ident| $body:block) => {
        let ($name, $method) = ("gradient", Gradient { max_steps: $max_steps });
        $body
        let ($name, $method) = ("lbfgs", Lbfgs { max_steps: $max_steps, ..Lbfgs::default() });
        $body
    };
}

fn spaced(count: usize, lowest: f64, highest: f64) -> Vec<f64> {
    (0..count).map(|i| lowest * (highest / lowest).powf(i as f64 / (count - 1) as f64)).collect()
}

fn bits(x: &DMatrix<f64>) -> Vec<u64> {
    x.iter().map(|entry| entry.to_bits()).collect()
}

#[test]
fn a_quadratic_has_one_minimiser() {
    let f = Quadratic::new(with_spectrum(&spaced(12, 0.1, 10.0), 1).0, matrix(12, 3, 2));
    let v = matrix(12, 3, 3);
    for rho in [0.0, 0.5, 20.0] {
        let to = Target { v: &v, rho, tolerance: 1e-9 };
        for_both!(2_000, |name, method| {
            let before = f.count();
            let mut iterate = Iterate::new(matrix(12, 3, 4));
            let cost = method.minimise(&f, &Flat, &mut iterate, to).unwrap().cost;
            let gap = (&iterate.point - f.minimiser(to)).norm();
            assert!(gap <= 1e-7, "{name} ρ={rho}: {gap} after {cost:?}");
            assert_eq!(cost.passes, f.count() - before, "{name} counts its passes");
            assert!(cost.steps > 0 && cost.steps < 2_000 && cost.passes > cost.steps, "{name} {cost:?}");
            if name == "lbfgs" {
                assert!(cost.passes <= 120, "ρ={rho}: {cost:?}");
            }
        });
    }
}

/// −log x, which is not finite for x ≤ 0.
struct Barrier;

impl Smooth<f64> for Barrier {
    type Point = DMatrix<f64>;
    fn value_and_gradient(&self, x: &DMatrix<f64>) -> Result<(f64, DMatrix<f64>)> {
        Ok((-x[(0, 0)].ln(), x.map(|x| -1.0 / x)))
    }
}

/// The prox of −log at 0 is 1/√ρ, and the first trial from ½ lies beyond 0.
#[test]
fn a_step_to_where_the_function_is_not_finite_is_shortened() {
    let v = DMatrix::zeros(1, 1);
    let to = Target { v: &v, rho: 10.0, tolerance: 1e-9 };
    let start = DMatrix::from_element(1, 1, 0.5);
    let (mut gradient, mut lbfgs) = (Iterate::new(start.clone()), Iterate::new(start));
    Gradient { max_steps: 500 }.minimise(&Barrier, &Flat, &mut gradient, to).unwrap();
    Lbfgs::default().minimise(&Barrier, &Flat, &mut lbfgs, to).unwrap();
    for found in [gradient.point, lbfgs.point] {
        assert!((found[(0, 0)] - 0.1_f64.sqrt()).abs() < 1e-8, "{found}");
    }
}

#[test]
fn steps_along_minus_the_gradient_end_at_the_prox() {
    let f = Quadratic::new(with_spectrum(&spaced(6, 0.2, 4.0), 5).0, matrix(6, 2, 6));
    let v = matrix(6, 2, 7);
    for rate in [Rate::Lipschitz(4.0), Rate::Constant(0.1)] {
        for rho in [0.3, 6.0] {
            let to = Target { v: &v, rho, tolerance: 1e-12 };
            let by = ScheduledSteps { rate, max_steps: 3_000 };
            let block = Descent { of: Borrowed(&f), by, on: Flat };
            let mut iterate = Iterate::new(DMatrix::zeros(6, 2));
            let cost = block.argmin(&mut iterate, to).unwrap().cost;
            assert!((&iterate.point - f.minimiser(to)).norm() <= 1e-11, "{rate:?} ρ={rho} {cost:?}");
            assert!(cost.steps < 3_000 && cost.passes == cost.steps + 1, "{cost:?}");
            let once = block.argmin(&mut iterate, to).unwrap().cost;
            assert_eq!(once, Cost::default(), "it was measured where the last call ended");
        }
    }
}

struct Borrowed<'a>(&'a Quadratic);

impl Direction<f64> for Borrowed<'_> {
    type Memory = ();
    fn value(&self, x: &DMatrix<f64>) -> Result<f64> {
        Direction::value(self.0, x)
    }
    fn direction(&self, x: &DMatrix<f64>, memory: &mut ()) -> Result<DMatrix<f64>> {
        self.0.direction(x, memory)
    }
}

/// Brockett (1991): with distinct descending N the minimiser has the eigenvectors of the smallest eigenvalues as its
/// columns, the smallest first.
#[test]
fn the_brockett_function_sorts_eigenvectors() {
    let values = spaced(8, 0.5, 6.0);
    let (a, q) = with_spectrum(&values, 8);
    let f = Quadratic { n: DVector::from_vec(vec![3.0, 2.0, 1.0]), ..Quadratic::new(a, DMatrix::zeros(8, 3)) };
    let lowest = 0.5 * (3.0 * values[0] + 2.0 * values[1] + values[2]);
    let origin = DMatrix::zeros(8, 3);
    let to = Target { v: &origin, rho: 0.0, tolerance: 1e-9 };
    for_both!(5_000, |name, method| {
        for seed in 0..4 {
            let mut iterate = Iterate::new(orthonormal(8, 3, seed));
            let cost = method.minimise(&f, &Stiefel::default(), &mut iterate, to).unwrap().cost;
            let value = f.value_and_gradient(&iterate.point).unwrap().0;
            assert!((value - lowest).abs() <= 1e-12 * 8.0, "{name}: {value} against {lowest}");
            for j in 0..3 {
                let gap = angle(&q.columns(j, 1).into_owned(), &iterate.point.columns(j, 1).into_owned());
                assert!(gap <= 1e-7, "{name}: eigenvector {j} is off by {gap}, {cost:?}");
            }
            assert!(ConstraintSet::<f64>::residual(&Stiefel::default(), &iterate.point).unwrap() <= 1e-13);
            if name == "lbfgs" {
                assert!(cost.passes <= 150, "{cost:?}");
            }
        }
    });
}

#[test]
fn a_pull_on_the_stiefel_manifold_alone_is_a_projection() {
    let f = Quadratic::new(DMatrix::zeros(7, 7), DMatrix::zeros(7, 3));
    let v = matrix(7, 3, 9);
    let nearest = Stiefel::default().project(&v).unwrap();
    for_both!(2_000, |name, method| {
        let mut iterate = Iterate::new(Stiefel::default().project(&(&v + matrix(7, 3, 10) * 0.3)).unwrap());
        let to = Target { v: &v, rho: 2.0, tolerance: 1e-10 };
        method.minimise(&f, &Stiefel::default(), &mut iterate, to).unwrap();
        assert!((&iterate.point - &nearest).norm() <= 1e-9, "{name}");
    });
}

/// Each column is interior with gradient 0, or of length 1 with gradient −μx, μ ≥ 0.
#[test]
fn in_a_ball_the_kkt_conditions_hold() {
    let mut f = Quadratic::new(with_spectrum(&spaced(6, 0.5, 5.0), 11).0, matrix(6, 4, 12));
    f.c.column_mut(0).scale_mut(0.05); // a minimiser inside
    f.c.column_mut(1).scale_mut(20.0);
    let v = matrix(6, 4, 13) * 0.1;
    let to = Target { v: &v, rho: 0.4, tolerance: 1e-10 };
    let block = Gradient { max_steps: 5_000 };
    let mut iterate = Iterate { point: matrix(6, 4, 14) * 0.1, memory: GradientMemory::default() };
    let cost = block.minimise(&f, &Ball { radius: 1.0 }, &mut iterate, to).unwrap().cost;
    assert!(cost.steps < 5_000, "{cost:?}");
    let x = &iterate.point;
    let gradient = f.value_and_gradient(x).unwrap().1 + (x - &v) * 0.4;
    let mut active = 0;
    for (x, g) in x.column_iter().zip(gradient.column_iter()) {
        assert!(x.norm() <= 1.0 + 1e-13);
        let multiplier = if x.norm() >= 1.0 - 1e-9 { -g.dot(&x) } else { 0.0 };
        active += u32::from(multiplier > 0.0);
        assert!(
            multiplier >= 0.0 && (g + x * multiplier).norm() <= 1e-8,
            "μ={multiplier} ‖x‖={} {:e} {cost:?}",
            x.norm(),
            (g + x * multiplier).norm()
        );
    }
    assert!((1..4).contains(&active), "{active} columns touch the sphere");
    assert!((x.column(0) - f.minimiser(to).column(0)).norm() <= 1e-8, "the inner column is the free minimiser");
}

#[test]
fn spheres_are_kept() {
    let (a, q) = with_spectrum(&spaced(9, 0.5, 5.0), 15);
    let f = Quadratic::new(a, DMatrix::zeros(9, 2));
    let origin = DMatrix::zeros(9, 2);
    for_both!(5_000, |name, method| {
        let mut iterate = Iterate::new(UnitColumns.project(&matrix(9, 2, 16)).unwrap());
        let to = Target { v: &origin, rho: 0.0, tolerance: 1e-9 };
        method.minimise(&f, &UnitColumns, &mut iterate, to).unwrap();
        for column in 0..2 {
            let gap = angle(&q.columns(0, 1).into_owned(), &iterate.point.columns(column, 1).into_owned());
            assert!(gap <= 1e-7, "{name}: {gap}");
        }
        assert!(ConstraintSet::<f64>::residual(&UnitColumns, &iterate.point).unwrap() <= 1e-14);
    });
}

#[test]
fn a_warm_start_costs_nothing() {
    let f = Quadratic::new(with_spectrum(&spaced(10, 0.1, 10.0), 17).0, matrix(10, 2, 18));
    let (v, other) = (matrix(10, 2, 19), matrix(10, 2, 20));
    let to = Target { v: &v, rho: 1.0, tolerance: 1e-8 };
    for_both!(2_000, |name, method| {
        let mut iterate = Iterate::new(matrix(10, 2, 21));
        method.minimise(&f, &Flat, &mut iterate, to).unwrap();
        let (point, evaluations) = (iterate.point.clone(), f.count());
        assert_eq!(
            method.minimise(&f, &Flat, &mut iterate, to).unwrap().cost,
            Cost::default(),
            "{name} from the optimum"
        );
        assert_eq!(f.count(), evaluations, "{name}");
        assert_eq!(bits(&iterate.point), bits(&point));

        // The optimum of another v and ρ: known from the kept gradient alone.
        let gradient = f.value_and_gradient(&point).unwrap().1;
        let there = &point + &gradient / 0.3;
        let moved = Target { v: &there, rho: 0.3, tolerance: 1e-8 };
        assert_eq!(
            method.minimise(&f, &Flat, &mut iterate, moved).unwrap().cost,
            Cost::default(),
            "{name} for another pull"
        );
    });
    for_both!(0, |name, method| {
        let mut iterate = Iterate::new(matrix(10, 2, 21));
        assert_eq!(
            method.minimise(&f, &Flat, &mut iterate, to).map(|solved| solved.cost),
            Ok(Cost { steps: 0, passes: 1 }),
            "{name} cold"
        );
        let moved = Target { v: &other, rho: 7.0, tolerance: 1e-8 };
        assert_eq!(method.minimise(&f, &Flat, &mut iterate, moved).unwrap().cost, Cost::default(), "{name} warm");
    });
    for_both!(1, |name, method| {
        let mut iterate = Iterate::new(matrix(10, 2, 21));
        let cost = method.minimise(&f, &Flat, &mut iterate, to).unwrap().cost;
        let before = f.count();
        let next = method.minimise(&f, &Flat, &mut iterate, Target { v: &other, rho: 7.0, tolerance: 1e-8 });
        let next = next.unwrap().cost;
        assert_eq!((cost.steps, next.steps, next.passes), (1, 1, f.count() - before), "{name}");
        let here = iterate.memory.here.as_ref().unwrap();
        let (value, gradient) = f.value_and_gradient(&iterate.point).unwrap();
        assert_eq!((here.value(), here.gradient()), (value, &gradient), "{name}: what is kept belongs to the point");
    });
}

#[test]
fn curvature_survives_a_change_of_the_penalty() {
    let f = Quadratic::new(with_spectrum(&spaced(15, 0.05, 20.0), 22).0, matrix(15, 1, 23));
    let (v, other) = (matrix(15, 1, 24), matrix(15, 1, 25));
    let method = Lbfgs { max_steps: 500, ..Lbfgs::default() };
    let mut warm = Iterate::new(matrix(15, 1, 26));
    method.minimise(&f, &Flat, &mut warm, Target { v: &v, rho: 1.0, tolerance: 1e-9 }).unwrap();
    assert!(!warm.memory.pairs.is_empty() && warm.memory.pairs.len() <= 20);
    for rho in [0.2, 5.0] {
        let to = Target { v: &other, rho, tolerance: 1e-9 };
        let (mut warm, mut cold) = (warm.clone(), warm.clone());
        cold.memory.pairs.clear();
        let [fast, slow] = [&mut warm, &mut cold].map(|iterate| {
            let cost = method.minimise(&f, &Flat, iterate, to).unwrap().cost;
            assert!((&iterate.point - f.minimiser(to)).norm() <= 1e-7);
            cost.passes
        });
        assert!(fast < slow, "ρ={rho}: {fast} passes with the memory, {slow} without");
    }
}

fn through_text<X: Serialize + DeserializeOwned>(x: &X) -> X {
    serde_json::from_str(&serde_json::to_string(x).unwrap()).unwrap()
}

#[test]
fn a_saved_variable_goes_on_with_the_same_bits() {
    let f = Quadratic::new(with_spectrum(&spaced(15, 0.05, 20.0), 27).0, matrix(15, 3, 28));
    let v = matrix(15, 3, 29);
    let to = Target { v: &v, rho: 0.7, tolerance: 1e-10 };
    let manifolds: [Box<dyn ConstraintSet<f64>>; 2] = [Box::new(Flat), Box::new(Stiefel::default())];
    for on in manifolds {
        for_both!(7, |name, method| {
            let mut iterate = Iterate::new(orthonormal(15, 3, 30));
            method.minimise(&f, &*on, &mut iterate, to).unwrap();
            let mut resumed = through_text(&iterate);
            for _ in 0..3 {
                let to = Target { rho: 0.9, ..to };
                let cost = method.minimise(&f, &*on, &mut iterate, to).unwrap().cost;
                assert_eq!(method.minimise(&f, &*on, &mut resumed, to).unwrap().cost, cost, "{name}");
                assert_eq!(bits(&iterate.point), bits(&resumed.point), "{name}");
            }
        });
    }

    let (x, labels) = classes(5, 60, 3, 31);
    let samples = Samples::new(x, &labels, vec![1.0 / 60.0; 60], 3, Exec::Serial).unwrap();
    let method = Lbfgs { max_steps: 6, ..Lbfgs::default() };
    let block = Descent { of: PredictionLoss::softmax(samples, 0.01, 0.5), by: method, on: Flat };
    let v = orthonormal(5, 2, 32);
    let to = Target { v: &v, rho: 0.1, tolerance: 1e-10 };
    let mut iterate = Iterate::new(Predictor::blank(v.clone(), 3));
    block.argmin(&mut iterate, to).unwrap();
    let mut resumed = through_text(&iterate);
    for _ in 0..3 {
        block.argmin(&mut iterate, to).unwrap();
        block.argmin(&mut resumed, to).unwrap();
        assert_eq!(bits(&iterate.point.v), bits(&resumed.point.v));
        assert_eq!(bits(&iterate.point.b), bits(&resumed.point.b));
        assert_eq!(iterate.point.bias, resumed.point.bias);
    }
}

#[test]
fn the_free_part_moves_with_the_coupled_one() {
    let (x, labels) = classes(5, 200, 3, 33);
    let samples = Samples::new(x, &labels, vec![1.0 / 200.0; 200], 3, Exec::Serial).unwrap();
    let softmax = PredictionLoss::softmax(samples, 0.05, 0.5);
    let v = orthonormal(5, 2, 34);
    let to = Target { v: &v, rho: 0.2, tolerance: 1e-8 };
    for_both!(20_000, |name, method| {
        let mut iterate = Iterate::new(Predictor::blank(v.clone(), 3));
        method.minimise(&softmax, &Flat, &mut iterate, to).unwrap();
        let mut gradient = softmax.value_and_gradient(&iterate.point).unwrap().1;
        gradient.v += (&iterate.point.v - &v) * 0.2;
        assert!(gradient.euclidean_norm() <= 1e-8, "{name}: {}", gradient.euclidean_norm());
        assert!(iterate.point.b.norm() > 0.1 && iterate.point.bias.norm() > 1e-3);
    });
}

/// What a user's function answers.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Answer {
    NanValue,
    NanGradient,
    InfiniteGradient,
    WrongSize,
}

impl Smooth<f64> for Answer {
    type Point = DMatrix<f64>;
    fn value_and_gradient(&self, x: &DMatrix<f64>) -> Result<(f64, DMatrix<f64>)> {
        let mut gradient = x.clone();
        match self {
            Answer::NanValue => return Ok((f64::NAN, gradient)),
            Answer::NanGradient => gradient[0] = f64::NAN,
            Answer::InfiniteGradient => gradient[0] = f64::INFINITY,
            Answer::WrongSize => gradient = gradient.transpose(),
        }
        Ok((0.5, gradient))
    }
}

struct WrongDirection;

impl Direction<f64> for WrongDirection {
    type Memory = ();
    fn value(&self, _x: &DMatrix<f64>) -> Result<f64> {
        Ok(0.0)
    }
    fn direction(&self, x: &DMatrix<f64>, _memory: &mut ()) -> Result<DMatrix<f64>> {
        Ok(x.transpose())
    }
}

#[test]
fn bad_answers_of_a_function_are_errors() {
    let v = matrix(3, 2, 1);
    let to = Target { v: &v, rho: 1.0, tolerance: 1e-8 };
    for answer in [Answer::NanValue, Answer::NanGradient, Answer::InfiniteGradient, Answer::WrongSize] {
        for_both!(5, |name, method| {
            let mut iterate = Iterate::new(matrix(3, 2, 2));
            let error = method.minimise(&answer, &Flat, &mut iterate, to).unwrap_err();
            match answer {
                Answer::WrongSize => assert_eq!(error.to_string(), "gradient: expected size 3×2, got 2×3"),
                _ => assert!(matches!(error, Error::NotFinite { .. }), "{name} {answer:?}: {error}"),
            }
        });
    }
    let block =
        Descent { of: WrongDirection, by: ScheduledSteps { rate: Rate::Constant(0.1), max_steps: 5 }, on: Flat };
    let error = block.argmin(&mut Iterate::new(matrix(3, 2, 2)), to).unwrap_err();
    assert_eq!(error.to_string(), "direction: expected size 3×2, got 2×3");
}

/// The gradient by V is normal to the manifold and large, those by B and b are all that is left.
#[test]
fn a_small_gradient_of_the_free_part_is_not_lost_beside_a_large_one_of_the_coupled() {
    let x = Predictor::blank(orthonormal(6, 2, 1), 3);
    for size in [1e-6, 1e-10] {
        let (b, bias) = (DMatrix::from_element(2, 3, size), DMatrix::from_element(3, 1, size));
        let gradient = Predictor { v: &x.v * 10.0, b, bias };
        let left = stationarity(&Stiefel::default(), &x, &gradient).unwrap();
        assert!((left - 3.0 * size).abs() <= 1e-3 * size, "{left:e}");
    }
}
