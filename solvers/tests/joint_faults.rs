//! Bad data and parameters of the joint model: each ends in an error that names the place, or in the stated result.

use crate::data::{angle, classes, columns, labels, matrix, wine};
use admm::space::Shape;
use admm::{Error, Exec, Smooth, Status};
use admm_solvers::data::{Samples, Scale, Scaler};
use admm_solvers::joint::{Builder, Constraint, Fitted, JointModel, Method, Model, Prepared};
use admm_solvers::loss::{Loss, PredictionLoss, Predictor};
use nalgebra::{DMatrix, DVector};
use std::ops::ControlFlow;

fn prepare(builder: Builder, x: &DMatrix<f64>, labels: &[usize]) -> Result<Prepared<f64>, Error> {
    let classes = labels.iter().max().map_or(0, |last| last + 1);
    builder.build()?.prepare(x, labels, classes, None)
}

fn run(prepared: &Prepared<f64>, method: Method) -> Fitted<f64> {
    prepared.fit(method, &mut |_| ControlFlow::Continue(())).unwrap()
}

fn fit(builder: Builder, x: &DMatrix<f64>, labels: &[usize]) -> Result<Fitted<f64>, Error> {
    builder.build()?.fit(x, labels)
}

fn one() -> Builder {
    JointModel::builder().components(1)
}

/// The error holds every one of these words.
#[track_caller]
fn says<T>(result: Result<T, Error>, words: &[&str]) {
    let message = result.err().expect("an error").to_string();
    assert!(words.iter().all(|word| message.contains(word)), "{message}");
}

#[test]
fn fault_01_02_no_rows_or_no_columns() {
    says(fit(one(), &DMatrix::zeros(3, 0), &[]), &["empty", "0 samples of 3 features"]);
    says(fit(one(), &DMatrix::zeros(0, 4), &[0, 1, 0, 1]), &["empty", "4 samples of 0 features"]);
}

#[test]
fn fault_03_one_sample_has_no_variance() {
    says(prepare(one(), &DMatrix::repeat(3, 1, 1.0), &[0]), &["one sample", "at least 2"]);
    let (x, labels) = (matrix(3, 4, 1), [0, 1, 0, 1]);
    let model = one().build().unwrap();
    says(model.prepare(&x, &labels, 2, Some(&[0.0, 0.0, 3.0, 0.0])), &["one sample"]);
}

#[test]
fn fault_04_one_feature_works() {
    let (x, labels) = classes(1, 40, 2, 3);
    for method in Method::ALL {
        let fitted = run(&prepare(one(), &x, &labels).unwrap(), method);
        assert_eq!(fitted.report.status, Status::Converged, "{method}");
        assert!((fitted.report.variance_explained - 1.0).abs() <= 1e-12);
        assert_eq!(fitted.model.weights.v[(0, 0)], 1.0);
    }
}

#[test]
fn fault_05_06_components_out_of_range() {
    says(fit(one().components(0), &matrix(3, 9, 1), &labels(9, 2, 1)), &["components", "at least 1"]);
    says(fit(one().components(4), &matrix(3, 9, 1), &labels(9, 2, 1)), &["4 components", "at most 3"]);
    says(fit(one().components(6), &matrix(9, 5, 1), &labels(5, 2, 1)), &["6 components", "at most 5"]);
    let model = one().components(3).build().unwrap();
    let weights = [1.0, 0.0, 2.0, 0.0, 0.0];
    says(model.prepare(matrix(9, 5, 1), &[0, 1, 1, 0, 0], 2, Some(&weights)), &["2 samples", "at most 2"]);
}

/// k beyond the rank, at d ≤ n and at d > n, where centring takes one dimension.
#[test]
fn fault_07_23_components_beyond_the_rank() {
    let thin = matrix(5, 1, 1) * matrix(1, 30, 2);
    let (wide, two) = (matrix(9, 4, 3), labels(30, 2, 4));
    for (x, labels, k, rank) in [(&thin, &two[..], 2, "rank 1"), (&wide, &[0, 1, 0, 1], 4, "rank 3")] {
        let prepared = prepare(one().components(k), x, labels).unwrap();
        assert!(prepared.warnings().iter().any(|warning| warning.contains(rank)), "{:?}", prepared.warnings());
        for method in Method::ALL {
            let report = run(&prepared, method).report;
            assert!(report.feasibility <= 1e-12 && report.objective.is_finite(), "{report:?}");
            assert!((report.variance_explained - 1.0).abs() <= 1e-10, "{report:?}");
        }
    }
}

