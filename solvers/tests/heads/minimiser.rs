//! Fits of every head end where an independent minimiser does.
//!
//! The objective is written out in plain loops, with W = qf(A) for a free A, and minimised by BFGS with an inverse
//! Hessian as a matrix, from central differences of the value.

use super::{LogCosh, problem, scores};
use crate::data::Random;
use admm::Status;
use admm_solvers::data::Targets;
use admm_solvers::joint::{Fitted, JointModel, Method, Prepared};
use admm_solvers::loss::{Head, Loss};
use nalgebra::{DMatrix, DVector};
use std::ops::ControlFlow;
use std::sync::Arc;

const SHAPE: (usize, usize, usize) = (4, 60, 2);
const K: usize = 2;
const RIDGE: f64 = 0.01;

/// ℓ of one logit and target, as its definition has it.
fn definition(loss: Option<Loss>, z: f64, y: f64) -> f64 {
    match loss {
        None => (z - y).cosh().ln(),
        Some(Loss::Squared) => (z - y).powi(2) / 2.0,
        Some(Loss::Huber) if (z - y).abs() <= 1.345 => (z - y).powi(2) / 2.0,
        Some(Loss::Huber) => 1.345 * ((z - y).abs() - 1.345 / 2.0),
        Some(Loss::Poisson) => z.exp() - y * z - y + if y > 0.0 { y * y.ln() } else { 0.0 },
        Some(Loss::Logistic) => (1.0 + z.exp()).ln() - y * z,
        Some(Loss::SquaredHinge) => (1.0 - (2.0 * y - 1.0) * z).max(0.0).powi(2) / 2.0,
        other => panic!("{other:?}"),
    }
}

/// A point as one vector: A, B and b.
fn objective(loss: Option<Loss>, weight: f64, x: &DMatrix<f64>, y: &DMatrix<f64>, at: &DVector<f64>) -> f64 {
    let ((d, n), q) = (x.shape(), y.nrows());
    let a = DMatrix::from_column_slice(d, K, &at.as_slice()[..d * K]);
    let b = DMatrix::from_column_slice(K, q, &at.as_slice()[d * K..(d + q) * K]);
    let w = a.qr().q();
    let reduced = w.transpose() * x;
    let mut mean = 0.0;
    for j in 0..n {
        for t in 0..q {
            let z = at[(d + q) * K + t] + b.column(t).dot(&reduced.column(j));
            mean += definition(loss, z, y[(t, j)]) / n as f64;
        }
    }
    weight * (1.0 - reduced.norm_squared() / x.norm_squared())
        + (1.0 - weight) * (mean + RIDGE / 2.0 * b.norm_squared())
}

/// The least value that BFGS finds from a point.
fn bfgs(f: &dyn Fn(&DVector<f64>) -> f64, mut at: DVector<f64>) -> f64 {
    let m = at.len();
    let gradient = |at: &DVector<f64>| {
        DVector::from_fn(m, |i, _| {
            let moved = |length: f64| {
                let mut there = at.clone();
                there[i] += length;
                f(&there)
            };
            // Of fourth order, so that rounding is what limits it.
            let length = 1e-3;
            (8.0 * (moved(length) - moved(-length)) - moved(2.0 * length) + moved(-2.0 * length)) / (12.0 * length)
        })
    };
    let (mut inverse, mut slope, mut value) = (DMatrix::identity(m, m), gradient(&at), f(&at));
    for _ in 0..500 {
        let mut step = -&inverse * &slope;
        if step.dot(&slope) >= 0.0 {
            inverse = DMatrix::identity(m, m);
            step = -&slope;
        }
        let Some(length) =
            (0..40).map(|i| 0.5_f64.powi(i)).find(|&t| f(&(&at + &step * t)) < value + 1e-4 * t * step.dot(&slope))
        else {
            break;
        };
        let moved = &step * length;
        at += &moved;
        let there = gradient(&at);
        let change = &there - &slope;
        (slope, value) = (there, f(&at));
        let curved = moved.dot(&change);
        if curved > 1e-14 {
            let left = DMatrix::identity(m, m) - &moved * change.transpose() / curved;
            inverse = &left * &inverse * left.transpose() + &moved * moved.transpose() / curved;
        }
    }
    value
}

fn agrees(loss: Option<Loss>, weight: f64) {
    let (x, targets) = problem(loss.unwrap_or(Loss::Squared), SHAPE, 5);
    let y = targets.numbers().unwrap();
    let standardised = matches!(loss, Some(Loss::Squared | Loss::Huber));
    let seen = if standardised { scores(y) } else { y.clone() };
    let z = scores(&x);
    let f = |at: &DVector<f64>| objective(loss, weight, &z, &seen, at);
    let mut random = Random::new(3);
    let size = (SHAPE.0 + SHAPE.2) * K + SHAPE.2;
    let starts = (0..6).map(|_| DVector::from_fn(size, |_, _| 0.5 * random.normal()));
    let least = starts.map(|start| bfgs(&f, start)).fold(f64::INFINITY, f64::min);
    let model = JointModel::builder().loss(loss.unwrap_or_default()).weight(weight).ridge(RIDGE).build().unwrap();
    let prepared: Prepared<f64> = match loss {
        Some(_) => model.prepare_targets(&x, y, None).unwrap(),
        None => model.prepare_head(&x, y, Arc::new(LogCosh), None).unwrap(),
    };
    for method in [Method::Admm, Method::Descent] {
        let Fitted { report, .. } = prepared.fit(method, &mut |_| ControlFlow::Continue(())).unwrap();
        let name = format!("{loss:?} λ={weight} {method}");
        println!("{name}: {:.12} against {least:.12}, {} passes, {}", report.objective, report.passes, report.status);
        assert_eq!(report.status, Status::Converged, "{name}");
        assert!((report.objective - least).abs() <= 1e-8 * least.abs().max(1.0), "{name}");
        assert!(report.stationarity <= 1e-6, "{name}");
    }
}

#[test]
fn fits_end_where_an_independent_minimiser_does() {
    let losses = Loss::ALL.into_iter().filter(|loss| *loss != Loss::Softmax).map(Some).chain([None]);
    for loss in losses {
        for weight in [0.1, 0.5, 0.9] {
            agrees(loss, weight);
        }
    }
}

/// The classes of a softmax may as well be the labels of one loss each.
#[test]
fn classes_are_labels_one_against_the_rest() {
    let (x, targets) = problem(Loss::Softmax, (4, 60, 3), 9);
    let labels: Vec<usize> = targets.labels().unwrap().to_vec();
    let indicators = DMatrix::from_fn(3, 60, |class, j| f64::from(u8::from(labels[j] == class)));
    for loss in [Loss::Logistic, Loss::SquaredHinge] {
        let model = JointModel::builder().loss(loss).build().unwrap();
        let of_classes: Fitted<f64> = model.fit(&x, &labels).unwrap();
        let of_labels = model.fit_targets(&x, &indicators).unwrap();
        assert_eq!(of_classes.report.objective, of_labels.report.objective);
        assert_eq!(of_classes.weights, of_labels.weights);
        let missed = of_classes.predict(&x).unwrap().iter().zip(&labels).filter(|(a, b)| a != b).count();
        assert_eq!(of_classes.report.training_error, missed as f64 / 60.0);
    }
    assert!(Head::<f64>::check(&admm_solvers::loss::Squared, &Targets::classes(&labels, 3).unwrap()).is_err());
}
