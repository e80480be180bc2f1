//! X wherever its numbers are: owned, shared, mapped, sparse. One pass, its bits, its fits and its faults.

use crate::data;
use crate::data::pca::{loss_on, minibatch};
use crate::data::softmax::{naive, point};
use crate::data::{Random, angle, labels, matrix, weights};
use admm::space::Space;
use admm::{Exec, Result, Smooth};
use admm_solvers::Scalar;
use admm_solvers::data::{Features, Samples, Scale, Scaler};
use admm_solvers::joint::{JointModel, JointObjective, Method};
use admm_solvers::loss::{Classifier, PredictionLoss};
use admm_solvers::pca::{Covariance, VarianceLoss};
use admm_solvers::smooth::Ridge;
use nalgebra::{DMatrix, DVector};
use nalgebra_sparse::{CooMatrix, CscMatrix, CsrMatrix};
use std::io::Write;
use std::ops::ControlFlow;
use std::sync::Arc;

/// About a third of the entries are not 0; one feature is never 0 and one always.
fn sparse(d: usize, n: usize, seed: u64) -> DMatrix<f64> {
    let mut random = Random::new(!seed);
    let x = matrix(d, n, seed);
    DMatrix::from_fn(d, n, |i, j| match i {
        0 => 2.0 + x[(i, j)],
        1 => 0.0,
        _ if random.uniform() < 0.3 => x[(i, j)] - 1.0,
        _ => 0.0,
    })
}

fn scaler(d: usize) -> Scaler<f64> {
    Scaler { mean: DVector::from_fn(d, |j, _| j as f64 - 1.5), scale: DVector::from_fn(d, |j, _| 0.5 + j as f64) }
}

/// The numbers of a matrix after 128 bytes of another kind, in a file that is gone with the handle.
fn mapped<T: Scalar>(x: &DMatrix<T>) -> Features<T> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&[7; 128]).unwrap();
    for value in x.iter() {
        match size_of::<T>() {
            4 => file.write_all(&(value.to_f64() as f32).to_ne_bytes()).unwrap(),
            _ => file.write_all(&value.to_f64().to_ne_bytes()).unwrap(),
        }
    }
    Features::map(&file, 128, x.nrows()).unwrap()
}

/// The same samples in every storage. The last is the only one whose memory is its own by then, and scaled in place.
fn everywhere<T: Scalar>(x: &DMatrix<T>) -> impl Iterator<Item = (&'static str, Features<T>)> {
    let owned = Arc::new(x.clone());
    let storages = [
        ("in an Arc", owned.clone().into()),
        ("shared", Features::shared(x.as_slice().to_vec(), x.nrows()).unwrap()),
        ("mapped", mapped(x)),
        ("csc", CscMatrix::from(&CooMatrix::from(x)).into()),
        ("csr", (&CsrMatrix::from(&CooMatrix::from(x))).into()),
    ];
    storages.into_iter().chain([owned].into_iter().map(|owned| ("owned", owned.into())))
}

/// As they are, and then scaled.
fn scaled_or_not<T: Scalar>(x: &DMatrix<T>, by: &Scaler<T>) -> impl Iterator<Item = (String, Features<T>)> {
    let plain = everywhere(x).map(|(storage, x)| (storage.to_string(), x));
    plain.chain(everywhere(x).map(|(storage, x)| (format!("{storage}, scaled"), x.standardised(by))))
}

fn softmax<T: Scalar>(x: Features<T>, classes: usize, exec: Exec) -> PredictionLoss<T> {
    let (n, of) = (x.ncols(), |weights: Vec<f64>| weights.into_iter().map(T::of).collect());
    let samples = Samples::new(x, &labels(n, classes, 2), of(weights(n, 3)), classes, exec).unwrap();
    PredictionLoss::softmax(samples, T::of(0.3), T::of(0.7))
}

#[test]
fn every_storage_agrees_with_plain_loops_scaled_or_not() {
    for n in [1, 63, 64, 65, 256, 257, 600] {
        let (d, k, c) = (5, 3, 3.min(n.max(2)));
        let (x, at) = (sparse(d, n, n as u64), point(d, k, c, 77));
        for (storage, features) in scaled_or_not(&x, &scaler(d)) {
            let softmax = softmax(features, c, Exec::Serial);
            let ((value, gradient), (slow, expected)) =
                (softmax.value_and_gradient(&at).unwrap(), naive(&softmax, &at));
            assert!((value - slow).abs() <= 1e-12 * (1.0 + slow.abs()), "{storage} n={n}: {value} against {slow}");
            let gap = gradient.plus(-1.0, &expected).euclidean_norm();
            assert!(gap <= 1e-12 * (1.0 + expected.euclidean_norm()), "{storage} n={n}: {gap}");
            let projected = at.v.transpose() * softmax.samples.x.to_dense();
            assert!((softmax.samples.project(&at.v) - projected).amax() <= 1e-12, "{storage} n={n}");
        }
    }
}

