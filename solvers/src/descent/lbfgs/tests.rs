use super::*;
use admm::{Descent, Flat, Subproblem};

/// ½⟨x, Cx⟩ with C = diag(1, 4), and (C + ρI)⁻¹ as what the pairs correct.
struct Quadratic;
struct Exact;

fn curvature(i: usize) -> f64 {
    [1.0, 4.0][i]
}

impl Smooth<f64> for Quadratic {
    type Point = DMatrix<f64>;
    fn value_and_gradient(&self, x: &DMatrix<f64>) -> Result<(f64, DMatrix<f64>)> {
        let gradient = DMatrix::from_fn(2, 1, |i, _| curvature(i) * x[i]);
        Ok((0.5 * x.dot(&gradient), gradient))
    }
}

impl InitialHessian<f64, DMatrix<f64>> for Exact {
    fn look_up(&self, at: &DMatrix<f64>) -> DMatrix<f64> {
        at.clone()
    }
    fn solve(&self, near: Near<'_, f64, DMatrix<f64>>, q: DMatrix<f64>) -> Result<DMatrix<f64>> {
        assert_eq!(near.known, near.point, "what was looked up elsewhere is forgotten");
        Ok(DMatrix::from_fn(2, 1, |i, _| q[i] / (curvature(i) + near.rho)))
    }
}

/// A model with a third of the curvature, as stiff as it is told.
struct Soft;

impl InitialHessian<f64, DMatrix<f64>> for Soft {
    fn solve(&self, near: Near<'_, f64, DMatrix<f64>>, q: DMatrix<f64>) -> Result<DMatrix<f64>> {
        Ok(DMatrix::from_fn(2, 1, |i, _| q[i] / (near.stiffness * curvature(i) / 3.0 + near.rho)))
    }
}

/// The first step shows three times the curvature: a fifth of the way there, and never more than twice.
#[test]
fn a_model_that_is_too_soft_is_stiffened() {
    let block = Descent { of: Quadratic, by: Lbfgs { memory: 0, max_steps: 1, ..Lbfgs::from(Soft) }, on: Flat };
    let mut x = Iterate::new(DMatrix::from_column_slice(2, 1, &[3.0, -2.0]));
    let mut expected = 1.0_f64;
    for call in 0..9 {
        let v = DMatrix::from_element(2, 1, f64::from(call));
        block.argmin(&mut x, Target { v: &v, rho: 0.7, tolerance: 1e-9 }).unwrap();
        expected = (expected * (3.0 / expected).powf(0.2)).min(2.0);
        assert!(
            (x.memory.model.stiffness.unwrap() - expected).abs() <= 1e-9,
            "{call}: {:?} {expected}",
            x.memory.model.stiffness
        );
    }
}

/// With two answers in a row every third call evaluates f, and on a quadratic whose Hessian is known each call
/// gives the minimum, with f and ∇f there.
#[test]
fn a_model_that_is_exact_answers_exactly() {
    let by = Lbfgs { max_steps: 1, answers: 2, ..Lbfgs::from(Exact) };
    let block = Descent { of: Quadratic, by, on: Flat };
    let mut x = Iterate::new(DMatrix::from_column_slice(2, 1, &[3.0, -2.0]));
    let mut passes = Vec::new();
    for call in 0..7 {
        let (v, rho) = (DMatrix::from_column_slice(2, 1, &[9.0 + f64::from(call), 9.0]), 8.0 + f64::from(call));
        passes.push(block.argmin(&mut x, Target { v: &v, rho, tolerance: 1.0 }).unwrap().cost.passes);
        let expected = DMatrix::from_fn(2, 1, |i, _| rho * v[i] / (curvature(i) + rho));
        assert!((&x.point - expected).amax() <= 1e-13, "{call}: {}", x.point);
        let (value, gradient) = Quadratic.value_and_gradient(&x.point).unwrap();
        assert!((block.value(&x).unwrap() - value).abs() <= 1e-12);
        assert!((x.memory.here.as_ref().unwrap().gradient() - gradient).amax() <= 1e-12);
    }
    assert_eq!(passes, [2, 0, 0, 1, 0, 0, 1], "the start is evaluated too");
}

/// A model is not asked what it would have to go far for.
#[test]
fn an_answer_stays_within_reach() {
    let by = Lbfgs { max_steps: 1, answers: 2, ..Lbfgs::from(Exact) };
    let block = Descent { of: Quadratic, by, on: Flat };
    let mut x = Iterate::new(DMatrix::from_column_slice(2, 1, &[3.0, -2.0]));
    let mut passes = |v: f64, tolerance: f64| {
        let v = DMatrix::from_element(2, 1, v);
        block.argmin(&mut x, Target { v: &v, rho: 1.0, tolerance }).unwrap().cost.passes
    };
    assert_eq!([passes(1.0, 1e-4), passes(1.01, 1e-4), passes(1.1, 1e-4)], [2, 0, 1], "in units of the tolerance");
    assert_eq!([passes(1.2, 1e-2), passes(3.0, 1e-2)], [0, 1], "and of the gradient");
    assert_eq!(
        [passes(3.1, 1e-2), passes(3.2, 1e-2), passes(3.2, 1e-2)],
        [0, 0, 1],
        "and ends with a target that stays"
    );
}

/// [`Exact`], which keeps what it has looked up along half of the norm of the point.
struct Kept;

impl InitialHessian<f64, DMatrix<f64>> for Kept {
    fn look_up(&self, at: &DMatrix<f64>) -> DMatrix<f64> {
        at.clone()
    }
    fn solve(&self, near: Near<'_, f64, DMatrix<f64>>, q: DMatrix<f64>) -> Result<DMatrix<f64>> {
        Ok(DMatrix::from_fn(2, 1, |i, _| q[i] / (curvature(i) + near.rho)))
    }
    fn keeps(&self) -> f64 {
        0.5
    }
    fn passes(&self) -> f64 {
        1.0
    }
}

/// The lengths of the steps add up, also where the path leads back to its start.
#[test]
fn what_was_looked_up_is_kept_along_a_short_path() {
    let block = Descent { of: Quadratic, by: Lbfgs { max_steps: 1, ..Lbfgs::from(Kept) }, on: Flat };
    let mut x = Iterate::new(DMatrix::from_column_slice(2, 1, &[10.0, 0.0]));
    let mut look_ups = Vec::new();
    for end in [10.0, 12.0, 10.0, 12.0, 10.0, 12.0] {
        // The minimum of ½x² + ½(x − v)² is v/2.
        let v = DMatrix::from_column_slice(2, 1, &[2.0 * end, 0.0]);
        block.argmin(&mut x, Target { v: &v, rho: 1.0, tolerance: 1e-9 }).unwrap();
        assert!((x.point[0] - end).abs() <= 1e-12, "{}", x.point);
        look_ups.push(x.memory.model.look_ups);
    }
    assert_eq!(look_ups, [0, 1, 1, 1, 1, 2]);
}
