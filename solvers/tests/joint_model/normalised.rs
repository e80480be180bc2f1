//! W that is normalised before use: what couples the blocks is what the losses see.

use super::*;
use crate::data::{classes, digits, iris, matrix, wine};
use admm::{Accuracy, Coordinator, Iterate, Negated, Smooth, Status, Subproblem, check, method};
use admm_solvers::descent::{Lbfgs, NormalisedDescent};
use admm_solvers::joint::{Constraint, Rule, set_tolerance};
use admm_solvers::smooth::{Normalisation, Normalised};

/// A normalisation before use, and the constraint with the same minima.
const PAIRS: [(Constraint, Constraint); 2] =
    [(Constraint::NormalisedColumns, Constraint::UnitNorm), (Constraint::NormalisedQ, Constraint::Orthonormal)];

/// Upper triangular with a positive diagonal, or the diagonal alone: what the normalisation undoes.
fn undone(by: Normalisation, k: usize) -> DMatrix<f64> {
    let entry = |i: usize, j: usize| if i == j { 0.5 + i as f64 } else { ((3 * i + j) as f64).sin() };
    let keeps = |i: usize, j: usize| i == j || i < j && by == Normalisation::Orthonormal;
    DMatrix::from_fn(k, k, |i, j| if keeps(i, j) { entry(i, j) } else { 0.0 })
}

/// Wherever unit or orthonormal columns lead, normalising leads to the same objective, by both methods.
#[test]
fn both_methods_reach_the_objective_of_the_constraint() {
    for (name, data) in [("iris", iris()), ("wine", wine()), ("digits", digits()), ("wide", classes(40, 25, 3, 2))] {
        for (normalised, held) in PAIRS {
            for weight in [0.9, 0.5, 0.1] {
                let of =
                    |constraint, method| fit(default().constraint(constraint).weight(weight), &data, method).report;
                let expected = of(held, Method::Admm).objective.min(of(held, Method::Descent).objective);
                for method in [Method::Admm, Method::Descent] {
                    let report = of(normalised, method);
                    let place = format!("{name} {normalised} λ = {weight} {method}: {report:?}, expected {expected}");
                    println!("{name} {normalised} {weight} {method}: {} passes, {}", report.passes, report.objective);
                    assert_eq!(report.status, Status::Converged, "{place}");
                    assert!(report.stationarity <= 1e-6 && report.feasibility <= 1e-12, "{place}");
                    assert!((report.objective - expected).abs() <= 1e-6 * expected.abs(), "{place}");
                }
            }
        }
    }
}

#[test]
fn the_rule_moves_a_free_w() {
    for (normalised, _) in PAIRS {
        let of = |rule| fit(default().constraint(normalised).rule(rule), &wine(), Method::Admm).report;
        let expected = of(Rule::Majorize);
        for rule in [Rule::Lbfgs, Rule::Hebbian] {
            let report = of(rule);
            assert_eq!(report.status, Status::Converged, "{normalised} {rule}: {report:?}");
            assert!((report.objective - expected.objective).abs() <= 1e-8, "{normalised} {rule}: {report:?}");
        }
    }
}

/// The gradient of both losses by W through the normalisation, against differences.
#[test]
fn the_chain_through_the_normalisation_is_right() {
    let data = classes(6, 40, 3, 5);
    for by in [Normalisation::UnitColumns, Normalisation::Orthonormal] {
        let of = Normalised { of: objective(data.0.clone(), &data.1, vec![1.0 / 40.0; 40], 0.3), by };
        let at = Predictor { v: matrix(6, 2, 1), b: matrix(2, 3, 2), bias: matrix(3, 1, 3) };
        check::gradient(&of, &at).unwrap().assert();
    }
}

