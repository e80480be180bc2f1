//! What a certificate says, against problems whose answer is known.

use crate::common::{
    self, ElasticNet, Interval, LAMBDA, Matrix, Quadratic, TIGHT, column, design, l1, regression, scripted,
};
use admm::accelerate::Acceleration;
use admm::certificate::{Certificate, Finding, Growth, Rises, Smoothness, Stationarity, Threshold};
use admm::observe::History;
use admm::patterns::{Consensus, Group, Sharing, Weighted};
use admm::penalty::{Fixed, Penalty};
use admm::state::{Memory, Start, State, Step};
use admm::*;
use nalgebra::DMatrix;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Any block of a matrix.
type Boxed = Box<dyn Subproblem<f64, Var = Matrix, Image = Matrix>>;

/// c/2 ‖z‖² with the exact argmin ρv/(ρ + c), for any ρ > −c.
struct Parabola(f64);

impl<T: Real> Subproblem<T> for Parabola {
    type Var = DMatrix<T>;
    type Image = DMatrix<T>;

    fn value(&self, z: &DMatrix<T>) -> Result<T> {
        Ok(T::of(self.0 / 2.0) * z.norm_squared())
    }
    fn argmin(&self, z: &mut DMatrix<T>, to: Target<'_, T, DMatrix<T>>) -> Result<Solved<T>> {
        *z = to.v * (to.rho / (to.rho + T::of(self.0)));
        Ok(Solved::exactly(Cost::default()))
    }
    fn image(&self, z: &DMatrix<T>) -> DMatrix<T> {
        z.clone()
    }
    fn smoothness(&self, _z: &DMatrix<T>) -> Smoothness<T> {
        Smoothness::Smooth { lipschitz: Some(T::of(self.0.abs())) }
    }
}

/// The indicator of {1}.
struct One;

impl<T: Real> Prox<T> for One {
    fn value(&self, _x: &DMatrix<T>) -> T {
        T::zero()
    }
    fn prox(&self, v: &DMatrix<T>, _rho: T) -> Result<DMatrix<T>> {
        Ok(DMatrix::from_element(v.nrows(), v.ncols(), T::one()))
    }
}

/// A state of which every part is 1×1.
type Scalars<T> = State<T, DMatrix<T>, DMatrix<T>, DMatrix<T>>;

/// x = 1, z = x and −½z²: from one iteration to the next z − 1 is multiplied by ((1 − α)ρ − 1)/(ρ − 1), of size below 1
/// exactly for ρ > 2/(2 − α). So the bound is tight.
fn concave<T: Real>(rho: f64, relaxation: f64) -> Outcome<Scalars<T>> {
    let (x, z) = (DMatrix::from_element(1, 1, T::one()), DMatrix::from_element(1, 1, T::of(0.5)));
    let mut admm = Coordinator::new(Exact(One), Negated(Parabola(-1.0)), x, z, T::of(rho)).unwrap();
    (admm.penalty_policy, admm.relaxation, admm.track_objective) = (Box::new(Fixed), T::of(relaxation), true);
    admm.tolerance = Tolerance { absolute: 64.0 * T::EPSILON.to_f64(), relative: 0.0 };
    admm.acceleration = Box::new(admm::accelerate::Plain);
    admm.run(()).unwrap()
}

fn holds<F>(finding: &Finding<F>) -> bool {
    matches!(finding, Finding::Holds(_))
}
fn fails<F>(finding: &Finding<F>) -> bool {
    matches!(finding, Finding::Fails(_))
}

#[test]
fn above_the_bound_everything_holds() {
    for relaxation in [0.5, 1.0, 1.5] {
        let bound = 2.0 / (2.0 - relaxation);
        for certificate in
            [concave::<f64>(1.1 * bound, relaxation).certificate, concave::<f32>(1.1 * bound, relaxation).certificate]
        {
            let Certificate { order, penalty, descent, dual, stationarity, .. } = &certificate;
            let all = [holds(order), holds(penalty), holds(descent), holds(dual), holds(stationarity)];
            assert_eq!(all, [true; 5], "α = {relaxation}\n{certificate}");
        }
    }
}