#[test]
fn what_is_folded_is_what_scaling_does() {
    let (x, by) = (sparse(4, 300, 1), scaler(4));
    let expected = by.apply(&x).unwrap();
    for (storage, features) in everywhere(&x) {
        let before = features.to_dense();
        let scaled = features.standardised(&by);
        assert_eq!((scaled.to_dense(), before), (expected.clone(), x.clone()), "{storage}");
        let some = scaled.select(&[7, 7, 299, 0]);
        assert_eq!(some.is_sparse(), scaled.is_sparse());
        assert_eq!(some.to_dense(), data::columns(&expected, &[7, 7, 299, 0]), "{storage}");
    }
}

#[test]
fn covariances_and_batches_of_every_storage() {
    let by = scaler(6);
    let x = sparse(6, 700, 4);
    let of = |x: Features<f64>| softmax(x, 3, Exec::Serial).samples;
    let (plain, w) = (of(by.apply(&x).unwrap().into()), matrix(6, 2, 5));
    let expected = Covariance::of(&plain).unwrap();
    for (storage, features) in everywhere(&x) {
        let samples = of(features.standardised(&by));
        for covariance in [Covariance::dense(&samples).unwrap(), Covariance::matrix_free(&samples).unwrap()] {
            assert!((covariance.trace() - expected.trace()).abs() <= 1e-12 * expected.trace(), "{storage}");
            assert!((covariance.times(&w) - expected.times(&w)).amax() <= 1e-13, "{storage}");
        }
        assert_eq!(loss_on(&samples, 0.5).covariance.passes(), 0);
        let (batch, other) = (minibatch(&samples, 0.7, 40, 6), minibatch(&plain, 0.7, 40, 6));
        let numbers: Vec<usize> = (0..40).map(|i| 17 * i).collect();
        let (direction, expected) = (batch.of_batch(&numbers, &w), other.of_batch(&numbers, &w));
        assert!((direction - expected).amax() <= 1e-12, "{storage}");
    }
}

/// Value, gradient and both forms of Σ: the bits of each thread count, and those of dense storages among each other.
#[test]
fn the_bits_depend_neither_on_threads_nor_on_where_dense_numbers_are() {
    fn bits<T: Scalar>(x: &Features<T>, threads: usize) -> Vec<u64> {
        let softmax = softmax(x.clone(), 4, Exec::threads(threads).unwrap());
        let narrow = |m: DMatrix<f64>| m.map(T::of);
        let Classifier { v, b, bias } = point(x.nrows(), 2, 4, 4);
        let at = Classifier { v: narrow(v), b: narrow(b), bias: narrow(bias) };
        let (f, g) = softmax.value_and_gradient(&at).unwrap();
        let forms =
            [Covariance::dense, Covariance::matrix_free].map(|form| form(&softmax.samples).unwrap().times(&at.v));
        let all = [DMatrix::from_element(1, 1, f), g.v, g.b, g.bias].into_iter().chain(forms);
        all.flat_map(|m| m.iter().map(|x| x.to_f64().to_bits()).collect::<Vec<_>>()).collect()
    }
    fn check<T: Scalar>(x: &DMatrix<T>, by: &Scaler<T>) {
        let mut all = Vec::new();
        for (storage, features) in scaled_or_not(x, by) {
            all.push(bits(&features, 1));
            for threads in [2, 3, 8] {
                assert!(all.last() == Some(&bits(&features, threads)), "{storage}, {threads} threads");
            }
        }
        let (plain, scaled) = all.split_at(6);
        assert!(plain[0] == plain[1] && plain[0] == plain[2] && plain[0] == plain[5], "dense as they are");
        assert!(scaled[0] == scaled[1] && scaled[0] == scaled[2], "folded");
        assert!(plain[3] == plain[4] && scaled[3] == scaled[4], "sparse");
    }
    let (x, by) = (sparse(7, 2_000, 5), scaler(7));
    check(&x, &by);
    check(&x.map(|x| x as f32), &Scaler { mean: by.mean.map(|m| m as f32), scale: by.scale.map(|s| s as f32) });
}

