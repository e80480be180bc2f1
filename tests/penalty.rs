//! What each policy answers, as a table; and what the coordinator does with the answer.

use crate::common::{Matrix, l1, regression};
use admm::penalty::{Balance, Damped, Fixed, Limits, Penalty};
use admm::state::{Memory, Record, State, Step};
use admm::*;

fn record(primal: f64, dual: f64, rho: f64) -> Record<f64> {
    let mut record = Record::new(rho);
    (record.iteration, record.primal, record.dual) = (7, primal, dual);
    record
}

/// What a policy answers that reads the record alone.
fn answer(policy: impl Penalty<f64, ()>, record: Record<f64>) -> f64 {
    let point = (&(), &());
    let step = Step { record: &record, from: point, extrapolated: false, ax: &(), to: point, c: &() };
    policy.next(&step, &mut Memory::default())
}

fn problems(policy: impl Penalty<f64, ()>) -> Vec<Parameter> {
    policy.problems()
}

#[test]
fn fixed_keeps_the_penalty_whatever_the_residuals() {
    for (primal, dual) in [(0.0, 0.0), (1e9, 0.0), (0.0, 1e9), (1.0, 1.0)] {
        assert_eq!(answer(Fixed, record(primal, dual, 0.25)), 0.25);
    }
    assert!(problems(Fixed).is_empty());
}

#[test]
fn balance_grows_shrinks_or_keeps_the_penalty() {
    let above = 10.0f64.next_up();
    let table = [
        // ‖r‖, ‖s‖, next ρ after 4
        (above, 1.0, 8.0),
        (10.0, 1.0, 4.0),
        (1.0, 1.0, 4.0),
        (1.0, 10.0, 4.0),
        (1.0, above, 2.0),
        (1.0, 0.0, 8.0),
        (0.0, 1.0, 2.0),
        (0.0, 0.0, 4.0),
    ];
    for (primal, dual, expected) in table {
        assert_eq!(answer(Balance::default(), record(primal, dual, 4.0)), expected, "r {primal}, s {dual}");
    }
    let balance = Balance { threshold: 2.0, factor: 3.0 };
    let table = [(2.0, 1.0, 1.0), (1.0, 2.0, 1.0), (2.1, 1.0, 3.0), (1.0, 2.1, 1.0 / 3.0)];
    for (primal, dual, expected) in table {
        assert_eq!(answer(balance, record(primal, dual, 1.0)), expected, "r {primal}, s {dual}");
    }
}

#[test]
fn damped_doubles_its_steps_and_halves_them_at_a_turn_and_waits_for_what_lasts() {
    let (up, down) = ((11.0, 1.0), (1.0, 11.0));
    let table = [
        // the iteration, ‖r‖ and ‖s‖, next ρ after 1
        (9, up, 1.0),
        (10, up, 2.0),
        (20, up, 4.0),
        (30, (1.0, 1.0), 1.0),
        (40, up, 16.0),
        (50, down, 0.25),
        (60, down, 0.25),
        (70, up, 2.0),
        // A change must be wanted for a fortieth of the run.
        (1000, up, 1.0),
        (1010, up, 1.0),
        (1020, up, 2.0),
        (1030, up, 1.0),
        (1040, down, 1.0),
        (1050, down, 1.0),
        (1060, down, 0.5_f64.sqrt()),
    ];
    let (policy, mut memory) = (Damped(Balance::default()), Memory::default());
    for (iteration, (primal, dual), expected) in table {
        let mut record = record(primal, dual, 1.0);
        record.iteration = iteration;
        let step = Step { record: &record, from: (&(), &()), extrapolated: false, ax: &(), to: (&(), &()), c: &() };
        let next: f64 = policy.next(&step, &mut memory);
        assert!((next - expected).abs() <= 1e-15 * expected, "iteration {iteration}: {next}");
    }
}

#[test]
fn balance_names_each_parameter_out_of_range() {
    assert!(problems(Balance::default()).is_empty());
    for bad in [1.0, 0.5, 0.0, -3.0, f64::NAN, f64::INFINITY] {
        let threshold = problems(Balance { threshold: bad, ..Balance::default() });
        assert!(threshold.len() == 1 && threshold[0].name == "threshold", "{threshold:?}");
        let factor = problems(Balance { factor: bad, ..Balance::default() });
        assert!(factor.len() == 1 && factor[0].name == "factor", "{factor:?}");
        assert_eq!(problems(Balance { threshold: bad, factor: bad }).len(), 2);
    }
}