#[test]
fn below_the_bound_the_lagrangian_rises_and_the_dual_grows() {
    for relaxation in [0.5, 1.0, 1.5] {
        let bound = 2.0 / (2.0 - relaxation);
        let outcome = concave::<f64>(0.9 * bound, relaxation);
        let Certificate { order, penalty, descent, dual, stationarity, .. } = &outcome.certificate;
        assert_eq!(outcome.status, Status::Diverged);
        assert!(holds(order) && fails(dual) && fails(stationarity), "{}", outcome.certificate);
        let evidence = Threshold { rho: 0.9 * bound, lipschitz: 1.0, bound };
        assert_eq!(*penalty, Finding::Fails(evidence));
        let Finding::Fails(rises) = descent else { panic!("{descent:?}") };
        assert!(rises.rises == rises.compared && rises.rises > 10 && rises.largest > 1.0, "{rises:?}");
    }
    assert!(fails(&concave::<f64>(2.0, 1.0).certificate.penalty), "the bound itself is not enough");
}

/// Convex, in plain loops: −1 ≤ x ≤ 1, c/2 ‖z‖² and x − z = 0.
#[test]
fn the_augmented_lagrangian_is_that_of_plain_loops() {
    let (curvature, rho) = (3.0, 0.7);
    for relaxation in [1.0, 1.6] {
        let mut z = vec![4.0, -0.5, 0.25];
        let start = column(&z);
        let bounds = Interval(Matrix::from_element(3, 1, 0.125), Matrix::from_element(3, 1, 1.0));
        let block = Negated(Parabola(curvature));
        let mut admm = Coordinator::new(Exact(bounds), block, start.clone(), start, rho).unwrap();
        (admm.penalty_policy, admm.relaxation, admm.track_objective) = (Box::new(Fixed), relaxation, true);
        let mut u = [0.0; 3];
        for _ in 0..40 {
            let record = admm.step().unwrap();
            let mut expected = 0.0;
            for i in 0..3 {
                let x = (z[i] - u[i]).clamp(0.125, 1.0);
                let relaxed = relaxation * x + (1.0 - relaxation) * z[i];
                z[i] = rho * (relaxed + u[i]) / (rho + curvature);
                u[i] += relaxed - z[i];
                let r = x - z[i];
                expected += curvature / 2.0 * z[i] * z[i] + rho / 2.0 * ((r + u[i]) * (r + u[i]) - u[i] * u[i]);
            }
            assert!((record.augmented_lagrangian.unwrap() - expected).abs() < 1e-13, "{record:?} {expected}");
        }
    }
}

/// ½‖x‖² + qᵀx and ½‖z‖² with Ax + z = c: x + q + Aᵀy is what the Lagrangian's gradient in x is off by, for every α.
#[test]
fn the_gradient_of_the_lagrangian_is_that_of_its_definition() {
    let (a, q) = (design(), column(&[1.0, -2.0, 0.5, 0.0, 3.0]));
    for relaxation in [0.5, 1.0, 1.6] {
        let f = Quadratic::new(Matrix::identity(5, 5), q.clone(), a.clone());
        let (x, z) = (Matrix::zeros(5, 1), column(&[1.0, 0.0, -1.0, 2.0]));
        let admm = Coordinator::new(f, Exact(ElasticNet(0.0, 1.0)), x, z, 0.3).unwrap();
        let mut admm = admm.with_offset(common::response()).unwrap();
        (admm.penalty_policy, admm.relaxation, admm.max_iterations) = (Box::new(Fixed), relaxation, 7);
        admm.tolerance = Tolerance { absolute: 0.0, relative: 0.0 };
        let outcome = admm.run(()).unwrap();
        let State { x, u, record, .. } = &outcome.best;
        let expected = (x + &q + a.tr_mul(u) * 0.3).norm();
        assert!(expected > 1e-3 && (record.gradient - expected).abs() < 1e-12, "α = {relaxation}: {expected}");
        assert_eq!(record.gradient == record.dual, relaxation == 1.0);
        let Finding::Fails(shown) = outcome.certificate.stationarity else { panic!("{}", outcome.certificate) };
        assert!((shown.gradient - expected).abs() < 1e-9, "{shown}");
    }
}