#[test]
fn fault_08_fewer_samples_than_features() {
    let (x, labels) = classes(40, 12, 3, 5);
    for constraint in [Constraint::Orthonormal, Constraint::UnitNorm, Constraint::Ball] {
        let prepared = prepare(one().components(2).constraint(constraint), &x, &labels).unwrap();
        for method in Method::ALL {
            let fitted = run(&prepared, method);
            assert!(fitted.report.feasibility <= 1e-12, "{:?}", fitted.report);
            assert_eq!((fitted.report.d, fitted.model.weights.v.shape()), (40, (40, 2)));
        }
    }
}

#[test]
fn fault_09_10_sizes_that_differ() {
    let (x, labels) = classes(3, 20, 2, 1);
    let model = one().build().unwrap();
    says(model.fit(&x, &labels[1..]), &["labels", "1×20", "1×19"]);
    says(model.prepare(&x, &labels, 2, Some(&[1.0; 21])), &["sample weights", "1×20", "1×21"]);
    let fitted = model.fit(&x, &labels).unwrap();
    let other = matrix(4, 5, 2);
    says(fitted.predict(&other), &["features", "3×5", "4×5"]);
    says(fitted.transform(&other), &["features", "3×5", "4×5"]);
    says(fitted.score(&x, &labels[2..]), &["labels", "1×20", "1×18"]);
    says(fitted.inverse_transform(&matrix(2, 7, 1)), &["components", "1×7", "2×7"]);
    assert!(fitted.predict(&matrix(3, 0, 1)).unwrap().is_empty());
}

#[test]
fn fault_13_14_entries_that_are_not_finite() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let (mut x, labels) = classes(3, 20, 2, 1);
        let fitted = fit(one(), &x, &labels).unwrap();
        (x[(1, 6)], x[(0, 8)]) = (bad, bad);
        let place = ["feature 2 of sample 7", "2 such"];
        for scale in [Scale::Standard, Scale::Center, Scale::None] {
            says(fit(one().scale(scale), &x, &labels), &place);
        }
        says(fitted.predict_proba(&x), &place);
        says(fitted.score(&x, &labels), &place);
    }
}

/// A finite sample that the scale of the training data takes beyond every number.
#[test]
fn fault_14_infinite_once_scaled() {
    let (x, labels) = classes(2, 20, 2, 1);
    let fitted = fit(one(), &(x * 1e-200), &labels).unwrap();
    says(fitted.predict(&DMatrix::repeat(2, 3, 1e200)), &["feature 1 of sample 1", "6 such"]);
}

#[test]
fn fault_15_36_all_parameters_are_reported_together() {
    for bad in [f64::NAN, f64::INFINITY, -1.0] {
        let builder = one().components(0).weight(bad).ridge(bad).tolerance(bad).max_iterations(0);
        let Err(Error::Parameters(problems)) = builder.shrinkage(bad).constraint(Constraint::None).build() else {
            panic!("{bad}")
        };
        let words = ["components", "weight", "ridge", "tolerance", "max_iterations", "shrinkage"];
        assert_eq!(problems.len(), words.len(), "{problems:?}");
        assert!(problems.iter().zip(words).all(|(problem, word)| problem.name == word), "{problems:?}");
    }
    assert!(one().weight(0.0).constraint(Constraint::None).tolerance(0.0).ridge(0.0).build().is_ok());
    says(one().weight(1.0 + 1e-12).build().map(|_| ()), &["[0, 1]"]);
    says(one().shrinkage(1.0).build().map(|_| ()), &["shrinkage is for W without a constraint"]);
}

/// Scales up to 2^±1000 give the same bits as scale 1, denormals what is left of their digits.
#[test]
fn fault_16_17_the_scale_of_the_data_does_not_matter() {
    let (x, labels) = wine();
    for method in Method::ALL {
        let expected = run(&prepare(one().components(2), &x, &labels).unwrap(), method);
        for exponent in [-1000, -498, 498, 1000] {
            let scale = 2.0_f64.powi(exponent);
            let fitted = run(&prepare(one().components(2), &(&x * scale), &labels).unwrap(), method);
            assert_eq!(fitted.model.weights, expected.model.weights, "{method} 2^{exponent}");
        }
        let fitted = run(&prepare(one().components(2), &(&x * 1e-314), &labels).unwrap(), method);
        assert!(angle(&expected.model.weights.v, &fitted.model.weights.v) <= 1e-3, "{method}");
    }
}