/// What the normalisation undoes changes neither the losses nor a fit that starts from it.
#[test]
fn lengths_are_not_seen() {
    let data = wine();
    for (normalised, _) in PAIRS {
        let by = normalised.normalisation().unwrap();
        let prepared = prepare(default().constraint(normalised), &data);
        let classifier = |v| Predictor { v, b: matrix(2, 3, 5) * 0.1, bias: matrix(3, 1, 6) * 0.1 };
        let w = matrix(13, 2, 4);
        let longer = &w * undone(by, 2);
        let x = prepare(default(), &data).fit(Method::TwoStage, &mut |_| ControlFlow::Continue(())).unwrap();
        let of = objective(x.scaler.apply(&data.0).unwrap(), &data.1, vec![1.0 / 178.0; 178], 0.5);
        let seen = Normalised { of, by };
        let [one, other] = [&w, &longer].map(|w| seen.value_and_gradient(&classifier(w.clone())).unwrap().0);
        assert!((one - other).abs() <= 1e-12 * one.abs(), "{normalised}: {one} {other}");
        for method in [Method::Admm, Method::Descent] {
            let [one, other] =
                [&w, &longer].map(|w| run(&prepared.with_start(&classifier(w.clone())).unwrap(), method));
            assert_eq!((one.report.status, other.report.status), (Status::Converged, Status::Converged));
            assert!((one.report.objective - other.report.objective).abs() <= 1e-9, "{normalised} {method}");
        }
    }
}

/// Both blocks with a free W of their own. Coupled by W and V they would shorten them to nothing, and end as converged
/// at an arbitrary point.
#[test]
fn two_normalised_blocks_agree_at_a_stationary_point() {
    let data = wine();
    let scaler = prepare(default(), &data).fit(Method::TwoStage, &mut |_| ControlFlow::Continue(())).unwrap();
    let n = data.1.len();
    let of = objective(scaler.scaler.apply(&data.0).unwrap(), &data.1, vec![1.0 / n as f64; n], 0.5);
    let principal = of.variance.covariance.top(2).unwrap().1;
    for (normalised, held) in PAIRS {
        let normalisation = normalised.normalisation().unwrap();
        let by = Lbfgs { max_steps: 200, ..Lbfgs::default() };
        let reduce = NormalisedDescent { of: of.variance.clone(), by, normalisation };
        let classify = NormalisedDescent { of: of.prediction.clone(), by, normalisation };
        let longer = Iterate::new(&principal * undone(normalisation, 2));
        let z = Iterate::new(Predictor::blank(&principal * 3.0, 3));
        let mut admm = Coordinator::new(reduce, Negated(classify), longer, z, 1.0).unwrap();
        set_tolerance(&mut admm, 1e-7);
        admm.accuracy = Accuracy::Fixed(1e-8);
        let outcome = admm.run(()).unwrap();
        assert_eq!(outcome.status, Status::Converged, "{normalised}");
        let end = Predictor { v: outcome.best.x.point.clone(), ..outcome.best.z.point.clone() };
        let (value, gradient) = of.value_and_gradient(&end).unwrap();
        assert!(held.set().residual(&end.v).unwrap() <= 1e-12);
        let slope = method::stationarity(&*held.set(), &end, &gradient).unwrap();
        assert!(slope <= 1e-5, "{normalised}: {slope}");
        let expected = fit(default().constraint(held), &data, Method::Descent).report.objective;
        assert!((value - expected).abs() <= 1e-6, "{normalised}: {value} {expected}");
    }
}

/// At the end of a call the gradient of the loss and of the pull vanishes on what the loss sees.
#[test]
fn the_block_lowers_what_it_says() {
    let data = classes(6, 40, 3, 5);
    let of = objective(data.0.clone(), &data.1, vec![1.0 / 40.0; 40], 0.7).variance;
    for (normalised, _) in PAIRS {
        let normalisation = normalised.normalisation().unwrap();
        let by = Lbfgs { max_steps: 500, ..Lbfgs::default() };
        let block = NormalisedDescent { of: of.clone(), by, normalisation };
        let (v, rho) = (normalisation.of(&matrix(6, 2, 8)).unwrap(), 2.0);
        let mut w = Iterate::new(matrix(6, 2, 9));
        let to = admm::Target { v: &v, rho, tolerance: 1e-9 };
        let solved = block.argmin(&mut w, to).unwrap();
        assert!(solved.residual.unwrap() <= 1e-8, "{solved:?}");
        let seen = block.image(&w);
        let slope = of.value_and_gradient(&seen).unwrap().1 + (&seen - &v) * rho;
        let left = normalised.set::<f64>().tangent(&seen, &slope).unwrap().norm();
        assert!(left <= 1e-8, "{normalised}: {left}");
        assert!((&seen - w.point).norm() <= 1e-12, "after a call W is what the function sees");
    }
}
