//! How a run ends, and what it returns then.

use crate::common::{self, ElasticNet, LAMBDA, Matrix, l1, regression, scripted};
use crate::plain::{lasso_step, norm, plus, rows, times};
use admm::accelerate::{Acceleration, Anderson, Nesterov, Plain};
use admm::observe::{History, on_best};
use admm::penalty::{Balance, Fixed};
use admm::state::{Record, State};
use admm::*;
use nalgebra::DMatrix;
use std::ops::ControlFlow;

#[test]
fn a_run_without_iterations_left_returns_the_best_iterate() {
    let mut admm = scripted(&[3.0, 1.0, 2.0, 5.0]);
    admm.max_iterations = 4;
    let outcome = admm.run(()).unwrap();
    assert_eq!(outcome.status, Status::IterationLimit);
    assert_eq!((outcome.best.x, outcome.best.record.iteration, outcome.best.record.primal), (2, 2, 1.0));
    assert_eq!(admm.state().record.iteration, 4);
}

#[test]
fn a_later_best_iterate_replaces_an_earlier_one() {
    let mut admm = scripted(&[3.0, 4.0, 1.0, 2.0, 0.5, 0.75]);
    admm.max_iterations = 6;
    assert_eq!(admm.run(()).unwrap().best.x, 5);
    let mut admm = scripted(&[3.0, 4.0, 1.0]);
    admm.max_iterations = 3;
    assert_eq!(admm.run(()).unwrap().best.x, 3);
}

#[test]
fn the_best_iterate_is_known_without_any_tolerance_too() {
    let mut admm = scripted(&[3.0, 1.0, 2.0, 5.0]);
    (admm.tolerance, admm.max_iterations) = (Tolerance { absolute: 0.0, relative: 0.0 }, 4);
    let outcome = admm.run(()).unwrap();
    assert_eq!((outcome.status, outcome.best.x), (Status::IterationLimit, 2));
}

#[test]
fn the_limit_counts_the_iterations_of_this_run() {
    let mut admm = scripted(&[1.0]);
    admm.max_iterations = 3;
    assert_eq!(admm.run(()).unwrap().status, Status::IterationLimit);
    assert_eq!(admm.run(()).unwrap().status, Status::IterationLimit);
    assert_eq!(admm.state().record.iteration, 6);
}

#[test]
fn a_converged_run_returns_the_final_state() {
    let mut admm = scripted(&[3.0, 1e-4, 7.0, 1e-3, 9.0]);
    admm.tolerance = Tolerance { absolute: 1e-3, relative: 0.0 };
    let outcome = admm.run(()).unwrap();
    assert_eq!((outcome.status, outcome.best.x), (Status::Converged, 2));
    // At the bound itself, and no further.
    let outcome = admm.run(()).unwrap();
    assert_eq!((outcome.status, outcome.best.x), (Status::Converged, 4));
}

/// A block that stops within its tolerance where it stands leaves residuals of 0, which prove nothing.
#[test]
fn residuals_within_their_bounds_wait_for_accurate_blocks() {
    for (first, iterations) in [(1e-1, 2), (1e-3, 1)] {
        let run = || {
            let mut admm = scripted(&[5e-4, 6e-4, 7e-4]);
            admm.accuracy = Accuracy::Relative { first, factor: 0.3, floor: 1e-5 };
            admm
        };
        let outcome = run().run(()).unwrap();
        assert_eq!((outcome.status, outcome.best.record.iteration), (Status::Converged, iterations));
        assert_eq!(run().iter().count() as u64, iterations);
    }
    let mut admm = scripted(&[5e-4]);
    admm.accuracy = Accuracy::Fixed(1.0);
    admm.max_iterations = 9;
    assert_eq!(
        admm.run(()).unwrap().status,
        Status::IterationLimit,
        "no more accuracy is to come, and it is not enough"
    );
}

