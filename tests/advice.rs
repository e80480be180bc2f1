//! The advice at the end of a run, for runs that end each way.

use crate::common::{self, LAMBDA, Matrix, column, l1, regression, scripted};
use admm::infeasibility::{Recession, Support};
use admm::penalty::{Fixed, Limits, Penalty};
use admm::state::{Memory, Step};
use admm::*;
use std::ops::ControlFlow;

/// That the advice names each of the one, and none of the other.
fn check<S>(outcome: &Outcome<S>, status: Status, names: &[&str], silent: &[&str]) {
    let advice = &outcome.advice;
    assert_eq!(outcome.status, status, "{advice}");
    names.iter().for_each(|name| assert!(advice.contains(name), "no {name:?} in: {advice}"));
    silent.iter().for_each(|name| assert!(!advice.contains(name), "{name:?} in: {advice}"));
}

#[test]
fn of_a_run_that_still_came_nearer() {
    let falling: Vec<f64> = (0..20).map(|k| 100.0 - f64::from(k)).collect();
    let mut admm = scripted(&falling);
    admm.max_iterations = 20;
    let outcome = admm.run(()).unwrap();
    // The bound is 10⁻³ at a residual of 81.
    let named = ["the primal residual is 81000 times its bound", "max_iterations", "ρ stayed at 1.00: a larger one"];
    check(&outcome, Status::IterationLimit, &named, &["patience", "support"]);
}

#[test]
fn of_a_run_without_progress() {
    let mut admm = scripted(&[2.0, 1.0, 2.0, 3.0]);
    admm.patience = 5;
    let stalled = admm.run(()).unwrap();
    let named =
        ["the primal residual is 1000 times", "The last 5 of 7 iterations", "patience", "support and recession"];
    check(&stalled, Status::Stalled, &named, &["max_iterations", "rounding"]);
    let mut admm = scripted(&[2.0, 1.0, 2.0, 3.0]);
    admm.max_iterations = 30;
    let ended = admm.run(()).unwrap();
    check(&ended, Status::IterationLimit, &["The last 28 of 30 iterations"], &["max_iterations", "patience"]);
}

/// The dual residual of a large ρ falls slowly.
#[test]
fn of_a_penalty_that_is_too_large() {
    let mut admm = regression(l1(LAMBDA), 1e5);
    admm.max_iterations = 50;
    let outcome = admm.run(()).unwrap();
    check(&outcome, Status::IterationLimit, &["the dual residual is", "ρ stayed at 100000: a smaller one"], &[]);
}

/// ρ goes up and down in turn.
struct Swing;

impl<S> Penalty<f64, S> for Swing {
    fn next(&self, step: &Step<'_, f64, S>, _memory: &mut Memory<f64, S>) -> f64 {
        if step.record.rho > 1.0 { step.record.rho / 4.0 } else { step.record.rho * 4.0 }
    }
}

#[test]
fn of_a_policy_without_changes_left_or_at_the_end_of_its_interval() {
    let fresh = || {
        let mut admm = regression(l1(LAMBDA), 1.0);
        (admm.penalty_policy, admm.max_iterations) = (Box::new(Swing), 6);
        admm
    };
    let mut used_up = fresh();
    used_up.penalty_limits.max_changes = 3;
    check(&used_up.run(()).unwrap(), Status::IterationLimit, &["used up its 3 changes", "max_changes"], &["stayed"]);
    let mut at_end = fresh();
    at_end.penalty_limits = Limits { bounds: (0.5, 1.0), ..Limits::default() };
    let named = ["ρ = 1.00 is at an end of its interval (penalty_limits.bounds)"];
    check(&at_end.run(()).unwrap(), Status::IterationLimit, &named, &["used up", "stayed"]);
    let changing = fresh().run(()).unwrap();
    check(&changing, Status::IterationLimit, &[], &["used up", "stayed", "interval"]);
}

#[test]
fn of_a_tolerance_below_rounding() {
    let mut admm = regression(l1(LAMBDA), 1.0);
    (admm.stop, admm.tolerance, admm.patience) =
        (Stop::Normalised { primal: 1e-18, dual: 1e-18 }, Tolerance { absolute: 0.0, relative: 1e-4 }, 50);
    admm.max_iterations = 3_000;
    let outcome = admm.run(()).unwrap();
    check(&outcome, outcome.status, &["of the size of rounding: loosen the tolerance"], &["ρ stayed", "support"]);
    assert_ne!(outcome.status, Status::Converged);
}

/// Where z = 0 stands still, and the block of x says that it left a gradient of 0.5.
struct Short;

impl Subproblem<f64> for Short {
    type Var = Matrix;
    type Image = Matrix;
    fn value(&self, _x: &Matrix) -> Result<f64> {
        Ok(0.0)
    }
    fn argmin(&self, x: &mut Matrix, _to: Target<'_, f64, Matrix>) -> Result<Solved<f64>> {
        *x = column(&[0.0]);
        Ok(Solved::within(0.5, Cost::default()))
    }
    fn image(&self, x: &Matrix) -> Matrix {
        x.clone()
    }
}

