//! How a run ends, what it returns then, and what an observer sees.

mod common;

use admm::*;
use common::{LAMBDA, Matrix, l1, regression, scripted};
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
    assert_eq!(admm.run(()).unwrap().best.record.iteration, 1, "no more accuracy is to come");
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

/// −½x², whose subproblem has a minimiser for ρ > 1.
struct Concave;

impl Prox<f64> for Concave {
    fn value(&self, x: &Matrix) -> f64 {
        -x.norm_squared() / 2.0
    }
    fn prox(&self, v: &Matrix, penalty: f64) -> Result<Matrix> {
        Ok(v * (penalty / (penalty - 1.0)))
    }
}

#[test]
fn an_unbounded_problem_diverges() {
    // −½x² + ¼z² with x = z falls without bound.
    let (x, z) = (DMatrix::from_element(1, 1, 1.0), DMatrix::from_element(1, 1, 0.5));
    let g = Minus(Exact(common::ElasticNet(0.0, 0.5)));
    let mut admm = Coordinator::new(Exact(Concave), g, x, z, 1.5).unwrap();
    (admm.penalty, admm.tolerance) = (Box::new(Fixed), Tolerance { absolute: 1e-6, relative: 0.0 });
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
        admm.penalty = Box::new(Balance::default());
        admm
    };
    let mut history = History::default();
    let outcome = fresh().run(&mut history).unwrap();
    assert_eq!(outcome.status, Status::Converged);
    assert_eq!(history.0.last(), Some(&outcome.best.record));
    assert_eq!(history.0.len() as u64, outcome.best.record.iteration);
    assert!(history.0.iter().any(|record| record.penalty_changes > 0));
    let iterated: Vec<_> = fresh().iter().collect::<Result<_>>().unwrap();
    assert_eq!(iterated, history.0);
    let mut admm = fresh();
    let stepped: Vec<_> = history.0.iter().map(|_| admm.step().unwrap()).collect();
    assert_eq!(stepped, history.0);
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
fn history_has_the_residuals_in_order() {
    let mut history = History::default();
    let mut admm = scripted(&[4.0, 2.0, 3.0]);
    admm.max_iterations = 3;
    admm.run(&mut history).unwrap();
    assert_eq!(history.0.iter().map(|record| record.primal).collect::<Vec<_>>(), [4.0, 2.0, 3.0]);
    assert_eq!(history.0.iter().map(|record| record.iteration).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn every_nth_iteration_is_observed() {
    let seen = |n| {
        let mut history = History::default();
        let mut admm = scripted(&[1.0]);
        admm.max_iterations = 10;
        admm.run(every(n, &mut history)).unwrap();
        history.0.iter().map(|record| record.iteration).collect::<Vec<_>>()
    };
    assert_eq!(seen(3), [3, 6, 9]);
    assert_eq!(seen(1).len(), 10);
    assert_eq!(seen(0).len(), 10);
}

#[test]
fn both_of_two_observers_see_the_last_state_and_either_ends_the_run() {
    type Scripted = State<f64, usize, Matrix, Matrix>;
    let stop_at = |n: usize| {
        move |state: &Scripted| if state.x == n { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let mut history = History::default();
    let outcome = scripted(&[1.0]).run((stop_at(4), &mut history)).unwrap();
    assert_eq!((outcome.status, history.0.len()), (Status::Stopped, 4));
    let mut history = History::default();
    let outcome = scripted(&[1.0]).run((&mut history, stop_at(5))).unwrap();
    assert_eq!((outcome.status, history.0.len()), (Status::Stopped, 5));
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