/// Every other iteration starts far away, and is taken back.
struct Astray;

impl Acceleration<f64, Matrix> for Astray {
    fn next(&self, step: &Step<'_, f64, Matrix>, memory: &mut Memory<f64, (Matrix, Matrix)>) -> Start<Matrix> {
        if let Some(end) = memory.elements.pop() {
            let (bz, u) = Arc::unwrap_or_clone(end);
            return Start::Back(bz, u);
        }
        let (bz, u) = step.to;
        memory.elements = vec![Arc::new((bz.clone(), u.clone()))];
        Start::Ahead(bz.add_scalar(10.0), u.add_scalar(-10.0))
    }
}

#[test]
fn an_iteration_that_is_taken_back_is_no_rise() {
    let (x, z) = (Matrix::from_element(1, 1, 1.0), Matrix::from_element(1, 1, 0.5));
    let mut admm = Coordinator::new(Exact(One), Negated(Parabola(-1.0)), x, z, 2.2).unwrap();
    (admm.penalty_policy, admm.track_objective, admm.acceleration) = (Box::new(Fixed), true, Box::new(Astray));
    (admm.tolerance, admm.max_iterations) = (Tolerance { absolute: 0.0, relative: 0.0 }, 20);
    let outcome = admm.run(()).unwrap();
    let state = admm.state();
    assert_eq!((state.record.rejected, state.record.iteration), (10, 20));
    assert_eq!(outcome.certificate.descent, Finding::Holds(Rises { compared: 9, rises: 0, largest: 0.0 }));
}

/// −½‖z‖² with L = 1 at weight w, of which σz is coupled; and what is known of a sum is what is known of each part.
#[test]
fn wrappers_pass_on_how_smooth_a_block_is() {
    let known = |lipschitz: f64| Smoothness::Smooth { lipschitz: Some(lipschitz) };
    let z = Matrix::zeros(2, 1);
    assert_eq!(Weighted { of: Parabola(-1.0), weight: 4.0 }.smoothness(&z), known(0.25));
    let of = |blocks: Vec<Parabola>| Group { blocks, exec: Exec::Serial };
    let pair = vec![z.clone(), z.clone()];
    assert_eq!(of(vec![Parabola(3.0), Parabola(-5.0)]).smoothness(&pair), known(5.0));
    let boxed = |on_circle: [bool; 2]| {
        let on = |circle| if circle { Box::new(Circle) as Box<dyn ConstraintSet<f64>> } else { Box::new(Flat) };
        let member = |circle| Descent { of: Counted::default(), by: Gradient { max_steps: 1 }, on: on(circle) };
        let start = Iterate::new(z.clone());
        Group { blocks: on_circle.map(member).into(), exec: Exec::Serial }.smoothness(&vec![start.clone(), start])
    };
    assert_eq!(boxed([false, false]), Smoothness::Smooth { lipschitz: None });
    assert_eq!(boxed([false, true]), Smoothness::Constrained);
    let silent = Group { blocks: vec![Exact(One), Exact(One)], exec: Exec::Serial };
    assert_eq!(Subproblem::<f64>::smoothness(&silent, &pair), Smoothness::Unknown);
}