#[test]
fn of_blocks_that_do_not_solve_their_subproblems() {
    let zero = Matrix::zeros(1, 1);
    let mut admm = Coordinator::new(Short, Negated(common::zero()), zero.clone(), zero, 1.0).unwrap();
    (admm.tolerance, admm.max_iterations) = (Tolerance { absolute: 1e-2, relative: 0.0 }, 40);
    let outcome = admm.run(()).unwrap();
    let named = ["within their bounds", "the blocks left, 0.500, is 50.0 times its bound", "more inner steps"];
    check(&outcome, Status::IterationLimit, &named, &["came no nearer", "ρ stayed", "max_iterations"]);
}

/// −½z² against x = 1: ρ must be above 2.
#[test]
fn of_a_run_that_diverges() {
    struct Hill;
    impl Subproblem<f64> for Hill {
        type Var = Matrix;
        type Image = Matrix;
        fn value(&self, z: &Matrix) -> Result<f64> {
            Ok(-0.5 * z.norm_squared())
        }
        fn argmin(&self, z: &mut Matrix, to: Target<'_, f64, Matrix>) -> Result<Solved<f64>> {
            *z = to.v * (to.rho / (to.rho - 1.0));
            Ok(Solved::exactly(Cost::default()))
        }
        fn image(&self, z: &Matrix) -> Matrix {
            z.clone()
        }
        fn smoothness(&self, _z: &Matrix) -> certificate::Smoothness<f64> {
            certificate::Smoothness::Smooth { lipschitz: Some(1.0) }
        }
    }
    let one = || Exact(common::Interval(column(&[1.0]), column(&[1.0])));
    let start = column(&[0.5]);
    let mut admm = Coordinator::new(one(), Negated(Hill), start.clone(), start, 1.5).unwrap();
    admm.penalty_policy = Box::new(Fixed);
    check(&admm.run(()).unwrap(), Status::Diverged, &["raise ρ above 2.00"], &["convex"]);
    let growing: Vec<f64> = (0..20).map(|k| 10_f64.powi(k)).collect();
    let outcome = scripted(&growing).run(()).unwrap();
    check(&outcome, Status::Diverged, &["1000 times", "bounded below", "support"], &["raise ρ above"]);
}

/// The interval [lower, upper], which knows its domain, with a slope.
struct Range(f64, f64, f64);

impl Prox<f64> for Range {
    fn value(&self, x: &Matrix) -> f64 {
        self.2 * x[0]
    }
    fn prox(&self, v: &Matrix, rho: f64) -> Result<Matrix> {
        Ok(v.map(|v| (v - self.2 / rho).max(self.0).min(self.1)))
    }
    fn support(&self, y: &Matrix) -> Option<Support<f64>> {
        let bound = if y[0] > 0.0 { self.1 } else { self.0 };
        let open = bound.is_infinite();
        Some(Support {
            value: if open || y[0] == 0.0 { 0.0 } else { y[0] * bound },
            violation: if open { y[0].abs() } else { 0.0 },
        })
    }
    fn recession(&self, by: &Matrix) -> Option<Recession<f64>> {
        let open = if by[0] > 0.0 { self.1 } else { self.0 }.is_infinite();
        let violation = if open { 0.0 } else { by[0].abs() };
        Some(Recession { value: self.2 * by[0], violation, length: by[0].abs() })
    }
}

#[test]
fn of_problems_without_a_solution() {
    let run = |f: Range, g: Range, limit: u64| {
        let zero = Matrix::zeros(1, 1);
        let mut admm = Coordinator::new(Exact(f), Negated(Exact(g)), zero.clone(), zero, 1.0).unwrap();
        admm.max_iterations = limit;
        admm.run(()).unwrap()
    };
    let (apart, falls) = (["loosen", "Its relative value is "], ["falls without end", "Its relative value is "]);
    let primal = run(Range(0.0, 1.0, 0.0), Range(2.0, 3.0, 0.0), 1_000);
    check(&primal, Status::PrimalInfeasible, &apart, &["check it yourself"]);
    let dual = run(Range(0.0, f64::INFINITY, -1.0), Range(-1.0, f64::INFINITY, 0.5), 1_000);
    check(&dual, Status::DualInfeasible, &falls, &["check it yourself"]);
    // Blocks that state their functions need no doubt.
    let early = run(Range(0.0, 1.0, 0.0), Range(2.0, 3.0, 0.0), 5);
    check(&early, Status::IterationLimit, &["the primal residual"], &["support"]);
}

#[test]
fn of_runs_that_end_on_request_or_well() {
    let mut admm = scripted(&[2.0, 1.0, 3.0]);
    let stopped = admm.run(|_: &_| ControlFlow::Break(())).unwrap();
    check(&stopped, Status::Stopped, &["on request", "2000 times its bound"], &["patience"]);
    let solved = regression(l1(LAMBDA), 1.0).run(()).unwrap();
    check(&solved, Status::Converged, &["The stopping rule is met."], &["absolute", "times"]);
    let absolute = scripted(&[1e-4]).run(()).unwrap();
    check(&absolute, Status::Converged, &["the absolute tolerance decided"], &["times"]);
}