/// Nor do they say how accurate the blocks should be: that falls by the factor then.
#[test]
fn a_block_that_stood_still_does_not_ask_for_the_highest_accuracy() {
    let mut admm = scripted(&[0.0, 1e-2, 1.0]);
    admm.accuracy = Accuracy::Relative { first: 1e-1, factor: 0.3, floor: 1e-5 };
    let tolerances: Vec<f64> = admm.iter().take(3).map(|record| record.unwrap().inner_tolerance).collect();
    let expected = [1e-1, 3e-2, 3e-3];
    assert!(tolerances.iter().zip(expected).all(|(given, asked)| (given - asked).abs() <= 1e-15), "{tolerances:?}");
}

/// Such residuals are no measure of those that accurate blocks leave: the run has not diverged.
#[test]
fn residuals_of_blocks_that_stood_still_are_no_measure_of_later_ones() {
    let mut admm = scripted(&[0.0, 2.0, 1.0, 5e-4]);
    admm.accuracy = Accuracy::Relative { first: 1e-1, factor: 0.3, floor: 1e-5 };
    let outcome = admm.run(()).unwrap();
    assert_eq!((outcome.status, outcome.best.x), (Status::Converged, 5));
}

#[test]
fn residuals_that_do_not_improve_have_stalled_after_the_patience() {
    let mut admm = scripted(&[2.0, 1.0, 2.0, 3.0]);
    admm.patience = 5;
    let outcome = admm.run(()).unwrap();
    assert_eq!((outcome.status, outcome.best.x), (Status::Stalled, 2));
    assert_eq!(admm.state().record.iteration, 7);
}

#[test]
fn residuals_that_grow_have_diverged_and_the_first_iterate_was_the_best() {
    let growing: Vec<f64> = (0..20).map(|k| 10f64.powi(k)).collect();
    let mut admm = scripted(&growing);
    let outcome = admm.run(()).unwrap();
    assert_eq!((outcome.status, outcome.best.x), (Status::Diverged, 1));
    assert_eq!(admm.state().record.iteration, 10);
}

/// ‖r‖ is within the bounds of the tolerance all the time, and not within those of the rule.
#[test]
fn a_run_stalls_by_the_rule_that_was_chosen() {
    let mut admm = scripted(&[1.0002, 1.0001, 1.0003]).with_offset(common::column(&[1.0])).unwrap();
    (admm.stop, admm.patience) = (Stop::Normalised { primal: 1e-6, dual: 1.0 }, 5);
    let mut best = Vec::new();
    let outcome = admm.run(on_best(|state: &State<f64, usize, Matrix, Matrix>| {
        best.push(state.record.iteration);
        ControlFlow::Continue(())
    }));
    let outcome = outcome.unwrap();
    assert_eq!((outcome.status, outcome.best.x), (Status::Stalled, 2));
    assert_eq!((admm.state().record.iteration, best), (7, vec![1, 2]));
}

/// −½x², whose subproblem has a minimiser for ρ > 1.
struct Concave;

impl Prox<f64> for Concave {
    fn value(&self, x: &Matrix) -> f64 {
        -x.norm_squared() / 2.0
    }
    fn prox(&self, v: &Matrix, rho: f64) -> Result<Matrix> {
        Ok(v * (rho / (rho - 1.0)))
    }
}

#[test]
fn an_unbounded_problem_diverges() {
    // −½x² + ¼z² with x = z falls without bound.
    let (x, z) = (DMatrix::from_element(1, 1, 1.0), DMatrix::from_element(1, 1, 0.5));
    let g = Negated(Exact(common::ElasticNet(0.0, 0.5)));
    let mut admm = Coordinator::new(Exact(Concave), g, x, z, 1.5).unwrap();
    (admm.penalty_policy, admm.tolerance) = (Box::new(Fixed), Tolerance { absolute: 1e-6, relative: 0.0 });
    let outcome = admm.run(()).unwrap();
    assert_eq!(outcome.status, Status::Diverged);
    assert!(outcome.best.record.primal < 1e-6 * admm.state().record.primal);
}

