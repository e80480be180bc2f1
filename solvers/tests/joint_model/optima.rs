//! Where fits end.

use super::*;
use crate::data::{angle, classes, digits, iris, wine};
use admm::{Accuracy, ConstraintSet, Coordinator, Descent, Flat, Iterate, Negated, Smooth, Status, Tolerance, method};
use admm_solvers::descent::Lbfgs;
use admm_solvers::joint::{Constraint, Report};
use admm_solvers::pca::Majorize;
use admm_solvers::set::Stiefel;

/// The z-block leaves ∇L₂(V) = ρ(W − V + u_before) = ρu, and the W-block a W at which ∇L₁(W) + ρu is normal.
#[test]
fn the_dual_is_the_gradient_of_the_second_loss() {
    let (x, labels) = wine();
    let x = prepare(default(), &(x.clone(), labels.clone()))
        .fit(Method::TwoStage, &mut |_| ControlFlow::Continue(()))
        .unwrap()
        .scaler
        .apply(&x)
        .unwrap();
    let n = labels.len();
    let JointObjective { variance, prediction } = objective(x, &labels, vec![1.0 / n as f64; n], 0.5);
    let principal = variance.covariance.top(2).unwrap().1;
    let start = Iterate::new(Predictor::blank(principal.clone(), 3));
    let smooth = Descent { of: prediction.clone(), by: Lbfgs { max_steps: 1_000, ..Lbfgs::default() }, on: Flat };
    let majorize = Majorize { loss: variance.clone(), on: Stiefel::default(), max_steps: 10_000 };
    let mut admm = Coordinator::new(majorize, Negated(smooth), principal, start, 0.1).unwrap();
    admm.tolerance = Tolerance { absolute: 1e-9, relative: 0.0 };
    admm.accuracy = Accuracy::Fixed(1e-10);
    let outcome = admm.run(()).unwrap();
    assert_eq!(outcome.status, Status::Converged);
    let state = outcome.best;
    let multiplier = &state.u * state.record.rho;
    let gradient = prediction.value_and_gradient(&state.z.point).unwrap().1;
    assert!(multiplier.norm() > 1e-2, "a multiplier of 0 would prove nothing");
    assert!((&gradient.v - &multiplier).amax() <= 1e-8, "{gradient:?} {multiplier}");
    assert!(gradient.b.amax() <= 1e-8 && gradient.bias.amax() <= 1e-8);
    let slope = multiplier - variance.ascent(&state.x);
    assert!(Stiefel::default().stationarity(&state.x, &slope).unwrap() <= 1e-7);
}

/// Pure PCA at weight 1; at weight 0 a stationary point of the cross-entropy alone.
#[test]
fn the_ends_of_the_path() {
    for data in [iris(), wine(), classes(25, 10, 2, 1)] {
        for method in [Method::Admm, Method::Descent] {
            let two_stage = fit(default().weight(1.0), &data, Method::TwoStage);
            let pca = fit(default().weight(1.0), &data, method);
            assert!(angle(&two_stage.weights.v, &pca.weights.v) <= 1e-5, "{method}");
            let z = pca.scaler.apply(&data.0).unwrap();
            let values = (&z * z.transpose()).symmetric_eigenvalues();
            let mut shares: Vec<f64> = values.iter().map(|value| value / values.sum()).collect();
            shares.sort_by(|a, b| b.total_cmp(a));
            assert!((pca.report.variance_explained - shares[0] - shares[1]).abs() <= 1e-10, "{method}");
            assert!((pca.report.objective - (1.0 - shares[0] - shares[1])).abs() <= 1e-10, "{method}");

            let entropic = fit(default().weight(0.0), &data, method);
            let alone = second_loss(&entropic);
            assert!((entropic.report.objective - alone).abs() <= 1e-12, "{method}");
            assert!(entropic.report.stationarity <= 1e-5 && alone < second_loss(&two_stage), "{method}");
        }
    }
}

/// Square orthonormal W loses nothing and turns logits only: what is left is softmax regression with a ridge, a convex
/// problem, here solved by plain gradient descent on X itself.
#[test]
fn all_components_give_ridge_softmax_regression() {
    let data = classes(3, 60, 3, 5);
    let z = fit(default(), &data, Method::TwoStage).scaler.apply(&data.0).unwrap();
    let prediction = PredictionLoss { share: 1.0, ..objective(z, &data.1, vec![1.0 / 60.0; 60], 0.5).prediction };
    let mut convex = Predictor::blank(DMatrix::identity(3, 3), 3);
    for _ in 0..20_000 {
        let gradient = prediction.value_and_gradient(&convex).unwrap().1;
        convex.b -= gradient.b * 0.3;
        convex.bias -= gradient.bias * 0.3;
    }
    let expected = prediction.value_and_gradient(&convex).unwrap().0;
    for (weight, method) in
        [(0.0, Method::Descent), (0.5, Method::Admm), (0.9, Method::Descent), (0.5, Method::TwoStage)]
    {
        let report = fit(default().components(3).weight(weight), &data, method).report;
        assert!((report.objective - (1.0 - weight) * expected).abs() <= 1e-8, "{method}: {report:?}");
    }
}

