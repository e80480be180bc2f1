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
use admm_solvers::loss::{PredictionLoss, Predictor};
use admm_solvers::pca::{Covariance, VarianceLoss};
use admm_solvers::smooth::Ridge;
use nalgebra::{DMatrix, DVector};
use nalgebra_sparse::{CooMatrix, CscMatrix, CsrMatrix};
use std::collections::HashMap;
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

/// The same numbers, at these steps from feature to feature and from sample to sample, among others.
fn apart<T: Scalar>(x: &DMatrix<T>, steps: (isize, isize)) -> Features<T> {
    let (d, n) = x.shape();
    let last = |count: usize, step: isize| (count as isize - 1) * step;
    let (by_features, by_samples) = (last(d, steps.0), last(n, steps.1));
    let origin = 2 - by_features.min(0) - by_samples.min(0);
    let length = (origin + by_features.max(0) + by_samples.max(0)) as usize + 3;
    let mut numbers = vec![T::of(9.0); length];
    for (i, sample) in x.column_iter().enumerate() {
        for (j, &value) in sample.iter().enumerate() {
            numbers[(origin + j as isize * steps.0 + i as isize * steps.1) as usize] = value;
        }
    }
    Features::strided(numbers, origin as usize, (d, n), steps).unwrap()
}

/// The same numbers in pieces of memory, one of which is empty.
fn in_parts<T: Scalar>(x: &DMatrix<T>) -> Features<T> {
    let n = x.ncols();
    let cuts = [0, n / 3, n / 3, n - n / 4, n];
    let piece = |ends: &[usize]| Features::from(x.columns_range(ends[0]..ends[1]).into_owned());
    Features::in_parts(cuts.windows(2).map(piece).collect()).unwrap()
}

/// The storages before these are dense.
const SPARSE: [&str; 2] = ["csc", "csr"];

/// The same samples in every storage. The last is the only one whose memory is its own by then, and scaled in place.
fn everywhere<T: Scalar>(x: &DMatrix<T>) -> impl Iterator<Item = (&'static str, Features<T>)> {
    let owned = Arc::new(x.clone());
    let (d, n) = (x.nrows() as isize, x.ncols() as isize);
    let storages = [
        ("in an Arc", owned.clone().into()),
        ("shared", Features::shared(x.as_slice().to_vec(), x.nrows()).unwrap()),
        ("mapped", mapped(x)),
        ("feature by feature", apart(x, (n, 1))),
        ("a part of each row", apart(x, (1, 2 * d + 3))),
        ("rows from the last to the first", apart(x, (1, -d))),
        ("every other number, from the last to the first", apart(x, (2, -2 * d - 1))),
        ("in parts", in_parts(x)),
        ("csc", CscMatrix::from(&CooMatrix::from(x)).into()),
        ("csr", (&CsrMatrix::from(&CooMatrix::from(x))).into()),
    ];
    storages.into_iter().chain([owned].into_iter().map(|owned| ("owned", owned.into())))
}

