//! The joint gradient in batches of reduced variance: what a batch says of all samples, and that fits end as those
//! without.

use crate::data::{self, classes, digits, matrix, orthonormal, weights, wine};
use admm::space::Space;
use admm::{Error, Exec, Smooth, Status};
use admm_solvers::data::Samples;
use admm_solvers::joint::{Builder, Constraint, Fitted, JointModel, JointObjective, Method, Position};
use admm_solvers::loss::{FiniteSum, PredictionLoss, Predictor};
use admm_solvers::pca::{Covariance, VarianceLoss};
use admm_solvers::smooth::Ridge;
use nalgebra::DMatrix;
use std::ops::ControlFlow::{Break, Continue};

type Labelled = (DMatrix<f64>, Vec<usize>);

/// n is a thousand times d.
fn tall() -> Labelled {
    classes(6, 6_000, 4, 9)
}

fn count(labels: &[usize]) -> usize {
    labels.iter().max().unwrap() + 1
}

fn fit(builder: Builder, (x, labels): &Labelled, weights: Option<&[f64]>) -> Fitted<f64> {
    let prepared = builder.build().unwrap().prepare(x, labels, count(labels), weights).unwrap();
    prepared.fit(Method::Descent, &mut |_| Continue(())).unwrap()
}

fn passes(fitted: &Fitted<f64>) -> Vec<u64> {
    fitted.history.iter().map(|entry| entry.passes).collect()
}

/// With any weights, and with Σ formed or not: the mean over all batches of one sample is f.
#[test]
fn what_batches_say_has_the_mean_of_all_samples() {
    let (d, n) = (5, 30);
    let labels = data::labels(n, 3, 2);
    let samples = Samples::new(matrix(d, n, 1), &labels, weights(n, 3), 3, Exec::Serial).unwrap();
    let at = Predictor { v: orthonormal(d, 2, 4), b: matrix(2, 3, 5), bias: matrix(3, 1, 6) };
    for covariance in [Covariance::dense(&samples).unwrap(), Covariance::matrix_free(&samples).unwrap()] {
        let variance = Ridge { of: VarianceLoss { covariance: covariance.into(), weight: 0.3 }, weight: 0.1 };
        let prediction = PredictionLoss::softmax(samples.clone(), 0.05, 0.7);
        let f = JointObjective { variance, prediction };
        let (value, gradient) = f.value_and_gradient(&at).unwrap();
        assert_eq!(f.terms(), n);
        let (mut mean, mut slope) = (0.0, gradient.zero_like());
        for sample in 0..n {
            let (value, gradient) = f.of_batch(&[sample]).value_and_gradient(&at).unwrap();
            mean += value / n as f64;
            slope.axpy(1.0 / n as f64, &gradient);
        }
        assert!((mean - value).abs() <= 1e-12, "{mean} {value}");
        assert!(slope.plus(-1.0, &gradient).euclidean_norm() <= 1e-12 * (1.0 + gradient.euclidean_norm()));
        let all: Vec<usize> = (0..n).collect();
        assert!(f.of_batch(&all).value_and_gradient(&at).unwrap().1.plus(-1.0, &gradient).euclidean_norm() <= 1e-13);
    }
}

#[test]
fn the_optimum_is_that_without_batches_in_fewer_passes() {
    let data = tall();
    let sample_weights = weights(6_000, 7);
    for weights in [None, Some(&sample_weights[..])] {
        let (whole, batched) = (fit(default(), &data, weights), fit(default().batch(Some(300)), &data, weights));
        let (expected, report) = (&whole.report, &batched.report);
        assert_eq!(report.status, Status::Converged);
        assert!((report.objective - expected.objective).abs() <= 1e-9, "{report:?} {expected:?}");
        assert!(report.feasibility <= 1e-12 && report.stationarity <= 1e-6, "{report:?}");
        assert!(report.passes < expected.passes, "{} {}", report.passes, expected.passes);
    }
}