#[test]
fn an_observer_ends_a_run() {
    let mut admm = regression(l1(LAMBDA), 1.0);
    let outcome = admm
        .run(
            |state: &State<f64, Matrix, Matrix, Matrix>| {
                if state.record.iteration == 7 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        )
        .unwrap();
    assert_eq!(outcome.status, Status::Stopped);
    assert_eq!((admm.state().record.iteration, outcome.best.record.iteration), (7, 7));
}

#[test]
fn convergence_has_precedence_over_an_observer_that_stops() {
    let mut admm = scripted(&[0.0]);
    let outcome = admm.run(|_: &_| ControlFlow::Break(())).unwrap();
    assert_eq!(outcome.status, Status::Converged);
}

#[test]
fn a_stop_returns_the_best_iterate() {
    let mut admm = scripted(&[2.0, 1.0, 3.0]);
    let stop = |state: &State<f64, usize, Matrix, Matrix>| match state.x {
        3 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    let outcome = admm.run(stop).unwrap();
    assert_eq!((outcome.status, outcome.best.x), (Status::Stopped, 2));
}

#[test]
fn run_iter_and_step_yield_the_same_records() {
    let fresh = || {
        let mut admm = regression(l1(LAMBDA), 0.05);
        admm.penalty_policy = Box::new(Balance::default());
        admm
    };
    let mut history = History::default();
    let outcome = fresh().run(&mut history).unwrap();
    assert_eq!(outcome.status, Status::Converged);
    assert_eq!(history.records.last(), Some(&outcome.best.record));
    assert_eq!(history.records.len() as u64, outcome.best.record.iteration);
    assert!(history.records.iter().any(|record| record.penalty_changes > 0));
    let iterated: Vec<_> = fresh().iter().collect::<Result<_>>().unwrap();
    assert_eq!(iterated, history.records);
    let mut admm = fresh();
    let stepped: Vec<_> = history.records.iter().map(|_| admm.step().unwrap()).collect();
    assert_eq!(stepped, history.records);
}

/// a/2 ‖z − 1‖².
struct Pull(f64);

impl Smooth<f64> for Pull {
    type Point = Matrix;
    fn value_and_gradient(&self, z: &Matrix) -> Result<(f64, Matrix)> {
        let from = z.map(|z| z - 1.0);
        Ok((0.5 * self.0 * from.norm_squared(), from * self.0))
    }
}

/// With ½x² the optimum is a/(a + 1).
#[test]
fn a_run_goes_on_with_another_function() {
    let pull = Descent { of: Pull(1.0), by: Gradient { max_steps: 100 }, on: Flat };
    let (x, z) = (Matrix::zeros(1, 1), Iterate::new(Matrix::zeros(1, 1)));
    let mut admm = Coordinator::new(Exact(ElasticNet(0.0, 1.0)), Negated(pull), x, z, 1.0).unwrap();
    admm.tolerance = Tolerance { absolute: 1e-9, relative: 0.0 };
    for (a, iterated) in [(1.0, false), (100.0, false), (3.0, true)] {
        admm.blocks_mut().1.0.of = Pull(a);
        match iterated {
            true => assert!(admm.iter().last().is_some_and(|record| record.is_ok())),
            false => assert_eq!(admm.run(()).unwrap().status, Status::Converged),
        }
        let found = admm.state().z.point[(0, 0)];
        assert!((found - a / (a + 1.0)).abs() < 1e-7, "a = {a}: {found}");
    }
    admm.relaxation = 3.0;
    assert!(admm.iter().next().unwrap().is_err(), "parameters are checked as in a run");
}

/// f(x) = a/2 (x − 1)² with a = 1 + z and g(z) = z²/2 come to rest where x = a/(a + 1): at the golden ratio less 1.
#[test]
fn a_first_function_may_follow_the_iterates() {
    let pull = Descent { of: Pull(1.0), by: Gradient { max_steps: 100 }, on: Flat };
    let (x, z) = (Iterate::new(Matrix::zeros(1, 1)), Matrix::zeros(1, 1));
    let mut admm = Coordinator::new(pull, Negated(Exact(ElasticNet(0.0, 1.0))), x, z, 1.0).unwrap();
    admm.accuracy = Accuracy::Fixed(1e-12);
    for _ in 0..300 {
        admm.step().unwrap();
        let a = 1.0 + admm.state().z[(0, 0)];
        admm.first_mut().of = Pull(a);
    }
    let found = admm.state().z[(0, 0)];
    assert!((found - (5.0_f64.sqrt() - 1.0) / 2.0).abs() < 1e-9, "{found}");
    assert_eq!(admm.state().record.iteration, 300);
}

/// What policies know of the old function would take back every iteration, or hold the penalty and the accuracy of the
/// blocks.
#[test]
fn a_run_with_another_function_is_that_of_another_coordinator_from_there() {
    type Rule = fn() -> Box<dyn Acceleration<f64, Matrix>>;
    let rules: [Rule; 3] = [|| Box::new(Plain), || Box::new(Anderson::default()), || Box::new(Nesterov::default())];
    for rule in rules {
        let prepared = |mut admm: common::Lasso| {
            (admm.penalty_policy, admm.acceleration, admm.tolerance) =
                (Box::new(Balance::default()), rule(), common::TIGHT);
            admm.accuracy = Accuracy::Relative { first: 1e-2, factor: 0.3, floor: 1e-12 };
            admm.penalty_limits.max_changes = 5;
            admm
        };
        let mut admm = prepared(regression(l1(LAMBDA), 0.01));
        assert_eq!(admm.run(()).unwrap().status, Status::Converged);
        *admm.blocks_mut().1 = Negated(Exact(l1(LAMBDA / 2.0)));
        let State { x, z, u, rho, .. } = admm.state().clone();
        let f = Exact(common::LeastSquares::new(common::design(), common::response()));
        let g = Negated(Exact(l1(LAMBDA / 2.0)));
        let fresh = Coordinator::new(f, g, x, z, rho).unwrap().with_dual(u).unwrap();
        let (before, outcome) = (admm.state().record.iteration, admm.run(()).unwrap());
        let expected = prepared(fresh).run(()).unwrap();
        assert_eq!((outcome.status, outcome.best.z), (Status::Converged, expected.best.z));
        assert_eq!(outcome.best.record.iteration - before, expected.best.record.iteration);
    }
}

#[test]
fn the_iterator_ends_at_the_limit_and_at_an_error() {
    let mut admm = scripted(&[1.0]);
    admm.max_iterations = 3;
    assert_eq!(admm.iter().count(), 3);
    let mut admm = scripted(&[1.0, f64::NAN]);
    let records: Vec<_> = admm.iter().collect();
    assert_eq!(records.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn every_status_has_a_name_and_advice_of_its_own() {
    let statuses =
        [Status::Converged, Status::IterationLimit, Status::Stalled, Status::Diverged, Status::Stopped].map(|status| {
            assert_eq!(serde_json::to_string(&status).unwrap(), format!("\"{status}\""));
            status.advice()
        });
    assert!(statuses.iter().enumerate().all(|(i, advice)| !advice.is_empty() && !statuses[..i].contains(advice)));
}

/// Residuals, their scales and the change of the objective in iteration 7.
fn record(primal: f64, dual: f64, objective_change: Option<f64>) -> Record<f64> {
    let mut record = Record::new(1.0);
    (record.iteration, record.primal, record.dual, record.objective_change) = (7, primal, dual, objective_change);
    (record.primal_bound, record.dual_bound) = (1e-2, 1e-1);
    (record.primal_scale, record.dual_scale) = (10.0, 100.0);
    record
}

#[test]
fn stopping_rules_are_met_at_their_bounds_and_combine() {
    let (residuals, normalised) = (Stop::Residuals, Stop::Normalised { primal: 1e-2, dual: 1e-4 });
    let change = Stop::ObjectiveChange(1e-3);
    let table = [
        // ‖r‖, ‖s‖, change; residuals within bounds, normalised residuals, change of the objective
        (1e-2, 1e-1, None, [true, false, false]),
        (1.1e-2, 1e-1, None, [false, false, false]),
        (1e-2, 1.1e-1, Some(1.1e-3), [false, false, false]),
        (1e-1, 1e-2, Some(1e-3), [false, true, true]),
        (1.1e-1, 1e-2, Some(1e-3), [false, false, true]),
        (1e-1, 1.1e-2, Some(0.0), [false, false, true]),
        (1e-2, 1e-2, None, [true, true, false]),
        (0.0, 0.0, Some(0.0), [true, true, true]),
    ];
    for (primal, dual, objective_change, [r, n, c]) in table {
        let record = record(primal, dual, objective_change);
        let met = |stop: &Stop| stop.met(&record);
        assert_eq!([met(&residuals), met(&normalised), met(&change)], [r, n, c], "{record:?}");
        let (residuals, normalised, change) = (residuals.clone(), normalised.clone(), change.clone());
        assert_eq!(met(&(residuals.clone() | normalised.clone())), r || n);
        assert_eq!(met(&(residuals.clone() & normalised.clone())), r && n);
        assert_eq!(met(&(residuals.clone() | normalised.clone() & change.clone())), r || n && c);
        assert_eq!(met(&((residuals | normalised) & change)), (r || n) && c);
    }
    let mut before_the_first = record(0.0, 0.0, Some(0.0));
    before_the_first.iteration = 0;
    assert!(!(residuals | normalised | change).met(&before_the_first));
}

/// Each rule ends the run in the iteration that plain loops find.
#[test]
fn rules_end_the_small_lasso_where_plain_loops_say() {
    let objective = |x: &[f64], z: &[f64]| {
        let gap = plus(&times(&rows(&common::design()), x), -1.0, common::response().as_slice());
        norm(&gap).powi(2) / 2.0 + LAMBDA * z.iter().map(|z| z.abs()).sum::<f64>()
    };
    let (mut z, mut y, mut last) = (vec![0.0; 5], vec![0.0; 5], f64::NAN);
    let mut firsts = [None; 4];
    for iteration in 1..=400u64 {
        let (x, z1, y1) = lasso_step(&z, &y, 1.0, 1.0);
        let r = norm(&plus(&x, -1.0, &z1)) / norm(&x).max(norm(&z1));
        let s = norm(&plus(&z1, -1.0, &z)) / norm(&y1);
        let value = objective(&x, &z1);
        let still = (value - last).abs() <= 1e-9 * value.abs().max(1.0);
        let small = r <= 1e-6 && s <= 1e-7;
        for (first, met) in firsts.iter_mut().zip([small, still, small || still, small && still]) {
            *first = first.or(met.then_some(iteration));
        }
        (z, y, last) = (z1, y1, value);
    }
    let (small, still) = (Stop::Normalised { primal: 1e-6, dual: 1e-7 }, Stop::ObjectiveChange(1e-9));
    let either = small.clone() | still.clone();
    let both = small.clone() & still.clone();
    for (stop, first) in [small, still, either, both].into_iter().zip(firsts) {
        let mut admm = regression(l1(LAMBDA), 1.0);
        admm.stop = stop.clone();
        let outcome = admm.run(()).unwrap();
        assert_eq!(outcome.status, Status::Converged);
        assert_eq!(Some(outcome.best.record.iteration), first, "{stop:?}");
    }
    assert!(firsts[0] != firsts[1], "the rules differ: {firsts:?}");
}

#[test]
fn an_objective_is_recorded_where_it_is_asked_for() {
    let mut admm = regression(l1(LAMBDA), 1.0);
    assert_eq!(admm.step().unwrap().objective, None);
    admm.track_objective = true;
    let (first, second) = (admm.step().unwrap(), admm.step().unwrap());
    let (f, g) = admm.blocks();
    let value = f.value(&admm.state().x).unwrap() + g.value(&admm.state().z).unwrap();
    assert_eq!((second.objective, first.objective_change), (Some(value), None));
    let change = (value - first.objective.unwrap()).abs() / value.max(1.0);
    assert!((second.objective_change.unwrap() - change).abs() < 1e-15);
}

#[test]
fn a_summable_accuracy_falls_as_a_power() {
    let mut admm = scripted(&[1.0]);
    admm.accuracy = Accuracy::Summable { first: 0.5, power: 1.5 };
    for k in 1..=20 {
        let expected = 0.5 / f64::from(k).powf(1.5);
        assert!((admm.step().unwrap().inner_tolerance - expected).abs() < 1e-15, "iteration {k}");
    }
}

/// With an exact first block the solution as the start x changes nothing; as the start (z, u) it shortens the run.
#[test]
fn a_start_is_what_an_iteration_reads() {
    let fresh = || regression(l1(LAMBDA), 1.0);
    let cold = fresh().run(()).unwrap().best;
    let start = State { x: cold.x.clone(), ..fresh().state().clone() };
    let by_x = fresh().resume(start).unwrap().run(()).unwrap().best;
    assert_eq!(by_x.record.iteration, cold.record.iteration);
    let by_z = fresh().with_start(cold.z.clone(), cold.u.clone()).unwrap().run(()).unwrap();
    let (warm, all) = (by_z.best.record.iteration, cold.record.iteration);
    assert!(by_z.status == Status::Converged && warm < all / 2, "{warm} of {all}");
    let error = fresh().with_start(Matrix::zeros(3, 1), cold.u).err().unwrap();
    assert!(matches!(error, Error::Size { .. }), "{error}");
}

/// A run that came nearer for 40 iterations is given 40 more.
#[test]
fn a_long_run_is_given_as_long_again_before_it_has_stalled() {
    let nearer = (0..40).map(|k| 100.0 - f64::from(k));
    let script: Vec<f64> = nearer.chain([90.0; 60]).collect();
    let mut admm = scripted(&script);
    admm.patience = 5;
    let outcome = admm.run(()).unwrap();
    assert_eq!((outcome.status, outcome.best.x, admm.state().record.iteration), (Status::Stalled, 40, 80));
}

/// ½‖Dx − b‖², of which a block knows the gradient.
#[derive(Debug)]
struct Squares(Matrix, Matrix);

impl Smooth<f64> for Squares {
    type Point = Matrix;
    fn value_and_gradient(&self, x: &Matrix) -> Result<(f64, Matrix)> {
        let gap = &self.0 * x - &self.1;
        Ok((0.5 * gap.norm_squared(), self.0.tr_mul(&gap)))
    }
}

/// A lasso of which most entries end as 0: exactly in one block, and within its accuracy in the other, which does not
/// come nearer. Such entries are measured by what typical entries are that do not vanish.
#[test]
fn entries_that_vanish_ask_no_more_of_inexact_blocks_than_others() {
    let mut normal = common::Normal(7);
    let d = Matrix::from_fn(60, 40, |_, _| normal.draw());
    let b = &d * Matrix::from_fn(40, 1, |i, _| if i < 5 { 3.0 - i as f64 } else { 0.0 });
    for first in [true, false] {
        let smooth = Descent { of: Squares(d.clone(), b.clone()), by: Gradient { max_steps: 1_000 }, on: Flat };
        let (x, z) = (Matrix::zeros(40, 1), Iterate::new(Matrix::zeros(40, 1)));
        let (status, iterations) = if first {
            let mut admm = Coordinator::new(Exact(l1(5.0)), Negated(smooth), x, z, 60.0).unwrap();
            let outcome = admm.run(()).unwrap();
            (outcome.status, outcome.best.record.iteration)
        } else {
            let mut admm = Coordinator::new(smooth, Negated(Exact(l1(5.0))), z, x, 60.0).unwrap();
            let outcome = admm.run(()).unwrap();
            (outcome.status, outcome.best.record.iteration)
        };
        assert_eq!(status, Status::Converged);
        assert!(iterations < 100, "{iterations}");
    }
}
