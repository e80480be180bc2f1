//! What an observer sees, and that seeing changes nothing.

use crate::common::{self, LAMBDA, Lasso, Matrix, l1, regression, scripted};
use admm::accelerate::Anderson;
use admm::observe::{History, Phases, TargetObjective, every, on_best, time_limit};
use admm::penalty::Balance;
use admm::state::State;
use admm::*;
use std::ops::ControlFlow;
use std::time::Duration;

#[test]
fn history_has_the_residuals_in_order() {
    let mut history = History::default();
    let mut admm = scripted(&[4.0, 2.0, 3.0]);
    admm.max_iterations = 3;
    admm.run(&mut history).unwrap();
    assert_eq!(history.records.iter().map(|record| record.primal).collect::<Vec<_>>(), [4.0, 2.0, 3.0]);
    assert_eq!(history.records.iter().map(|record| record.iteration).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn every_nth_iteration_is_observed() {
    let seen = |n| {
        let mut history = History::default();
        let mut admm = scripted(&[1.0]);
        admm.max_iterations = 10;
        admm.run(every(n, &mut history)).unwrap();
        history.records.iter().map(|record| record.iteration).collect::<Vec<_>>()
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
    assert_eq!((outcome.status, history.records.len()), (Status::Stopped, 4));
    let mut history = History::default();
    let outcome = scripted(&[1.0]).run((&mut history, stop_at(5))).unwrap();
    assert_eq!((outcome.status, history.records.len()), (Status::Stopped, 5));
}

#[test]
fn the_best_iterations_so_far_are_observed() {
    let mut history = History::default();
    let mut admm = scripted(&[4.0, 5.0, 3.0, 3.0, 2.0, 9.0, 1.0]);
    admm.max_iterations = 7;
    admm.run(on_best(&mut history)).unwrap();
    assert_eq!(history.records.iter().map(|record| record.primal).collect::<Vec<_>>(), [4.0, 3.0, 2.0, 1.0]);

    let mut history = History::default();
    assert_eq!(scripted(&[3.0, 1e-4]).run(on_best(&mut history)).unwrap().status, Status::Converged);
    assert_eq!(history.records.last().unwrap().primal, 1e-4, "the converged one is among them");
}

#[test]
fn what_an_observer_wants_ends_with_its_run() {
    let mut admm = lasso();
    admm.run(TargetObjective(0.0)).unwrap();
    assert!(!admm.track_objective);
}

fn lasso() -> Lasso {
    let mut admm = regression(l1(LAMBDA), 0.1);
    (admm.penalty_policy, admm.acceleration) = (Box::new(Balance::default()), Box::new(Anderson::default()));
    admm
}

#[test]
fn observers_alter_nothing() {
    let bits = |admm: &mut Lasso, observed: bool| {
        let mut history = History::default();
        admm.track_objective = true;
        let outcome = if observed {
            let seen = every(2, on_best(&mut history));
            admm.run((seen, (time_limit(Duration::from_secs(3600)), TargetObjective(0.0)))).unwrap()
        } else {
            admm.run(()).unwrap()
        };
        assert_eq!(outcome.status, Status::Converged);
        serde_json::to_string(&outcome.best).unwrap()
    };
    assert_eq!(bits(&mut lasso(), true), bits(&mut lasso(), false));
}

#[test]
fn fault_45_a_time_limit_ends_a_run_with_the_best_iterate_and_leaves_the_iterates_alone() {
    let mut admm = scripted(&[1.0, 2.0]);
    let outcome = admm.run(time_limit(Duration::ZERO)).unwrap();
    assert_eq!((outcome.status, outcome.best.x), (Status::Stopped, 1));
    let mut endless = scripted(&[1.0, 2.0]);
    (endless.max_iterations, endless.patience) = (u64::MAX, u64::MAX);
    let outcome = endless.run(time_limit(Duration::from_millis(20))).unwrap();
    assert_eq!((outcome.status, outcome.best.x), (Status::Stopped, 1));
    let (mut stopped, mut stepped) = (lasso(), lasso());
    stopped.run(time_limit(Duration::ZERO)).unwrap();
    stepped.step().unwrap();
    assert_eq!(stopped.state().record, stepped.state().record);
    assert_eq!(stopped.state().x, stepped.state().x);
}

#[test]
fn a_target_objective_ends_a_run_as_soon_as_it_is_reached() {
    let mut history = History::default();
    let outcome = regression(l1(LAMBDA), 100.0).run((&mut history, TargetObjective(8.0))).unwrap();
    assert_eq!(outcome.status, Status::Stopped);
    let values: Vec<f64> = history.records.iter().map(|record| record.objective.unwrap()).collect();
    let reached: Vec<bool> = values.iter().map(|value| *value <= 8.0).collect();
    assert!(reached.len() > 1 && reached.iter().position(|reached| *reached) == Some(values.len() - 1), "{values:?}");
}

#[test]
fn phases_are_timed_apart_and_only_grow() {
    let mut history = History::<f64>::default();
    let mut admm = lasso();
    let slow = |_: &_| {
        std::thread::sleep(Duration::from_millis(2));
        ControlFlow::Continue(())
    };
    admm.run((&mut history, slow)).unwrap();
    let parts = |phases: &Phases| [phases.x, phases.z, phases.dual, phases.observers];
    for pair in history.phases.windows(2) {
        assert!(parts(&pair[0]).iter().zip(parts(&pair[1])).all(|(before, after)| *before <= after));
    }
    let last = admm.phases();
    assert!(parts(last).iter().all(|phase| !phase.is_zero()));
    assert!(last.observers >= Duration::from_millis(2) * history.records.len() as u32);
}

/// The two formats of a short history: the same numbers to the last bit, in the same columns.
#[test]
fn a_history_is_written_as_csv_and_as_json_lines() {
    let mut history = History::<f64>::default();
    let mut admm = lasso();
    (admm.max_iterations, admm.tolerance) = (5, common::TIGHT);
    admm.track_objective = true;
    admm.run(&mut history).unwrap();
    let (mut csv, mut json) = (Vec::new(), Vec::new());
    history.write_csv(&mut csv).unwrap();
    history.write_json_lines(&mut json).unwrap();
    let (csv, json) = (String::from_utf8(csv).unwrap(), String::from_utf8(json).unwrap());
    let (header, rows) = csv.split_once('\n').unwrap();
    assert!(header.starts_with("iteration,primal,dual,") && header.ends_with("seconds_dual,seconds_observers"));
    assert_eq!((rows.lines().count(), json.lines().count()), (5, 5));
    for ((row, line), record) in rows.lines().zip(json.lines()).zip(&history.records) {
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).unwrap();
        assert_eq!(object.len(), header.split(',').count());
        for (name, value) in header.split(',').zip(row.split(',')) {
            assert_eq!(object[name].as_f64(), value.parse().ok(), "{name}");
        }
        let number = |name: &str| object[name].as_f64().unwrap();
        assert_eq!((number("iteration"), number("steps")), (record.iteration as f64, record.cost.steps as f64));
        assert_eq!((number("primal"), number("penalty")), (record.primal, record.rho));
        assert_eq!(
            (number("objective"), object["objective_change"].as_f64()),
            (record.objective.unwrap(), record.objective_change)
        );
    }
    assert!(
        json.starts_with("{\"iteration\":1,") && json.lines().next().unwrap().contains("\"objective_change\":null,")
    );
    let mut empty = Vec::new();
    History::<f32>::default().write_csv(&mut empty).unwrap();
    assert_eq!(String::from_utf8(empty).unwrap().trim_end(), header);
}