/// The golden data are small: most of a fit is L-BFGS alone, and it must end where it does without batches. 11 of 178
/// and 112 of 1797 samples are the largest that are read.
#[test]
fn small_data_end_at_the_same_optimum() {
    for (data, batch) in [(wine(), 1), (wine(), 11), (digits(), 1), (digits(), 60), (digits(), 112)] {
        let (whole, batched) = (fit(default(), &data, None), fit(default().batch(Some(batch)), &data, None));
        assert_eq!(batched.report.status, Status::Converged, "{batch}");
        assert_ne!(passes(&batched), passes(&whole), "batches of {batch} are read");
        let gap = (batched.report.objective - whole.report.objective).abs();
        assert!(gap <= 1e-6 * whole.report.objective, "{batch}: {gap}");
    }
}

/// A batch of one sample leads far astray. What it leads to is taken where the objective falls, and nowhere else.
#[test]
fn the_objective_falls_at_every_anchor() {
    for constraint in [Constraint::Orthonormal, Constraint::UnitNorm] {
        for batch in [1, 4, 50, 300] {
            let fitted = fit(default().constraint(constraint).weight(0.3).batch(Some(batch)), &tall(), None);
            let values: Vec<f64> = fitted.history.iter().map(|entry| entry.objective.unwrap()).collect();
            assert!(values.is_sorted_by(|a, b| b - a <= 1e-14), "{constraint} {batch}: {values:?}");
            assert!(passes(&fitted).is_sorted_by(|a, b| a < b), "an anchor takes a pass");
            assert_eq!(fitted.report.status, Status::Converged, "{constraint} {batch}");
            assert!(fitted.report.feasibility <= 1e-12);
        }
    }
}

#[test]
fn the_same_bits_for_any_number_of_threads_in_both_precisions() {
    let (x, labels) = tall();
    let single = x.map(|x| x as f32);
    let double = |exec| fit(default().batch(Some(300)).exec(exec), &(x.clone(), labels.clone()), None);
    let half = |exec: Exec| {
        let prepared = default().batch(Some(300)).exec(exec).build().unwrap().prepare(&single, &labels, 4, None);
        prepared.unwrap().fit(Method::Descent, &mut |_| Continue(())).unwrap()
    };
    let (expected, expected_half) = (double(Exec::Serial), half(Exec::Serial));
    for threads in [1, 2, 3] {
        let exec = Exec::threads(threads).unwrap();
        assert_eq!(double(exec.clone()).model, expected.model, "{threads} threads");
        assert_eq!(half(exec).model, expected_half.model, "{threads} threads, single precision");
    }
    let (report, half) = (expected.report, expected_half.report);
    assert!((report.objective - half.objective).abs() <= 1e-5 && half.feasibility <= 1e-5, "{half:?}");
}

/// The sampler, the size of the batch and what was read are part of a position, through its bytes too.
#[test]
fn a_fit_that_is_continued_ends_with_the_same_bits() {
    let (x, labels) = tall();
    for batch in [2, 300] {
        let prepared = default().batch(Some(batch)).build().unwrap().prepare(&x, &labels, 4, None).unwrap();
        let whole = prepared.fit(Method::Descent, &mut |_| Continue(())).unwrap();
        assert!(whole.report.iterations > 3);
        for stop in 1..whole.report.iterations {
            let mut kept = None;
            let observe = &mut |moment: &admm_solvers::joint::Moment<'_>| {
                if moment.iteration < stop {
                    return Continue(());
                }
                kept = moment.position().unwrap();
                Break(())
            };
            prepared.fit(Method::Descent, observe).unwrap();
            let bytes = admm::checkpoint::to_bytes(&kept.unwrap()).unwrap();
            let position: Position = admm::checkpoint::from_bytes(&bytes).unwrap();
            let resumed = prepared.resume(position, &mut |_| Continue(())).unwrap();
            assert_eq!(resumed.model, whole.model, "after {stop} of batches of {batch}");
            assert_eq!(passes(&resumed), passes(&whole));
        }
    }
}

#[test]
fn a_size_that_cannot_be_is_refused() {
    assert!(matches!(default().batch(Some(0)).build(), Err(Error::Parameters(_))));
    let ball = default().constraint(Constraint::Ball).batch(Some(3));
    assert!(matches!(ball.build(), Err(Error::Parameters(_))));
    let (x, labels) = wine();
    for size in [179, usize::MAX] {
        let refused = default().batch(Some(size)).build().unwrap().prepare(&x, &labels, 3, None).unwrap_err();
        assert!(refused.to_string().contains("between 1 and 178"), "{refused}");
    }
}

fn default() -> Builder {
    JointModel::builder()
}