/// The fit of a matrix that is handed over, whose samples are scaled in place, and those that fold the scaling.
#[test]
fn every_storage_fits_the_same_model() -> Result<()> {
    let x = sparse(6, 400, 8);
    let labels: Vec<usize> = (0..400).map(|i| usize::from(x[(2, i)] + x[(3, i)] < -0.5)).collect();
    let shares: Vec<f64> = (0..400).map(|i| f64::from(i % 3)).collect();
    for scale in [Scale::Standard, Scale::Center, Scale::None] {
        let model = JointModel::builder().scale(scale).tolerance(1e-8).build()?;
        for weights in [None, Some(&shares[..])] {
            let fit = |x: Features<f64>| {
                let prepared = model.prepare(x, &labels, 2, weights)?;
                let warnings = prepared.warnings().to_vec();
                prepared.fit(Method::Descent, &mut |_| ControlFlow::Continue(())).map(|fitted| (fitted, warnings))
            };
            let (expected, warned) = fit((&x).into())?;
            assert_eq!(warned.len(), usize::from(scale != Scale::None), "feature 2 is constant: {warned:?}");
            for (storage, features) in everywhere(&x) {
                let (fitted, warnings) = fit(features)?;
                assert_eq!(warnings, warned, "{storage}");
                assert!((&fitted.scaler.mean - &expected.scaler.mean).amax() <= 1e-14, "{storage}");
                assert!((&fitted.scaler.scale - &expected.scaler.scale).amax() <= 1e-14, "{storage}");
                assert!((fitted.report.objective - expected.report.objective).abs() <= 1e-12, "{storage}");
                assert!(angle(&fitted.weights.v, &expected.weights.v) <= 1e-6, "{storage}");
            }
        }
    }
    Ok(())
}

#[test]
fn entries_that_are_not_finite_are_named_in_every_storage() {
    let mut x = sparse(4, 300, 9);
    (x[(2, 280)], x[(0, 290)]) = (f64::NAN, f64::INFINITY);
    let labels = labels(300, 2, 1);
    for (storage, features) in everywhere(&x) {
        let message = JointModel::builder().build().unwrap().fit(features, &labels).unwrap_err().to_string();
        assert!(message.starts_with("feature 3 of sample 281 (2 such"), "{storage}: {message}");
    }
}

#[test]
fn more_sparse_features_than_samples() {
    let x = sparse(60, 20, 10);
    let labels = labels(20, 2, 3);
    let fit =
        |x: Features<f64>| JointModel::builder().method(Method::Descent).build().unwrap().fit(x, &labels).unwrap();
    let (dense, sparse) = (fit((&x).into()), fit(CscMatrix::from(&CooMatrix::from(&x)).into()));
    assert!((dense.report.objective - sparse.report.objective).abs() <= 1e-8);
}

#[test]
fn files_and_owners_that_do_not_fit_are_refused() {
    let message = Features::shared(vec![0.0_f64; 7], 3).unwrap_err().to_string();
    assert_eq!(message, "invalid parameters: owner must hold samples of 3 features each, but has 7 numbers");
    assert!(Features::shared(vec![0.0_f64; 7], 0).is_err());
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&[0; 64]).unwrap();
    assert_eq!(Features::<f64>::map(&file, 16, 3).unwrap().shape(), (3, 2));
    assert_eq!(Features::<f32>::map(&file, 4, 5).unwrap().shape(), (5, 3));
    for (offset, d) in [(4, 1), (65, 1), (u64::MAX, 1), (16, 4), (0, 0)] {
        assert!(Features::<f64>::map(&file, offset, d).is_err(), "{offset} {d}");
    }
}

/// Σ not formed and the other loss on the same samples: one pass, and the sum of both losses and gradients.
#[test]
fn a_joint_objective_takes_the_covariance_along_in_one_pass() {
    let (x, by, at) = (sparse(6, 400, 11), scaler(6), point(6, 2, 3, 12));
    for (storage, features) in everywhere(&x) {
        let entropy = softmax(features.standardised(&by), 3, Exec::Serial);
        for free in [true, false] {
            // Of other samples nothing can be taken along.
            let own = if free { entropy.samples.clone() } else { softmax(x.clone().into(), 3, Exec::Serial).samples };
            let covariance = Arc::new(Covariance::matrix_free(&own).unwrap());
            let variance = Ridge { of: VarianceLoss { covariance, weight: 0.4 }, weight: 0.3 };
            let ((one, first), (two, second)) =
                (variance.value_and_gradient(&at.v).unwrap(), entropy.value_and_gradient(&at).unwrap());
            let joint = JointObjective { variance, entropy: entropy.clone() };
            assert_eq!(Smooth::passes(&joint), if free { 1 } else { 2 }, "{storage}");
            let (value, gradient) = joint.value_and_gradient(&at).unwrap();
            assert!((value - one - two).abs() <= 1e-13, "{storage}: {value} against {one} + {two}");
            let expected = Classifier { v: &second.v + first, ..second };
            assert!(gradient.plus(-1.0, &expected).euclidean_norm() <= 1e-12 * expected.euclidean_norm(), "{storage}");
        }
    }
}