/// Unscaled features make cross-entropy depend on the unit, so only the PCA loss alone has the same directions.
#[test]
fn fault_16_17_unscaled_data_keep_their_directions_or_fail_with_an_error() {
    let (x, labels) = classes(4, 50, 2, 3);
    let builder = || one().components(2).scale(Scale::Center);
    let expected = fit(builder().weight(1.0), &x, &labels).unwrap();
    for scale in [1e150, 1e-150] {
        let fitted = fit(builder().weight(1.0), &(&x * scale), &labels).unwrap();
        assert!(angle(&expected.model.weights.v, &fitted.model.weights.v) <= 1e-10, "{scale}");
    }
    says(fit(builder(), &(&x * 1e160), &labels), &["covariance", "not finite"]);
    for scale in [1e150, 1e-150] {
        let prepared = prepare(builder().max_iterations(200), &(&x * scale), &labels);
        for method in Method::ALL {
            let outcome = prepared.as_ref().map(|p| p.fit(method, &mut |_| ControlFlow::Continue(())));
            match outcome {
                Ok(Ok(fitted)) => assert!(fitted.report.feasibility <= 1e-12 && fitted.report.objective.is_finite()),
                Ok(Err(error)) => assert!(!error.to_string().is_empty(), "{error}"),
                Err(error) => assert!(!error.to_string().is_empty(), "{error}"),
            }
        }
    }
}

#[test]
fn fault_18_features_of_very_different_scale() {
    let (x, labels) = classes(3, 60, 2, 3);
    let mut mixed = x.clone();
    mixed.row_mut(0).scale_mut(1e-150);
    mixed.row_mut(2).scale_mut(1e150);
    let (expected, prepared) = (fit(one(), &x, &labels).unwrap(), prepare(one(), &mixed, &labels).unwrap());
    assert!(prepared.warnings().is_empty(), "{:?}", prepared.warnings());
    assert!(angle(&expected.model.weights.v, &run(&prepared, Method::Admm).model.weights.v) <= 1e-9);
    let raw = prepare(one().scale(Scale::Center).weight(1.0), &mixed, &labels).unwrap();
    assert!(raw.warnings().iter().any(|warning| warning.contains("feature 1 is lost beside feature 3")));
}

#[test]
fn fault_19_20_constant_features() {
    let (mut x, labels) = classes(4, 50, 2, 3);
    let without = fit(one(), &x.clone().remove_row(2), &labels).unwrap();
    x.row_mut(2).fill(0.1);
    let prepared = prepare(one(), &x, &labels).unwrap();
    assert!(prepared.warnings()[0].contains("constant") && prepared.warnings()[0].contains("number 3"));
    let fitted = run(&prepared, Method::Admm);
    assert_eq!((fitted.model.scaler.scale[2], fitted.model.scaler.mean[2]), (1.0, 0.1));
    assert!(fitted.model.weights.v[(2, 0)].abs() <= 1e-15);
    assert!((fitted.report.objective - without.report.objective).abs() <= 1e-9);
    says(fit(one(), &DMatrix::repeat(4, 50, 0.1), &labels), &["no variance"]);
}

/// A feature that is constant over the samples that count has no variance, whatever the others hold.
#[test]
fn fault_19_samples_of_weight_zero_do_not_count() {
    let (mut x, labels) = classes(3, 50, 3, 3);
    let mut weights = vec![1.0; 50];
    x.row_mut(1).fill(0.3);
    (weights[0], x[(1, 0)]) = (0.0, 0.1);
    let model = one().build().unwrap();
    let prepared = model.prepare(&x, &labels, 3, Some(&weights)).unwrap();
    assert!(prepared.warnings()[0].contains("number 2"), "{:?}", prepared.warnings());
    let fitted = run(&prepared, Method::Descent);
    let rest = columns(&x, &(1..50).collect::<Vec<_>>());
    let expected = run(&prepare(one(), &rest, &labels[1..]).unwrap(), Method::Descent);
    assert_eq!(fitted.model, expected.model);
    labels.iter().zip(&mut weights).for_each(|(&label, weight)| *weight *= f64::from(label != 1));
    says(model.prepare(&x, &labels, 3, Some(&weights)), &["class 1 has no samples"]);
}