/// As they are, folded, and scaled as small features are.
fn scaled_or_not<'a, T: Scalar>(
    x: &'a DMatrix<T>,
    by: &'a Scaler<T>,
) -> impl Iterator<Item = (&'static str, &'static str, Features<T>)> + 'a {
    let plain = everywhere(x).map(|(storage, x)| (storage, "as they are", x));
    let folded = everywhere(x).map(|(storage, x)| (storage, "folded", x.folded(by)));
    plain.chain(folded).chain(everywhere(x).map(|(storage, x)| (storage, "scaled", x.standardised(by))))
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
        for (storage, way, features) in scaled_or_not(&x, &scaler(d)) {
            let storage = format!("{storage}, {way}");
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
    for (storage, way, scaled) in scaled_or_not(&x, &by).filter(|(_, way, _)| *way != "as they are") {
        assert_eq!(scaled.to_dense(), expected, "{storage}, {way}");
        assert_eq!(scaled.dense(60..200), expected.columns(60, 140), "{storage}, {way}");
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
    for (storage, _, features) in scaled_or_not(&x, &by).filter(|(_, way, _)| *way != "as they are") {
        let samples = of(features);
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
        let Predictor { v, b, bias } = point(x.nrows(), 2, 4, 4);
        let at = Predictor { v: narrow(v), b: narrow(b), bias: narrow(bias) };
        let (f, g) = softmax.value_and_gradient(&at).unwrap();
        let forms =
            [Covariance::dense, Covariance::matrix_free].map(|form| form(&softmax.samples).unwrap().times(&at.v));
        let all = [DMatrix::from_element(1, 1, f), g.v, g.b, g.bias].into_iter().chain(forms);
        all.flat_map(|m| m.iter().map(|x| x.to_f64().to_bits()).collect::<Vec<_>>()).collect()
    }
    fn check<T: Scalar>(x: &DMatrix<T>, by: &Scaler<T>) {
        let mut seen = HashMap::new();
        for (storage, way, features) in scaled_or_not(x, by) {
            let found = bits(&features, 1);
            for threads in [2, 3, 8] {
                assert!(found == bits(&features, threads), "{storage}, {way}, {threads} threads");
            }
            // Sparse samples are always folded.
            let way = if SPARSE.contains(&storage) && way == "scaled" { "folded" } else { way };
            let first = seen.entry((way, SPARSE.contains(&storage))).or_insert_with(|| found.clone());
            assert!(*first == found, "{storage}, {way}");
        }
        assert_eq!(seen.len(), 5);
    }
    let (x, by) = (sparse(7, 2_000, 5), scaler(7));
    check(&x, &by);
    check(&x.map(|x| x as f32), &Scaler { mean: by.mean.map(|m| m as f32), scale: by.scale.map(|s| s as f32) });
}

/// The fit of a matrix that is handed over, whose samples are scaled in place, and those of all others: with the same
/// bits, but for sparse ones.
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
                assert!(SPARSE.contains(&storage) || fitted.model == expected.model, "{storage}");
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
    for (origin, (d, n), steps, fits) in [
        (0, (3, 2), (1, 3), true),
        (0, (3, 2), (2, 1), true),
        (5, (3, 2), (-2, -1), true),
        (2, (3, 4), (0, 1), true),
        (6, (3, 0), (9, 9), true),
        (0, (0, 2), (1, 1), false),
        (1, (3, 2), (1, 3), false),
        (4, (3, 2), (-2, -1), false),
        (0, (3, 2), (isize::MAX, 1), false),
        (usize::MAX, (1, 1), (1, 1), false),
    ] {
        let features = Features::strided([0.0_f64; 6], origin, (d, n), steps);
        assert_eq!(features.is_ok(), fits, "{origin} {d}×{n} {steps:?}");
    }
    assert!(Features::<f64>::in_parts(Vec::new()).is_err());
    let parts = |x: [Features<f64>; 2]| Features::in_parts(x.into()).unwrap_err().to_string();
    let [narrow, wide] = [2, 3].map(|d| Features::from(DMatrix::<f64>::zeros(d, 4)));
    assert!(parts([narrow.clone(), wide.clone()]).contains("2 features each, but part 1 has 3"));
    let csc = Features::from(CscMatrix::<f64>::zeros(3, 4));
    assert!(parts([wide.clone(), csc]).contains("dense and not scaled, but part 1 is not"));
    assert!(parts([wide.clone(), wide.folded(&scaler(3))]).contains("part 1 is not"));
    let message = Features::strided([0.0_f64; 6], 1, (3, 2), (1, 3)).unwrap_err().to_string();
    let expected = "owner must hold 3 features of 2 samples at their places, but has 6 numbers";
    assert_eq!(message, format!("invalid parameters: {expected}"));
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
        let prediction = softmax(features.folded(&by), 3, Exec::Serial);
        for free in [true, false] {
            // Of other samples nothing can be taken along.
            let own =
                if free { prediction.samples.clone() } else { softmax(x.clone().into(), 3, Exec::Serial).samples };
            let covariance = Arc::new(Covariance::matrix_free(&own).unwrap());
            let variance = Ridge { of: VarianceLoss { covariance, weight: 0.4 }, weight: 0.3 };
            let ((one, first), (two, second)) =
                (variance.value_and_gradient(&at.v).unwrap(), prediction.value_and_gradient(&at).unwrap());
            let joint = JointObjective { variance, prediction: prediction.clone() };
            assert_eq!(Smooth::passes(&joint), if free { 1 } else { 2 }, "{storage}");
            let (value, gradient) = joint.value_and_gradient(&at).unwrap();
            assert!((value - one - two).abs() <= 1e-13, "{storage}: {value} against {one} + {two}");
            let expected = Predictor { v: &second.v + first, ..second };
            assert!(gradient.plus(-1.0, &expected).euclidean_norm() <= 1e-12 * expected.euclidean_norm(), "{storage}");
        }
    }
}
