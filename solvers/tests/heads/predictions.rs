//! Fitted models of every head: predictions in the unit of the targets, files, and other methods.

use super::problem;
use admm::Status;
use admm_solvers::data::Targets;
use admm_solvers::joint::{Constraint, Fitted, JointModel, Method, Model, Names};
use admm_solvers::loss::Loss;
use nalgebra::DMatrix;
use std::ops::ControlFlow;

fn fit(loss: Loss, (x, targets): &(DMatrix<f64>, Targets<f64>)) -> Fitted<f64> {
    JointModel::builder().loss(loss).weight(0.3).build().unwrap().fit_targets(x, targets.clone()).unwrap()
}

/// For given W the best B of the squared loss is (WᵀΣW + μI)⁻¹WᵀXYᵀ/n, and the second stage takes a step or two to it.
#[test]
fn the_second_stage_of_the_squared_loss_is_a_linear_system() {
    let (x, targets) = problem(Loss::Squared, (5, 80, 3), 2);
    let model = JointModel::builder().loss(Loss::Squared).ridge(0.05).method(Method::TwoStage).build().unwrap();
    let fitted = model.fit_targets(&x, targets.clone()).unwrap();
    let scores = |of: &DMatrix<f64>| {
        let mut z = of.clone();
        z.row_iter_mut().for_each(|mut row| {
            let mean = row.mean();
            row.add_scalar_mut(-mean);
            let deviation = (row.norm_squared() / (row.len() - 1) as f64).sqrt();
            row /= deviation;
        });
        z
    };
    let (z, y) = (scores(&x), scores(targets.numbers().unwrap()));
    let reduced = fitted.weights.v.transpose() * z;
    let system = &reduced * reduced.transpose() / 80.0 + DMatrix::identity(2, 2) * 0.05;
    let expected = system.cholesky().unwrap().solve(&(&reduced * y.transpose() / 80.0));
    assert!((&fitted.weights.b - expected).amax() <= 1e-8, "{}", fitted.weights.b);
    assert!(fitted.weights.bias.amax() <= 1e-8);
    assert!(fitted.report.iterations <= 2, "{} steps", fitted.report.iterations);
    assert_eq!(fitted.report.status, Status::Converged);
}

#[test]
fn predictions_are_in_the_unit_of_the_targets() {
    for loss in [Loss::Squared, Loss::Huber] {
        let (x, targets) = problem(loss, (4, 60, 2), 3);
        let y = targets.numbers().unwrap();
        let other = Targets::from(y.map(|value| 1000.0 * value - 5e4));
        let (one, thousand) = (fit(loss, &(x.clone(), targets.clone())), fit(loss, &(x.clone(), other.clone())));
        let (small, large) = (one.predict_values(&x).unwrap(), thousand.predict_values(&x).unwrap());
        assert!((small.map(|value| 1000.0 * value - 5e4) - &large).amax() <= 1e-3, "{loss}");
        let score = thousand.score_values(&x, other.numbers().unwrap(), &[1.0; 60]).unwrap();
        assert!((1.0 - score - thousand.report.training_error).abs() <= 1e-9 && score > 0.5, "{loss} {score}");
        assert!(one.predict(&x).is_err() && one.predict_proba(&x).is_err());
        let plain = JointModel::builder().loss(loss).standardise_targets(false).build().unwrap();
        let fitted = plain.fit_targets(&x, y).unwrap();
        assert!(fitted.targets.is_none() && fitted.predict_values(&x).unwrap() == fitted.logits(&x).unwrap());
    }
}

/// The rates of counts have the mean of the counts, and probabilities that of the labels: b is not penalised.
#[test]
fn means_are_met() {
    for loss in [Loss::Poisson, Loss::Logistic, Loss::Squared] {
        let data = problem(loss, (4, 60, 2), 6);
        let fitted = fit(loss, &data);
        let (predicted, y) = (fitted.predict_values(&data.0).unwrap(), data.1.numbers().unwrap());
        assert!((predicted.column_mean() - y.column_mean()).amax() <= 1e-5, "{loss}");
    }
    let labels = problem(Loss::Logistic, (4, 60, 2), 6);
    let fitted = fit(Loss::Logistic, &labels);
    assert_eq!(fitted.predict_proba(&labels.0).unwrap(), fitted.predict_values(&labels.0).unwrap());
    let right = fitted.score_values(&labels.0, labels.1.numbers().unwrap(), &[1.0; 60]).unwrap();
    assert!((1.0 - right - fitted.report.training_error).abs() <= 1e-12 && right > 0.7, "{right}");
}