#[test]
fn fault_21_22_duplicates() {
    let (x, labels) = classes(3, 30, 2, 7);
    let twice: Vec<usize> = (0..30).chain(0..10).collect();
    let weights: Vec<f64> = (0..30).map(|i| if i < 10 { 2.0 } else { 1.0 }).collect();
    let repeated: Vec<usize> = twice.iter().map(|&i| labels[i]).collect();
    let model = one().components(2).tolerance(1e-9).build().unwrap();
    let weighted = run(&model.prepare(&x, &labels, 2, Some(&weights)).unwrap(), Method::Descent);
    let expected = run(&model.prepare(columns(&x, &twice), &repeated, 2, None).unwrap(), Method::Descent);
    assert!((&weighted.model.scaler.scale - &expected.model.scaler.scale).amax() <= 1e-12);
    assert!((weighted.report.objective - expected.report.objective).abs() <= 1e-9);
    assert!((&weighted.model.weights.v - &expected.model.weights.v).amax() <= 1e-6);
    let doubled = DMatrix::from_fn(6, 30, |i, j| x[(i % 3, j)]);
    for method in Method::ALL {
        let fitted = run(&prepare(one().components(2), &doubled, &labels).unwrap(), method);
        let v = &fitted.model.weights.v;
        assert!(fitted.report.feasibility <= 1e-12);
        assert!((v.rows(0, 3) - v.rows(3, 3)).amax() <= 1e-5, "equal features have equal weights: {v}");
    }
}

/// The projection onto an eigenspace is unique, its basis is not: Σ = I/d for the vertices ±eᵢ.
#[test]
fn fault_24_repeated_singular_values() {
    let x = DMatrix::from_fn(4, 16, |i, j| if j % 4 == i { if j % 8 < 4 { 1.0 } else { -1.0 } } else { 0.0 });
    let labels: Vec<usize> = (0..16).map(|j| usize::from(j % 4 < 2) * usize::from(j % 8 < 4)).collect();
    let prepared = prepare(one().components(2), &x, &labels).unwrap();
    assert!(prepared.warnings()[0].contains("no spectral gap"), "{:?}", prepared.warnings());
    for method in Method::ALL {
        let report = run(&prepared, method).report;
        assert!((report.variance_explained - 0.5).abs() <= 1e-12, "{report:?}");
    }
}

#[test]
fn fault_26_sample_weights() {
    let (x, labels) = classes(3, 6, 2, 1);
    let model = one().build().unwrap();
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        let weights = [1.0, 1.0, 1.0, bad, 1.0, 1.0];
        says(
            model.prepare(&x, &labels, 2, Some(&weights)),
            &["weights must be finite and not negative", "for sample 4"],
        );
    }
    says(model.prepare(&x, &labels, 2, Some(&[0.0; 6])), &["weights are all 0"]);
    says(model.prepare(&x, &labels, 2, Some(&[1e308; 6])), &["overflows"]);
}

/// Weights that are no whole numbers are shares, whether they sum to next to nothing, a little above 2, or a lot: a
/// factor changes nothing.
#[test]
fn fault_26_weights_of_any_sum() {
    let (x, labels) = classes(3, 10, 2, 1);
    let model = one().build().unwrap();
    let scale = |weights: Option<&[f64]>| {
        run(&model.prepare(&x, &labels, 2, weights).unwrap(), Method::TwoStage).model.scaler.scale
    };
    let uneven = |factor: f64| (1..=10).map(|i| factor * f64::from(i)).collect::<Vec<f64>>();
    let expected = scale(Some(&uneven(0.5)));
    for factor in [1e-290, 0.01, 1.9999 / 55.0, 2.0001 / 55.0, 0.3, 1e5 + 1.0 / 3.0] {
        assert!((scale(Some(&uneven(factor))) - &expected).amax() <= 1e-12, "{factor}");
        assert!((scale(Some(&[factor; 10])) - scale(None)).amax() <= 1e-12, "{factor}");
    }
    assert_eq!(scale(Some(&[1.0; 10])), scale(None));
}

#[test]
fn fault_28_29_30_31_labels() {
    let (x, labels) = classes(3, 30, 3, 1);
    says(fit(one(), &x, &[0; 30]), &["classes must be at least 2", "got 1"]);
    let gap: Vec<usize> = labels.iter().map(|&label| label * 2).collect();
    says(fit(one(), &x, &gap), &["class 1 has no samples"]);
    let model = one().build().unwrap();
    says(model.prepare(&x, &labels, 4, None), &["class 3 has no samples"]);
    says(model.prepare(&x, &labels, 2, None), &["label 2 of sample 3 is not below 2"]);
    let mut huge = labels.clone();
    huge[4] = usize::MAX;
    says(fit(one(), &x, &huge), &["label 18446744073709551615 of sample 5"]);
    huge[4] = usize::MAX - 1;
    says(fit(one(), &x, &huge), &["class 3 has no samples"]);
    let fitted = model.fit(&x, &labels).unwrap();
    let mut unseen = labels.clone();
    unseen[11] = 3;
    says(fitted.score(&x, &unseen), &["labels must be known to the model", "label 3 of sample 12"]);
    says(fitted.score(&matrix(3, 0, 1), &[]), &["no samples"]);
}