/// For minimisers of λL₁ + (1−λ)L₂ the one loss falls with λ and the other rises.
#[test]
fn scalarisation_is_monotone() {
    for (name, data) in [("iris", iris()), ("wine", wine())] {
        for method in [Method::Admm, Method::Descent] {
            let (mut variance, mut second) = (0.0, 0.0);
            for step in 1..=19 {
                let fitted = fit(default().weight(f64::from(step) * 0.05), &data, method);
                let loss = second_loss(&fitted);
                let explained = fitted.report.variance_explained;
                assert!(explained >= variance - 1e-6, "{name} {method} {step}: {explained} after {variance}");
                assert!(loss >= second - 1e-5, "{name} {method} {step}: {loss} after {second}");
                (variance, second) = (explained, loss);
            }
        }
    }
}

const SHAPES: [(usize, usize, usize, usize); 7] =
    [(5, 80, 2, 3), (30, 15, 3, 2), (1, 40, 1, 2), (4, 50, 4, 3), (6, 60, 1, 2), (8, 200, 3, 10), (200, 30, 2, 4)];

/// d, n, k, c: the same objective by ADMM and by joint descent, no worse than by the other two, each as reported.
#[test]
fn methods_agree_and_reports_are_true() {
    for (d, n, k, c) in SHAPES {
        let data = classes(d, n, c, 11);
        for weight in [0.2, 0.8] {
            let prepared = prepare(default().components(k).weight(weight), &data);
            let [admm, joint, alternating, two_stage] = Method::ALL.map(|method| run(&prepared, method));
            let shape = format!("{d}×{n} k={k} c={c} λ={weight}");
            let of = |fitted: &Fitted<f64>| fitted.report.objective;
            assert!((of(&admm) - of(&joint)).abs() <= 1e-6 * of(&joint), "{shape}: {} {}", of(&admm), of(&joint));
            assert!(of(&admm) <= of(&alternating) + 1e-7 && of(&admm) <= of(&two_stage) + 1e-7, "{shape}");
            for fitted in [&admm, &joint, &alternating, &two_stage] {
                let Report { objective, feasibility, .. } = fitted.report.clone();
                assert!(feasibility <= 1e-12, "{shape}");
                assert!((objective - objective_of(fitted, &data, (weight, 0.01))).abs() <= 1e-10, "{shape}");
                assert_eq!((fitted.report.n, fitted.report.d, fitted.report.k, fitted.report.outputs), (n, d, k, c));
            }
            assert!(admm.report.status == Status::Converged && joint.report.status == Status::Converged, "{shape}");
            assert!(admm.report.stationarity <= 1e-4 && joint.report.stationarity <= 1e-6, "{:?}", admm.report);
            let z = two_stage.scaler.apply(&data.0).unwrap();
            let principal = z.svd(true, false).u.unwrap().columns(0, k).into_owned();
            assert!(angle(&principal, &two_stage.weights.v) <= 1e-7, "{shape}: the first stage is PCA");
        }
    }
}

/// In the row space of the data nothing is lost: the gradient of the objective on the features themselves vanishes.
#[test]
fn more_features_than_samples() {
    for constraint in [Constraint::Orthonormal, Constraint::UnitNorm] {
        let data = classes(60, 15, 3, 2);
        let fitted = fit(default().constraint(constraint).tolerance(1e-8), &data, Method::Descent);
        let z = fitted.scaler.apply(&data.0).unwrap();
        let direct = objective(z, &data.1, vec![1.0 / 15.0; 15], 0.5);
        let (value, gradient) = direct.value_and_gradient(&fitted.weights).unwrap();
        assert!((value - fitted.report.objective).abs() <= 1e-12);
        let slope = method::stationarity(&*constraint.set(), &fitted.weights, &gradient).unwrap();
        assert!(slope <= 1e-7, "{constraint}: {slope}");
        assert!(constraint.set().residual(&fitted.weights.v).unwrap() <= 1e-12);
    }
}

/// The lowest of the minima that 20 random starts find (docs/experiments.md, on local minima), each with others above
/// it. The start of all methods is the better end of the path: the principal components alone lead to 0.964427 at λ =
/// 0.1.
#[test]
fn digits_end_in_the_lowest_known_minima() {
    let data = digits();
    for (weight, lowest) in [(0.9, 0.833992), (0.5, 0.914844), (0.1, 0.959005)] {
        for method in [Method::Admm, Method::Descent] {
            let report = fit(default().weight(weight), &data, method).report;
            let gap = (report.objective - lowest) / lowest;
            println!("digits {weight} {method}: gap {gap:.1e} {report:?}");
            assert!(gap.abs() <= 1e-4, "λ = {weight}, {method}: {report:?}");
            assert!(report.feasibility <= 1e-12 && report.stationarity <= 1e-4, "{report:?}");
        }
    }
}