/// What the limits leave of an answer: ρ, changes so far, the answer; then ρ, how often changed and how often clamped.
#[test]
fn limits_clamp_count_and_freeze() {
    let (default, tight) = (
        Limits { bounds: (1e-8, 1e8), ..Limits::default() },
        Limits { bounds: (0.5, 2.0), max_changes: 1, max_factor: f64::INFINITY },
    );
    let wide = Limits { bounds: (0.0, f64::INFINITY), ..tight };
    let table = [
        (default, (4.0, 0, 8.0), (8.0, 1, 0)),
        (default, (4.0, 0, 4.0), (4.0, 0, 0)),
        // the last change, and none after it
        (default, (4.0, 49, 8.0), (8.0, 50, 0)),
        (default, (4.0, 50, 8.0), (4.0, 50, 0)),
        (default, (4.0, 51, 2.0), (4.0, 51, 0)),
        (default, (4.0, 50, f64::INFINITY), (4.0, 50, 0)),
        // the ends of the interval
        (default, (0.75e8, 0, 1.5e8), (1e8, 1, 1)),
        (default, (1e8, 0, 2e8), (1e8, 0, 1)),
        (default, (1.5e-8, 0, 0.75e-8), (1e-8, 1, 1)),
        (default, (1e-8, 0, 0.0), (1e-8, 0, 1)),
        (default, (0.5e8, 0, f64::INFINITY), (1e8, 1, 1)),
        (default, (2e-8, 0, -3.0), (1e-8, 1, 1)),
        // the largest factor
        (default, (4.0, 0, 40.0), (40.0, 1, 0)),
        (default, (4.0, 0, 41.0), (40.0, 1, 1)),
        (default, (4.0, 0, f64::INFINITY), (40.0, 1, 1)),
        (default, (4.0, 0, 0.4), (0.4, 1, 0)),
        (default, (4.0, 0, 0.0), (0.4, 1, 1)),
        // a start outside the interval may come in, and goes no further out
        (default, (1e9, 0, 2e9), (1e9, 0, 1)),
        (default, (1e9, 0, 0.5e9), (0.5e9, 1, 0)),
        (default, (1e-9, 0, 0.5e-9), (1e-9, 0, 1)),
        (default, (1e-9, 0, 2e-9), (2e-9, 1, 0)),
        // others
        (tight, (1.0, 0, 3.0), (2.0, 1, 1)),
        (tight, (1.0, 1, 0.75), (1.0, 1, 0)),
        (wide, (1.0, 0, 1e30), (1e30, 1, 0)),
    ];
    for (limits, (rho, changes, wanted), expected) in table {
        let mut admm = regression(l1(1.0), rho);
        (admm.penalty_policy, admm.penalty_limits) = (Box::new(Ask(wanted)), limits);
        admm.penalty_limits.max_changes = limits.max_changes.saturating_sub(changes);
        let record = admm.step().unwrap();
        let got = (admm.state().rho, record.penalty_changes + changes, record.penalty_clamped);
        assert_eq!(got, expected, "ρ {rho}, {changes} changes, {wanted} wanted");
    }
}

#[test]
fn limits_refuse_a_factor_that_is_not_above_one() {
    for max_factor in [1.0, 0.0, f64::NAN] {
        let mut admm = regression(l1(1.0), 1.0);
        admm.penalty_limits.max_factor = max_factor;
        assert!(
            matches!(admm.run(()), Err(Error::Parameters(problems)) if problems[0].name == "penalty_limits.max_factor")
        );
    }
}

#[test]
fn limits_refuse_bounds_that_are_no_interval() {
    for bounds in [(2.0, 1.0), (f64::NAN, 1.0), (1.0, f64::NAN), (-1.0, 1.0), (0.0, 0.0)] {
        let mut admm = regression(l1(1.0), 1.0);
        admm.penalty_limits.bounds = bounds;
        match admm.run(()) {
            Err(Error::Parameters(problems)) => {
                assert!(problems.len() == 1 && problems[0].name == "penalty_limits.bounds")
            }
            other => panic!("{bounds:?}: {:?}", other.map(|outcome| outcome.status)),
        }
    }
}

/// Asks for one number after the first iteration.
struct Ask(f64);

impl<S> Penalty<f64, S> for Ask {
    fn next(&self, _step: &Step<'_, f64, S>, _memory: &mut Memory<f64, S>) -> f64 {
        self.0
    }
}

#[test]
fn a_policy_without_an_answer_is_an_error_and_changes_nothing() {
    let mut admm = regression(l1(1.0), 2.0);
    admm.step().unwrap();
    let before = format!("{:?}", admm.state());
    admm.penalty_policy = Box::new(Ask(f64::NAN));
    assert!(matches!(admm.step(), Err(Error::NotFinite { .. })));
    admm.penalty_policy = Box::new(Ask(0.0));
    admm.penalty_limits = Limits { bounds: (0.0, f64::INFINITY), max_factor: f64::INFINITY, ..Limits::default() };
    assert!(matches!(admm.step(), Err(Error::Parameters(_))), "nothing bounds ρ from 0");
    admm.penalty_policy = Box::new(Ask(f64::INFINITY));
    assert!(matches!(admm.step(), Err(Error::Parameters(_))), "nothing bounds ρ from infinity");
    assert_eq!(format!("{:?}", admm.state()), before);
}

#[test]
fn a_change_rescales_the_dual_once_and_is_counted() {
    let (mut kept, mut changed) = (regression(l1(1.0), 2.0), regression(l1(1.0), 2.0));
    changed.penalty_policy = Box::new(Ask(8.0));
    let (before, after) = (kept.step().unwrap(), changed.step().unwrap());
    let y = |state: &State<f64, Matrix, Matrix, Matrix>| &state.u * state.rho;
    assert!(y(kept.state()).norm() > 0.1);
    assert_eq!(y(kept.state()), y(changed.state()));
    assert_eq!((before.rho, before.penalty_changes), (2.0, 0));
    assert_eq!((after.rho, after.penalty_changes, changed.state().rho), (2.0, 1, 8.0));
    let after = changed.step().unwrap();
    assert_eq!((after.rho, after.penalty_changes, changed.state().rho), (8.0, 1, 8.0));
}

#[test]
fn a_converged_iteration_leaves_the_penalty_alone() {
    let mut admm = regression(l1(1.0), 2.0);
    (admm.tolerance, admm.penalty_policy) = (Tolerance { absolute: 1e9, relative: 0.0 }, Box::new(Ask(8.0)));
    let outcome = admm.run(()).unwrap();
    assert_eq!((outcome.status, outcome.best.rho), (Status::Converged, 2.0));
}