#[test]
fn files_keep_the_loss_and_the_scale_of_the_targets() {
    let names = |count: usize| (0..count).map(|i| format!("n{i}")).collect::<Vec<_>>();
    for loss in Loss::ALL {
        let data = problem(loss, (4, 60, 2), 3);
        let fitted = fit(loss, &data);
        let bytes = fitted.to_bytes(&Names::new(names(4), names(2))).unwrap();
        let (model, read): (Model<f64>, Names) = Model::from_bytes(&bytes).unwrap();
        assert_eq!(model, fitted.model, "{loss}");
        assert_eq!(model.to_bytes(&read).unwrap(), bytes, "{loss}");
    }
    let one = fit(Loss::Squared, &problem(Loss::Squared, (4, 60, 1), 3));
    let bytes = one.to_bytes(&Names::new(names(4), names(1))).unwrap();
    assert_eq!(Model::<f64>::from_bytes(&bytes).unwrap().0, one.model);
    let own = Model { loss: None, ..one.model.clone() };
    assert!(own.to_bytes(&Names::new(names(4), names(1))).unwrap_err().to_string().contains("head of your own"));
}

/// Every method, constraint and precision serves every head, and what it returns is what it says.
#[test]
fn every_method_and_constraint_serves_every_head() {
    for loss in Loss::ALL {
        let (x, targets) = problem(loss, (4, 60, 2), 3);
        for constraint in [Constraint::Orthonormal, Constraint::UnitNorm, Constraint::Ball, Constraint::NormalisedQ] {
            let model = JointModel::builder().loss(loss).weight(0.3).constraint(constraint).build().unwrap();
            let prepared = model.prepare_targets(&x, targets.clone(), None).unwrap();
            for method in Method::ALL {
                let fitted = prepared.fit(method, &mut |_| ControlFlow::Continue(())).unwrap();
                assert_eq!(fitted.report.status, Status::Converged, "{loss} {constraint} {method}");
                assert!(fitted.report.feasibility <= 1e-12);
            }
        }
        let narrow = x.map(|value| value as f32);
        let numbers: Targets<f32> = match &targets {
            Targets::Classes { labels, count } => Targets::classes(labels, *count).unwrap(),
            Targets::Numbers(y) => y.map(|value| value as f32).into(),
        };
        let of = JointModel::builder().loss(loss).weight(0.3).build().unwrap();
        let single = of.fit_targets(&narrow, numbers).unwrap();
        let double = of.fit_targets(&x, targets).unwrap();
        assert!((single.report.objective - double.report.objective).abs() <= 1e-4, "{loss}");
    }
}

/// Behind hidden layers every head is served too, by all methods of both reaches.
#[test]
fn hidden_layers_serve_every_head() {
    for loss in Loss::ALL {
        let (x, targets) = problem(loss, (4, 60, 2), 3);
        let model = JointModel::builder().loss(loss).weight(0.2).hidden(&[5]).tolerance(1e-5).build().unwrap();
        let prepared = model.prepare_targets(&x, targets.clone(), None).unwrap();
        let linear = JointModel::builder().loss(loss).weight(0.2).build().unwrap();
        let linear = linear.fit_targets(&x, targets.clone()).unwrap();
        let fitted = prepared.fit(Method::Admm, &mut |_| ControlFlow::Continue(())).unwrap();
        println!(
            "{loss}: {:.4} in place of {:.4}, {}",
            fitted.report.prediction_loss, linear.report.prediction_loss, fitted.report.status
        );
        assert!(fitted.report.prediction_loss < linear.report.prediction_loss, "{loss}");
        assert!(fitted.predict_values(&x).unwrap().iter().all(|value| value.is_finite()));
    }
}
