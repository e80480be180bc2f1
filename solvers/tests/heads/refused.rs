//! Targets that a head does not take: each is an error that names the place.

use super::{LogCosh, problem};
use admm::{Error, Result};
use admm_solvers::data::{ClassWeight, Targets};
use admm_solvers::joint::{Fitted, JointModel};
use admm_solvers::loss::Loss;
use nalgebra::DMatrix;
use std::sync::Arc;

fn fit(loss: Loss, x: &DMatrix<f64>, targets: impl Into<Targets<f64>>) -> Result<Fitted<f64>> {
    JointModel::builder().loss(loss).build()?.fit_targets(x, targets)
}

/// The message of an error that is no other than one of parameters.
fn refused(result: Result<Fitted<f64>>) -> String {
    match result {
        Err(error @ Error::Parameters(_)) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

const NUMBERS: [Loss; 3] = [Loss::Squared, Loss::Huber, Loss::Poisson];
const LABELS: [Loss; 2] = [Loss::Logistic, Loss::SquaredHinge];

#[test]
fn targets_of_the_wrong_kind() {
    let (x, classes) = problem(Loss::Softmax, (3, 20, 2), 1);
    let (_, numbers) = problem(Loss::Squared, (3, 20, 2), 1);
    for loss in NUMBERS {
        let said = refused(fit(loss, &x, classes.clone()));
        assert!(said.contains("targets must be numbers for this loss, got classes"), "{said}");
    }
    let said = refused(fit(Loss::Softmax, &x, numbers.clone()));
    assert!(said.contains("targets must be class numbers for this loss, got numbers"), "{said}");
    for loss in LABELS {
        let said = refused(fit(loss, &x, numbers.clone()));
        assert!(said.contains("must be 0 or 1, got") && said.contains("for target 1 of sample 1"), "{said}");
    }
}

#[test]
fn numbers_out_of_range() {
    for loss in Loss::ALL.into_iter().filter(|loss| *loss != Loss::Softmax) {
        let (x, targets) = problem(loss, (3, 20, 2), 1);
        let y = targets.numbers().unwrap();
        let with = |number: f64| {
            let mut y = y.clone();
            y[(1, 7)] = number;
            y
        };
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let said = refused(fit(loss, &x, with(number)));
            assert!(said.contains(&format!("must be finite, got {number} for target 2 of sample 8")), "{loss}: {said}");
        }
        let mut constant = y.clone();
        constant.row_mut(1).fill(1.0);
        let said = refused(fit(loss, &x, constant));
        assert!(said.contains("must vary: target 2 is 1 for all samples"), "{loss}: {said}");
        let none = refused(fit(loss, &x, DMatrix::zeros(0, 20)));
        assert!(none.contains("must have at least 1 number"), "{none}");
        let short = fit(loss, &x, y.columns(0, 19).into_owned());
        assert!(matches!(short, Err(Error::Size { ref place, .. }) if place == "targets"), "{short:?}");
    }
    let (x, targets) = problem(Loss::Poisson, (3, 20, 2), 1);
    let mut y = targets.numbers().unwrap().clone();
    y[(0, 3)] = -1.0;
    let said = refused(fit(Loss::Poisson, &x, y));
    assert!(said.contains("must be counts, not negative, got -1 for target 1 of sample 4"), "{said}");
}

#[test]
fn weights_of_classes_are_for_classes() {
    let (x, targets) = problem(Loss::Squared, (3, 20, 2), 1);
    let model = JointModel::builder().loss(Loss::Squared).class_weight(ClassWeight::Balanced).build().unwrap();
    let said = refused(model.fit_targets(&x, targets));
    assert!(said.contains("class_weight is for targets that are classes"), "{said}");
}

/// A model of a head of the user says what it cannot know.
#[test]
fn predictions_of_an_own_head_are_its_users() {
    let (x, targets) = problem(Loss::Squared, (3, 20, 2), 1);
    let prepared = JointModel::builder().build().unwrap().prepare_head(&x, targets.clone(), Arc::new(LogCosh), None);
    let fitted = prepared.unwrap().fit(admm_solvers::joint::Method::Admm, &mut |_| std::ops::ControlFlow::Continue(()));
    let fitted = fitted.unwrap();
    assert_eq!(fitted.logits(&x).unwrap().shape(), (2, 20));
    for error in [
        fitted.predict_values(&x).unwrap_err(),
        fitted.predict_proba(&x).unwrap_err(),
        fitted.score_values(&x, targets.numbers().unwrap(), &[1.0; 20]).unwrap_err(),
    ] {
        assert!(error.to_string().contains("a head of your own makes no"), "{error}");
    }
}

/// Rates that overflow are a step that is not taken, and no panic.
#[test]
fn large_counts_do_not_overflow() {
    let (x, targets) = problem(Loss::Poisson, (3, 40, 1), 1);
    let large = targets.numbers().unwrap().map(|count| count * 1e6);
    let fitted = fit(Loss::Poisson, &x, large.clone()).unwrap();
    let mean = fitted.predict_values(&x).unwrap().mean();
    println!("{:?} {mean} {}", fitted.report.status, large.mean());
    assert!(fitted.report.objective.is_finite());
}