/// Iterations of one ρ are compared, and no others.
#[test]
fn a_change_of_the_penalty_is_no_rise() {
    struct Double;
    impl<S> Penalty<f64, S> for Double {
        fn next(&self, step: &Step<'_, f64, S>, _memory: &mut Memory<f64, S>) -> f64 {
            if step.record.iteration <= 5 { 2.0 * step.record.rho } else { step.record.rho }
        }
    }
    let mut admm = regression(l1(LAMBDA), 1.0);
    (admm.penalty_policy, admm.track_objective) = (Box::new(Double), true);
    (admm.tolerance, admm.max_iterations) = (TIGHT, 20);
    let mut history = History::default();
    let certificate = admm.run(&mut history).unwrap().certificate;
    let values: Vec<(f64, f64)> = history.records.iter().map(|r| (r.rho, r.augmented_lagrangian.unwrap())).collect();
    let pairs = values.windows(2).filter(|pair| pair[0].0 == pair[1].0);
    let rise = |pair: &[(f64, f64)]| pair[1].1 - pair[0].1;
    let beyond_rounding = |pair: &&[(f64, f64)]| rise(pair) > 64.0 * f64::EPSILON * (1.0 + pair[0].1.abs());
    let rises: Vec<f64> = pairs.clone().filter(beyond_rounding).map(rise).collect();
    let expected = Rises {
        compared: pairs.count() as u64,
        rises: rises.len() as u64,
        largest: rises.iter().fold(0.0, |largest, &rise| largest.max(rise)),
    };
    assert_eq!(expected.compared, 14);
    assert_eq!(certificate.descent, Finding::of(rises.is_empty(), expected));
}

/// ½‖z − 1‖² and the number of its evaluations.
#[derive(Default)]
struct Counted(AtomicU64);

impl Smooth<f64> for Counted {
    type Point = Matrix;
    fn value_and_gradient(&self, z: &Matrix) -> Result<(f64, Matrix)> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let gradient = z.add_scalar(-1.0);
        Ok((gradient.norm_squared() / 2.0, gradient))
    }
}

fn counted() -> Descent<Counted, Gradient, Flat> {
    Descent { of: Counted::default(), by: Gradient { max_steps: 100 }, on: Flat }
}

#[test]
fn a_smooth_block_that_is_first_is_told_to_be_last() {
    let sphere = Descent { of: Counted::default(), by: Gradient { max_steps: 100 }, on: Circle };
    let start = column(&[0.6, 0.8]);
    let (x, z) = (Iterate::new(start.clone()), Iterate::new(start.clone()));
    let mut wrong = Coordinator::new(counted(), Negated(sphere), x, z, 4.0).unwrap();
    let certificate = wrong.run(()).unwrap().certificate;
    assert!(fails(&certificate.order) && matches!(certificate.penalty, Finding::Unknown(_)), "{certificate}");

    let interval = Exact(Interval(column(&[0.0, 0.0]), column(&[1.0, 1.0])));
    let mut silent = Coordinator::new(counted(), Negated(interval), Iterate::new(start.clone()), start, 4.0).unwrap();
    let certificate = silent.run(()).unwrap().certificate;
    assert!(matches!(certificate.order, Finding::Unknown(_)), "{certificate}");
    assert!(matches!(certificate.descent, Finding::Unknown(_)), "no values were asked for");
}

/// ‖x‖ = 1.
struct Circle;

impl ConstraintSet<f64> for Circle {
    fn geometry(&self) -> Geometry {
        Geometry::Manifold
    }
    fn tangent(&self, x: &Matrix, g: &Matrix) -> Result<Matrix> {
        Ok(g - x * x.dot(g))
    }
    fn project(&self, x: &Matrix) -> Result<Matrix> {
        Ok(x.normalize())
    }
    fn residual(&self, x: &Matrix) -> Result<f64> {
        Ok((x.norm() - 1.0).abs())
    }
}

#[test]
fn following_the_values_costs_a_gradient_block_nothing() {
    let evaluations = |track: bool| {
        let start = column(&[3.0, -2.0]);
        let (f, z) = (Exact(ElasticNet(0.5, 0.0)), Iterate::new(start.clone()));
        let mut admm = Coordinator::new(f, Negated(counted()), start, z, 4.0).unwrap();
        (admm.penalty_policy, admm.track_objective) = (Box::new(Fixed), track);
        let outcome = admm.run(()).unwrap();
        assert_eq!(holds(&outcome.certificate.descent), track, "{}", outcome.certificate);
        let (cost, evaluations) = (outcome.best.record.cost, admm.blocks().1.0.of.0.load(Ordering::Relaxed));
        assert_eq!(cost.passes, evaluations);
        evaluations
    };
    assert_eq!(evaluations(true), evaluations(false));
}