/// Without a ridge ‖B‖ grows for ever on separable data; the runs end, with finite numbers, and it is said beforehand.
#[test]
fn fault_34_separable_data_without_ridge() {
    let x = DMatrix::from_fn(2, 40, |i, j| {
        let side = if j % 2 == 0 { 1.0 } else { -1.0 };
        if i == 0 { side * (2.0 + (j as f64).sin()) } else { (j as f64).cos() }
    });
    let labels: Vec<usize> = (0..40).map(|j| j % 2).collect();
    for tolerance in [1e-6, 0.0] {
        let prepared = prepare(one().ridge(0.0).tolerance(tolerance).max_iterations(300), &x, &labels).unwrap();
        assert!(prepared.warnings()[0].contains("without a ridge"), "{:?}", prepared.warnings());
        for method in Method::ALL {
            let fitted = run(&prepared, method);
            assert!(fitted.report.objective.is_finite() && fitted.report.feasibility <= 1e-12);
            assert!(fitted.report.iterations <= 1_000, "{:?}", fitted.report);
            assert!(fitted.model.weights.b.iter().all(|b| b.is_finite()));
        }
    }
    assert!(prepare(one(), &x, &labels).unwrap().warnings().is_empty());
    let (overlapping, labels) = classes(3, 90, 3, 2);
    assert!(prepare(one().ridge(0.0), &overlapping, &labels).unwrap().warnings().is_empty());
}

#[test]
fn fault_35_extreme_logits() {
    let samples = Samples::new(DMatrix::from_row_slice(1, 2, &[1.0, -1.0]), &[0, 1], vec![0.5; 2], 2, Exec::Serial);
    let softmax = PredictionLoss::softmax(samples.unwrap(), 0.0, 1.0);
    let v = DMatrix::from_element(1, 1, 1.0);
    for size in [1e4_f64, -1e4, 1e300] {
        let b = DMatrix::from_row_slice(1, 2, &[size, -size]);
        let weights = Predictor { v: v.clone(), b, bias: DMatrix::zeros(2, 1) };
        let loss = softmax.mean_loss(&weights).unwrap();
        assert!((loss - 2.0 * (-size).max(0.0)).abs() <= 1e-12 * size.abs(), "{loss}");
        let scaler = Scaler { mean: DVector::zeros(1), scale: DVector::repeat(1, 1.0) };
        let model = Model { scaler, network: None, weights, loss: Some(Loss::Softmax), targets: None };
        let probabilities: DMatrix<f64> = model.predict_proba(&DMatrix::from_row_slice(1, 2, &[1.0, -0.5])).unwrap();
        assert!(probabilities.column_iter().all(|column| (column.sum() - 1.0).abs() <= 1e-15), "{probabilities}");
    }
}

#[test]
fn fault_39_a_classifier_of_another_size() {
    let (x, labels) = classes(3, 10, 2, 1);
    let samples = Samples::new(x, &labels, vec![0.1; 10], 2, Exec::Serial).unwrap();
    let softmax = PredictionLoss::softmax(samples, 0.0, 1.0);
    for (d, k, c, classes) in [(4, 1, 2, 2), (3, 1, 3, 2), (3, 1, 2, 3)] {
        let at = Predictor { v: matrix(d, k, 1), b: matrix(k, c, 1), bias: matrix(classes, 1, 1) };
        let error = softmax.value_and_gradient(&at).unwrap_err();
        let expected = Shape(vec![(3, 1), (1, 2), (2, 1)]);
        assert!(matches!(&error, Error::Size { expected: size, .. } if *size == expected), "{error}");
    }
}

/// Every second row and column of a larger matrix: the samples are read as they are and left as they were.
#[test]
fn fault_27_a_strided_view_gives_the_same_result_and_the_input_is_unchanged() {
    let (x, labels) = classes(4, 40, 3, 2);
    let large = DMatrix::from_fn(8, 80, |i, j| if i % 2 == 0 && j % 2 == 0 { x[(i / 2, j / 2)] } else { f64::NAN });
    let view = large.view_with_steps((0, 0), (4, 40), (1, 1));
    for method in Method::ALL {
        let direct = run(&prepare(one(), &x, &labels).unwrap(), method);
        let strided = run(&prepare(one(), &view.into_owned(), &labels).unwrap(), method);
        assert_eq!(direct.model, strided.model);
        assert_eq!(direct.report.objective.to_bits(), strided.report.objective.to_bits());
    }
    assert_eq!((x, labels), classes(4, 40, 3, 2));
}
