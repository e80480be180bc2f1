//! Runs that lead nowhere, penalties without end, and drift.

use super::*;
use admm::observe::History;
use admm::penalty::{Balance, Fixed};
use admm::state::{Record, State};

/// −x.
struct Inward;

impl Direction<f64> for Inward {
    type Memory = ();
    fn value(&self, x: &Matrix) -> Result<f64> {
        Ok(x.norm_squared() / 2.0)
    }
    fn direction(&self, x: &Matrix, _memory: &mut ()) -> Result<Matrix> {
        Ok(-x)
    }
}

/// Of 0 every step looks like the last, and a negative L may leave none.
#[test]
fn fault_36_a_size_of_a_step_that_is_not_positive_and_finite() {
    let x = column(&[1.0, 2.0]);
    let decaying = Rate::Decaying { lipschitz: 1.0, horizon: -1.0 };
    for rate in [Rate::Constant(0.0), Rate::Constant(f64::NAN), Rate::Lipschitz(-1.0), Rate::Lipschitz(-3.0), decaying]
    {
        let block = Descent { of: Inward, by: ScheduledSteps { rate, max_steps: 5 }, on: Flat };
        let target = Target { v: &x, rho: 1.0, tolerance: 1e-6 };
        let error = block.argmin(&mut Iterate::new(x.clone()), target).unwrap_err();
        assert!(
            matches!(error, Error::Parameters(_)) && error.to_string().contains("rate must give a step"),
            "{rate:?}: {error}"
        );
    }
}

#[test]
fn fault_40_a_custom_update_with_too_long_steps_diverges_and_returns_the_best_iterate() {
    let block = Descent { of: Inward, by: ScheduledSteps { rate: Rate::Constant(3.0), max_steps: 1 }, on: Flat };
    let (x, z) = (Iterate::new(Matrix::from_element(3, 1, 1.0)), Matrix::zeros(3, 1));
    let mut admm = Coordinator::new(block, partner(), x, z, 1.0).unwrap();
    let (mut history, _) = (History::default(), admm.penalty_policy = Box::new(Fixed));
    let outcome = admm.run(&mut history).unwrap();
    assert_eq!(outcome.status, Status::Diverged);
    let lowest = history.records.iter().map(Record::excess).fold(f64::INFINITY, f64::min);
    assert_eq!(outcome.best.record.excess(), lowest);
    assert!(admm.state().record.excess() > 1e8 * lowest);
}

/// The indicator of {−1, 1}.
struct Sign;

impl Prox<f64> for Sign {
    fn value(&self, _x: &Matrix) -> f64 {
        0.0
    }
    fn prox(&self, v: &Matrix, _rho: f64) -> Result<Matrix> {
        Ok(v.map(|v| if v >= 0.0 { 1.0 } else { -1.0 }))
    }
}

#[test]
fn fault_41_a_cycle_has_stalled() {
    let start = Matrix::zeros(1, 1);
    let mut admm = Coordinator::new(Exact(Sign), Negated(zero()), start.clone(), start, 1.0).unwrap();
    (admm.patience, admm.penalty_policy) = (25, Box::new(Fixed));
    let mut signs = Vec::new();
    let outcome = admm
        .run(|state: &State<f64, Matrix, Matrix, Matrix>| {
            signs.push(state.x[0]);
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(outcome.status, Status::Stalled);
    assert_eq!(signs[..4], [1.0, -1.0, 1.0, -1.0]);
    assert!((26..=27).contains(&signs.len()), "{}", signs.len());
}

#[test]
fn fault_42_an_adaptive_penalty_stays_within_its_bounds_and_its_changes_are_counted() {
    let mut admm = scripted(&[1.0, 2.0]);
    admm.penalty_policy = Box::new(Balance::default());
    admm.penalty_limits.bounds = (1e-2, 5.0);
    for _ in 0..100 {
        admm.step().unwrap();
    }
    let record = &admm.state().record;
    assert_eq!((record.rho, record.penalty_changes, record.penalty_clamped), (5.0, 3, 98));
}

/// The unit sphere by a retraction that is right to third order only: left alone, it drifts.
struct Drifting;

impl ConstraintSet<f64> for Drifting {
    fn geometry(&self) -> Geometry {
        Geometry::Manifold
    }
    fn tangent(&self, x: &Matrix, g: &Matrix) -> Result<Matrix> {
        Ok(g - x * (x.dot(g) / x.norm_squared()))
    }
    fn retract(&self, x: &Matrix, step: &Matrix) -> Result<Matrix> {
        Ok(x + step - x * (step.norm_squared() / 2.0))
    }
    fn project(&self, x: &Matrix) -> Result<Matrix> {
        Ok(x.normalize())
    }
    fn residual(&self, x: &Matrix) -> Result<f64> {
        Ok((x.norm() - 1.0).abs())
    }
}

/// Round and round the circle.
struct Rotate;

impl Direction<f64> for Rotate {
    type Memory = ();
    fn value(&self, _x: &Matrix) -> Result<f64> {
        Ok(0.0)
    }
    fn direction(&self, x: &Matrix, _memory: &mut ()) -> Result<Matrix> {
        Ok(Matrix::from_column_slice(2, 1, &[-x[1], x[0]]))
    }
}

#[test]
fn fault_44_drift_off_the_manifold_is_repaired_in_every_step() {
    let start = Matrix::from_column_slice(2, 1, &[0.6, 0.8]);
    let (mut free, step) = (start.clone(), 0.1);
    for _ in 0..1000 {
        let tangent = Rotate.direction(&free, &mut ()).unwrap() * step;
        free = Drifting.retract(&free, &tangent).unwrap();
    }
    let drift = Drifting.residual(&free).unwrap();
    assert!(drift > 1e-3, "the drift is there to be seen: {drift}");

    let block = Descent { of: Rotate, by: ScheduledSteps { rate: Rate::Constant(step), max_steps: 1 }, on: Drifting };
    let mut iterate = Iterate::new(start);
    for _ in 0..1000 {
        block.argmin(&mut iterate, Target { v: &Matrix::zeros(2, 1), rho: 0.0, tolerance: 0.0 }).unwrap();
        assert!(Drifting.residual(&iterate.point).unwrap() <= 1e-12);
    }
}