#[test]
fn what_a_short_or_an_interrupted_run_shows() {
    let mut admm = scripted(&[2.0]);
    (admm.max_iterations, admm.accuracy) = (7, Accuracy::Fixed(1e-10));
    let certificate = admm.run(()).unwrap().certificate;
    assert!(matches!(certificate.dual, Finding::Unknown(_)), "{certificate}");
    assert_eq!(
        certificate.stationarity,
        Finding::Fails(Stationarity { gradient: 1e-10, infeasibility: 2.0 }),
        "two apart, and nothing moves"
    );
    // u = 2k after k iterations: 6 before the fourth, 16 after the eighth.
    admm = scripted(&[2.0]);
    admm.max_iterations = 8;
    assert_eq!(admm.run(()).unwrap().certificate.dual, Finding::Fails(Growth { early: 6.0, largest: 16.0 }));
}

/// The number of entries other than 0, which is not convex, in every wrapper of a proximal operator, and in a run.
#[test]
fn a_block_that_is_not_convex_is_named() {
    struct Count;
    impl Prox<f64> for Count {
        fn value(&self, x: &Matrix) -> f64 {
            x.iter().filter(|entry| **entry != 0.0).count() as f64
        }
        fn prox(&self, v: &Matrix, rho: f64) -> Result<Matrix> {
            Ok(v.map(|v| if rho * v * v > 2.0 { v } else { 0.0 }))
        }
        fn is_nonconvex(&self) -> bool {
            true
        }
    }
    let weights = vec![1.0, 2.0];
    assert!(Exact(Box::new(Count) as Box<dyn Prox<f64>>).is_nonconvex() && Negated(Exact(Count)).is_nonconvex());
    assert!(Subproblem::<f64>::is_nonconvex(&Consensus { of: Count, members: 2 }));
    assert!(Subproblem::<f64>::is_nonconvex(&Sharing { of: Count, members: 2 }));
    assert!(Weighted { of: Consensus { of: Count, members: 2 }, weight: weights }.is_nonconvex());
    let some = Group { blocks: vec![Box::new(Parabola(1.0)) as Boxed, Box::new(Exact(Count))], exec: Exec::Serial };
    let none = Group { blocks: vec![Parabola(1.0)], exec: Exec::Serial };
    assert!(some.is_nonconvex() && !Subproblem::<f64>::is_nonconvex(&none));

    let start = || column(&[1.0, 1.0]);
    let mut admm = Coordinator::new(Exact(Count), Negated(Parabola(2.0)), start(), start(), 1.0).unwrap();
    let certificate = admm.run(()).unwrap().certificate;
    let text = certificate.to_string();
    assert!(
        certificate.nonconvex
            && text
                .ends_with("\nno   convex: a block states that it is not, so the result need not be a global minimum"),
        "{text}"
    );
    let mut convex = Coordinator::new(Parabola(1.0), Negated(Parabola(2.0)), start(), start(), 1.0).unwrap();
    assert!(!convex.run(()).unwrap().certificate.nonconvex);
}

#[test]
fn it_speaks_plainly_and_survives_json() {
    let certificate = concave::<f64>(1.5, 1.0).certificate;
    let text = certificate.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 5);
    assert_eq!(lines[0], "yes  smooth block last: the last block is smooth");
    assert_eq!(lines[1], "no   penalty above 2L/(2 − α): ρ = 1.50, the bound is 2.00 with L = 1.00");
    assert!(lines[2].starts_with("no   augmented Lagrangian falls: it rose in "), "{text}");
    let json = serde_json::to_value(&certificate).unwrap();
    assert_eq!(json["penalty"]["fails"]["bound"], 2.0);
    assert_eq!(serde_json::from_value::<Certificate>(json).unwrap(), certificate);
}
