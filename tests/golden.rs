//! Optima and iteration counts known from elsewhere.

use crate::common::*;
use admm::penalty::Fixed;
use admm::state::State;
use admm::*;

#[test]
fn small_lasso() {
    let mut admm = regression(l1(LAMBDA), 1.0);
    admm.tolerance = TIGHT;
    let outcome = admm.run(()).unwrap();
    assert_eq!(outcome.status, Status::Converged);
    assert!(distance(&outcome.best.x, &LASSO) < 1e-8 && distance(&outcome.best.z, &LASSO) < 1e-8);
    let (f, g) = admm.blocks();
    let value = f.value(&outcome.best.x).unwrap() + g.value(&outcome.best.z).unwrap();
    assert!((value - 7.275772789115647).abs() < 1e-8, "{value}");
}

/// From x = z = x* and the multiplier there, y = λ∂‖x*‖₁ = −Aᵀ(Ax* − b), nothing moves.
#[test]
fn the_solution_and_its_dual_stay() {
    for rho in [0.1, 1.0, 10.0] {
        let known = column(&LASSO);
        let a = design::<f64>();
        let multiplier = a.transpose() * (response() - &a * &known);
        let mut admm = regression(l1(LAMBDA), rho).with_dual(multiplier / rho).unwrap();
        let start = State { x: known.clone(), z: known.clone(), bz: -&known, ..admm.state().clone() };
        admm = admm.resume(start).unwrap();
        let record = admm.step().unwrap();
        assert!(record.primal < 1e-12 && record.dual < 1e-12, "ρ = {rho}: {record:?}");
        assert!(distance(&admm.state().z, &LASSO) < 1e-12);
    }
}

/// Over-relaxation α and penalty ρ against Boyd's own rule and defaults.
#[test]
fn small_lasso_takes_as_many_iterations_as_the_monograph() {
    let table = [
        (1.0, [546, 58, 12, 69]), //
        (1.5, [365, 39, 8, 50]),
        (1.8, [305, 33, 10, 43]),
    ];
    for (alpha, counts) in table {
        for (rho, count) in [0.1, 1.0, 10.0, 100.0].into_iter().zip(counts) {
            let mut admm = regression(l1(LAMBDA), rho);
            (admm.stop, admm.tolerance) = (Stop::Residuals, Tolerance { absolute: 1e-4, relative: 1e-2 });
            admm.relaxation = alpha;
            let outcome = admm.run(()).unwrap();
            assert_eq!(outcome.status, Status::Converged);
            assert_eq!(outcome.best.record.iteration, count, "α = {alpha}, ρ = {rho}");
        }
    }
}

#[test]
fn elastic_net() {
    let mut admm = regression(ElasticNet(1.0, 1.0), 1.0);
    admm.tolerance = TIGHT;
    let outcome = admm.run(()).unwrap();
    assert_eq!(outcome.status, Status::Converged);
    assert!(distance(&outcome.best.z, &[-0.6004983388704322, 0.0, 0.0, 0.195182724252491, 0.764119601328903]) < 1e-8);
}

const LOGISTIC: [f64; 5] = [0.0, 0.0, 0.2114635341704963, 0.0, 2.845881348733116];

#[test]
fn sparse_logistic_by_gradient_descent() {
    let of = Logistic { a: design(), b: response() };
    let smooth = Descent { of, by: Gradient { max_steps: 10_000 }, on: Flat };
    let start = Matrix::zeros(5, 1);
    let l1 = Negated(Exact(l1(0.1)));
    let mut admm = Coordinator::new(smooth, l1, Iterate::new(start.clone()), start, 1.0).unwrap();
    (admm.tolerance, admm.penalty_policy) = (TIGHT, Box::new(Fixed));
    let outcome = admm.run(()).unwrap();
    assert_eq!(outcome.status, Status::Converged);
    assert!(distance(&outcome.best.z, &LOGISTIC) < 1e-8, "{}", outcome.best.z);
}

/// The residuals shrink the inner tolerance, and the optimum is the same.
#[test]
fn sparse_logistic_with_inexact_blocks_is_as_good_and_cheaper() {
    let run = |accuracy| {
        let of = Logistic { a: design(), b: response() };
        let smooth = Descent { of, by: Gradient { max_steps: 10_000 }, on: Flat };
        let start = Matrix::zeros(5, 1);
        let l1 = Negated(Exact(l1(0.1)));
        let mut admm = Coordinator::new(smooth, l1, Iterate::new(start.clone()), start, 1.0).unwrap();
        admm.tolerance = Tolerance { absolute: 1e-9, relative: 1e-9 };
        (admm.accuracy, admm.penalty_policy) = (accuracy, Box::new(Fixed));
        let outcome = admm.run(()).unwrap();
        assert_eq!(outcome.status, Status::Converged);
        assert!(distance(&outcome.best.z, &LOGISTIC) < 1e-6, "{}", outcome.best.z);
        outcome.best.record.cost.passes
    };
    let exact = run(Accuracy::Fixed(1e-10));
    let inexact = run(Accuracy::Relative { first: 1e-1, factor: 0.1, floor: 1e-10 });
    assert!(inexact < exact, "{inexact} passes, not fewer than {exact}");
}

/// minimise ½xᵀPx + qᵀx subject to l ≤ Ax ≤ u: a quadratic block with image Ax, and a box.
#[test]
fn quadratic_program_with_its_multipliers() {
    let p = Matrix::from_row_slice(2, 2, &[4., 1., 1., 2.]);
    let a = Matrix::from_row_slice(4, 2, &[1., 1., 1., 0., 0., 1., 0., 1.]);
    let limits = Interval(column(&[1., 0., 0., f64::NEG_INFINITY]), column(&[1., 0.7, 0.7, f64::INFINITY]));
    let f = Quadratic::new(p, column(&[1., 1.]), a);
    let (x, z) = (Matrix::zeros(2, 1), Matrix::zeros(4, 1));
    let mut admm = Coordinator::new(f, Negated(Exact(limits)), x, z, 1.0).unwrap();
    admm.tolerance = TIGHT;
    let outcome = admm.run(()).unwrap();
    assert_eq!(outcome.status, Status::Converged);
    let best = outcome.best;
    assert!(distance(&best.x, &[0.3, 0.7]) < 1e-8, "{}", best.x);
    assert!(distance(&(&best.u * best.rho), &[-2.9, 0.0, 0.2, 0.0]) < 1e-8, "{}", best.u);
    assert!((admm.blocks().0.value(&best.x).unwrap() - 1.88).abs() < 1e-8);
}
