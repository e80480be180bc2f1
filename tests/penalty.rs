//! What each policy answers, as a table; and what the coordinator does with the answer.

mod common;

use admm::*;
use common::{Matrix, l1, regression};

fn record(primal: f64, dual: f64, penalty: f64, penalty_changes: u32) -> Record<f64> {
    Record {
        iteration: 7,
        primal,
        dual,
        primal_bound: 1e-3,
        dual_bound: 1e-3,
        penalty,
        penalty_changes,
        inner_tolerance: 1e-10,
        work: Work::default(),
    }
}

#[test]
fn fixed_keeps_the_penalty_whatever_the_residuals() {
    for (primal, dual) in [(0.0, 0.0), (1e9, 0.0), (0.0, 1e9), (1.0, 1.0)] {
        assert_eq!(Fixed.next(&record(primal, dual, 0.25, 3)), 0.25);
    }
    assert!(Penalty::<f64>::problems(&Fixed).is_empty());
}

#[test]
fn balance_grows_shrinks_or_keeps_the_penalty() {
    let above = 10.0f64.next_up();
    let table = [
        // ‖r‖, ‖s‖, ρ, changes so far, next ρ
        (above, 1.0, 4.0, 0, 8.0),
        (10.0, 1.0, 4.0, 0, 4.0),
        (1.0, 1.0, 4.0, 0, 4.0),
        (1.0, 10.0, 4.0, 0, 4.0),
        (1.0, above, 4.0, 0, 2.0),
        (1.0, 0.0, 4.0, 0, 8.0),
        (0.0, 1.0, 4.0, 0, 2.0),
        (0.0, 0.0, 4.0, 0, 4.0),
        // the last change, and none after it
        (20.0, 1.0, 4.0, 49, 8.0),
        (20.0, 1.0, 4.0, 50, 4.0),
        (1.0, 20.0, 4.0, 49, 2.0),
        (1.0, 20.0, 4.0, 50, 4.0),
        (1.0, 20.0, 4.0, 51, 4.0),
        // the ends of the interval
        (20.0, 1.0, 0.75e8, 0, 1e8),
        (20.0, 1.0, 1e8, 0, 1e8),
        (1.0, 20.0, 1.5e-8, 0, 1e-8),
        (1.0, 20.0, 1e-8, 0, 1e-8),
        (1.0, 20.0, 1e8, 0, 0.5e8),
        (20.0, 1.0, 1e-8, 0, 2e-8),
        // a start outside the interval may come in, and goes no further out
        (20.0, 1.0, 1e9, 0, 1e9),
        (1.0, 20.0, 1e9, 0, 0.5e9),
        (1.0, 20.0, 1e-9, 0, 1e-9),
        (20.0, 1.0, 1e-9, 0, 2e-9),
    ];
    for (primal, dual, penalty, changes, expected) in table {
        let next = Balance::default().next(&record(primal, dual, penalty, changes));
        assert_eq!(next, expected, "r {primal}, s {dual}, ρ {penalty}, {changes} changes");
    }
}

#[test]
fn balance_obeys_its_own_parameters() {
    let balance = Balance { threshold: 2.0, factor: 3.0, max_changes: 1, bounds: (0.5, 2.0) };
    let next = |primal, dual, changes| balance.next(&record(primal, dual, 1.0, changes));
    assert_eq!((next(2.0, 1.0, 0), next(1.0, 2.0, 0)), (1.0, 1.0));
    assert_eq!((next(2.1, 1.0, 0), next(1.0, 2.1, 0)), (2.0, 0.5));
    assert_eq!((next(2.1, 1.0, 1), next(1.0, 2.1, 1)), (1.0, 1.0));
    let wide = Balance { bounds: (0.0, f64::INFINITY), ..balance };
    assert_eq!((wide.next(&record(2.1, 1.0, 1.0, 0)), wide.next(&record(1.0, 2.1, 6.0, 0))), (3.0, 2.0));
}

#[test]
fn balance_names_each_parameter_out_of_range() {
    let problems = |balance: Balance| Penalty::<f64>::problems(&balance);
    assert!(problems(Balance::default()).is_empty());
    for bad in [1.0, 0.5, 0.0, -3.0, f64::NAN, f64::INFINITY] {
        let threshold = problems(Balance { threshold: bad, ..Balance::default() });
        assert!(threshold.len() == 1 && threshold[0].contains("threshold"), "{threshold:?}");
        let factor = problems(Balance { factor: bad, ..Balance::default() });
        assert!(factor.len() == 1 && factor[0].contains("factor"), "{factor:?}");
        assert_eq!(problems(Balance { threshold: bad, factor: bad, ..Balance::default() }).len(), 2);
    }
}

#[test]
fn balance_refuses_bounds_that_are_no_interval() {
    for bounds in [(2.0, 1.0), (f64::NAN, 1.0), (1.0, f64::NAN), (-1.0, 1.0), (0.0, 0.0)] {
        let problems = Penalty::<f64>::problems(&Balance { bounds, ..Balance::default() });
        assert_eq!(problems.len(), 1, "{bounds:?}: {problems:?}");
    }
}

/// Asks for one number after the first iteration.
struct Ask(f64);

impl Penalty<f64> for Ask {
    fn next(&self, _last: &Record<f64>) -> f64 {
        self.0
    }
}

#[test]
fn a_policy_that_leaves_the_positive_numbers_is_a_parameter_error_and_changes_nothing() {
    for bad in [0.0, -1.0, f64::INFINITY, f64::NAN] {
        let mut admm = regression(l1(1.0), 2.0);
        admm.step().unwrap();
        let before = format!("{:?}", admm.state());
        admm.penalty = Box::new(Ask(bad));
        assert!(matches!(admm.step(), Err(Error::Parameters(_))), "ρ = {bad}");
        assert_eq!(format!("{:?}", admm.state()), before);
    }
}

#[test]
fn a_change_rescales_the_dual_once_and_is_counted() {
    let (mut kept, mut changed) = (regression(l1(1.0), 2.0), regression(l1(1.0), 2.0));
    changed.penalty = Box::new(Ask(8.0));
    let (before, after) = (kept.step().unwrap(), changed.step().unwrap());
    let y = |state: &State<f64, Matrix, Matrix, Matrix>| &state.u * state.penalty;
    assert!(y(kept.state()).norm() > 0.1);
    assert_eq!(y(kept.state()), y(changed.state()));
    assert_eq!((before.penalty, before.penalty_changes), (2.0, 0));
    assert_eq!((after.penalty, after.penalty_changes, changed.state().penalty), (2.0, 1, 8.0));
    let after = changed.step().unwrap();
    assert_eq!((after.penalty, after.penalty_changes, changed.state().penalty), (8.0, 1, 8.0));
}

#[test]
fn a_converged_iteration_leaves_the_penalty_alone() {
    let mut admm = regression(l1(1.0), 2.0);
    (admm.tolerance, admm.penalty) = (Tolerance { absolute: 1e9, relative: 0.0 }, Box::new(Ask(8.0)));
    let outcome = admm.run(()).unwrap();
    assert_eq!((outcome.status, outcome.best.penalty), (Status::Converged, 2.0));
}
