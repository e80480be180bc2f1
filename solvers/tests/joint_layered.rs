//! The joint model with hidden layers: what it converges to, what moves it, and what it refuses.

use crate::data::{Random, classes, digits, iris};
use admm::{Error, Exec, Status};
use admm_solvers::Scalar;
use admm_solvers::data::ClassWeight;
use admm_solvers::joint::{
    AccelerationChoice, Builder, Constraint, Fitted, JointModel, Method, Model, Moment, Names, Position, Prepared,
    Reach, Rule,
};
use admm_solvers::network::{Activation, Architecture, Trained};
use nalgebra::DMatrix;
use std::ops::ControlFlow::{Break, Continue};

/// Two components of six tanh units, with ridges that make for short runs.
fn builder() -> Builder {
    JointModel::builder().hidden(&[6]).layer_ridge(0.02).ridge(0.05).tolerance(1e-5)
}

fn samples() -> (DMatrix<f64>, Vec<usize>) {
    classes(4, 90, 3, 5)
}

fn prepared(builder: Builder) -> Prepared<f64> {
    let (x, labels) = samples();
    builder.build().unwrap().prepare(&x, &labels, 3, None).unwrap()
}

fn run<T: Scalar>(prepared: &Prepared<T>, method: Method) -> Fitted<T> {
    prepared.fit(method, &mut |_| Continue(())).unwrap()
}

/// The mean of the columns taken away.
fn centred(h: &DMatrix<f64>) -> DMatrix<f64> {
    let mean = h.column_mean();
    DMatrix::from_fn(h.nrows(), h.ncols(), |i, j| h[(i, j)] - mean[i])
}

/// Weights and biases by turns.
fn parameters<T: Scalar>(model: &Model<T>) -> &[DMatrix<T>] {
    &model.network.as_ref().unwrap().parameters
}

fn parameters_mut(model: &mut Model<f64>) -> &mut Vec<DMatrix<f64>> {
    &mut model.network.as_mut().unwrap().parameters
}

/// λ times the PCA loss, and the loss of the predictor with its ridges, from what a model says of the samples.
fn losses(model: &Model<f64>, weight: f64) -> (f64, f64) {
    let (x, labels) = samples();
    let h = centred(&model.outputs(&x).unwrap());
    let variance = 1.0 - (model.weights.v.transpose() * &h).norm_squared() / h.norm_squared();
    let p = model.predict_proba(&x).unwrap();
    let prediction =
        labels.iter().enumerate().map(|(j, &label)| -p[(label, j)].ln()).sum::<f64>() / labels.len() as f64;
    let layers: f64 = parameters(model).iter().step_by(2).map(DMatrix::norm_squared).sum();
    let predictor = (1.0 - weight) * (prediction + 0.025 * model.weights.b.norm_squared()) + 0.01 * layers;
    (weight * variance, predictor)
}

/// The slope of a function of a model along a change of it, by central differences.
fn slope(of: &dyn Fn(&Model<f64>) -> f64, at: &Model<f64>, change: &dyn Fn(&mut Model<f64>, f64)) -> f64 {
    let moved = |length: f64| {
        let mut model = at.clone();
        change(&mut model, length);
        of(&model)
    };
    (moved(1e-5) - moved(-1e-5)) / 2e-5
}

/// The slopes by the entries of the layers, and by those of B and b.
fn slopes(of: &dyn Fn(&Model<f64>) -> f64, at: &Model<f64>) -> (f64, f64) {
    let mut layers = 0.0_f64;
    for (part, matrix) in parameters(at).iter().enumerate() {
        for entry in 0..matrix.len() {
            layers = layers.max(slope(of, at, &|model, by| parameters_mut(model)[part][entry] += by).abs());
        }
    }
    let mut head = 0.0_f64;
    for entry in 0..at.weights.b.len() {
        head = head.max(slope(of, at, &|model, by| model.weights.b[entry] += by).abs());
    }
    (layers, head)
}

/// By differences of what the model says of the samples, and by nothing of the code under test: the predictor's loss is
/// flat along the layers, and both losses together along the W that the constraint allows.
#[test]
fn a_stopped_fit_ends_where_no_block_can_improve() {
    let fitted = run(&prepared(builder()), Method::Admm);
    assert_eq!(fitted.report.status, Status::Converged, "{:?}", fitted.report);
    assert!(fitted.report.stationarity <= 1e-5 && fitted.report.feasibility <= 1e-12);
    let (by_layers, by_head) = slopes(&|model| losses(model, 0.5).1, &fitted);
    assert!(by_layers <= 2e-5 && by_head <= 2e-5, "{by_layers} {by_head}");
    let both = |model: &Model<f64>| {
        let (variance, predictor) = losses(model, 0.5);
        variance + predictor
    };
    for (i, j) in [(0, 1), (2, 3), (1, 5)] {
        let turned = |model: &mut Model<f64>, by: f64| {
            let (a, b) = (model.weights.v.row(i).into_owned(), model.weights.v.row(j).into_owned());
            model.weights.v.set_row(i, &(&a * by.cos() - &b * by.sin()));
            model.weights.v.set_row(j, &(&a * by.sin() + &b * by.cos()));
        };
        assert!(slope(&both, &fitted, &turned).abs() <= 2e-5);
    }
    // The layers are not at rest for both losses: the gradient of the PCA loss is stopped before them.
    assert!(slopes(&both, &fitted).0 > 1e-3);
}

#[test]
fn a_through_fit_ends_at_a_stationary_point_of_the_objective() {
    let fitted = run(&prepared(builder().reach(Reach::Through)), Method::Descent);
    assert_eq!(fitted.report.status, Status::Converged, "{:?}", fitted.report);
    let both = |model: &Model<f64>| {
        let (variance, predictor) = losses(model, 0.5);
        variance + predictor
    };
    assert!((both(&fitted) - fitted.report.objective).abs() <= 1e-10);
    let (by_layers, by_head) = slopes(&both, &fitted);
    assert!(by_layers <= 2e-5 && by_head <= 2e-5, "{by_layers} {by_head}");
}

/// The figures are those of the outputs that the model gives.
#[test]
fn figures_are_those_of_the_outputs() {
    let fitted = run(&prepared(builder()), Method::Admm);
    let h = centred(&fitted.outputs(&samples().0).unwrap());
    let sigma = &h * h.transpose();
    let participation = sigma.trace().powi(2) / sigma.norm_squared();
    let report = &fitted.report;
    assert!((report.participation.unwrap() - participation).abs() <= 1e-9 * participation);
    assert!(
        (report.variance_explained - (fitted.weights.v.transpose() * &h).norm_squared() / sigma.trace()).abs() <= 1e-10
    );
    let (variance, predictor) = losses(&fitted, 0.5);
    assert!((report.objective - variance - predictor).abs() <= 1e-10);
    assert!(fitted.history.iter().all(|progress| progress.participation.is_some()));
    let (x, labels) = samples();
    assert!((1.0 - fitted.score(&x, &labels).unwrap() - report.training_error).abs() <= 1e-12);
}

/// Through the layers, the PCA loss is met by outputs that vary in hardly more directions than W keeps. Ten classes ask
/// stopped layers for more.
#[test]
fn through_the_layers_collapse_and_stopped_they_do_not() {
    let (x, labels) = digits();
    let (x, labels) = (x.columns(0, 300).into_owned(), &labels[..300]);
    let at = |reach, method| {
        let model = JointModel::builder().hidden(&[16]).weight(0.9).tolerance(1e-3).reach(reach).build().unwrap();
        run(&model.prepare(&x, labels, 10, None).unwrap(), method).report
    };
    let (stopped, through) = (at(Reach::Stopped, Method::Admm), at(Reach::Through, Method::Descent));
    assert!(stopped.participation.unwrap() > 3.0 && stopped.variance_explained < 0.9, "{stopped:?}");
    assert!(through.participation.unwrap() < 2.3 && through.variance_explained > 0.99, "{through:?}");
    assert!(stopped.collapse().is_none());
    let warning = through.collapse().expect("the layers collapse");
    assert!(warning.contains("collapse") && warning.contains("Stop the gradient"), "{warning}");
}

/// One class counts ten million times what the others do. It is predicted without any features, and the ridge then takes
/// the layers to a constant, on which nothing is left to reduce. The fit ends with layers that vary.
#[test]
fn layers_on_their_way_to_a_constant_end_the_fit() {
    let mut random = Random::new(3);
    let x = DMatrix::from_fn(2, 50, |_, _| 20.0 * random.normal());
    let labels: Vec<usize> = (0..50).map(|sample| sample % 2).collect();
    let builder = JointModel::builder().hidden(&[4]).max_iterations(1_000);
    let counts = builder.class_weight(ClassWeight::Factors(vec![1e3, 1e-4]));
    let fitted = run(&counts.build().unwrap().prepare(&x, &labels, 2, None).unwrap(), Method::Admm);
    assert_eq!(fitted.report.status, Status::Stalled);
    assert!(fitted.report.collapse().is_some(), "{:?}", fitted.report.participation);
    assert_eq!(fitted.predict(&x).unwrap(), [0; 50]);
}

#[test]
fn two_stages_reduce_the_layers_of_the_prediction_alone() {
    let fitted = run(&prepared(builder()), Method::TwoStage);
    assert_eq!(fitted.report.status, Status::Converged, "{:?}", fitted.report);
    let other = run(&prepared(builder().weight(0.9)), Method::TwoStage);
    assert_eq!(fitted.network, other.network); // whatever λ is
    let h = centred(&fitted.outputs(&samples().0).unwrap());
    let values = (&h * h.transpose()).symmetric_eigen().eigenvalues;
    let mut values: Vec<f64> = values.iter().copied().collect();
    values.sort_by(|a, b| b.total_cmp(a));
    let share = (values[0] + values[1]) / values.iter().sum::<f64>();
    assert!((fitted.report.variance_explained - share).abs() <= 1e-9);
    assert!(slopes(&|model| losses(model, 0.0).1, &fitted).1 <= 1e-4);
}

#[test]
fn alternation_comes_to_rest() {
    let report = run(&prepared(builder().tolerance(1e-4)), Method::Alternating).report;
    assert_eq!(report.status, Status::Converged, "{report:?}");
    assert!(report.primal_residual > 1e-3); // W and V stay apart
}

#[test]
fn the_threads_do_not_change_a_bit() {
    let (x, labels) = classes(4, 700, 3, 5);
    let on = |exec: Exec, reach, method| {
        let model = builder().hidden(&[5, 4]).max_iterations(8).reach(reach).exec(exec).build().unwrap();
        let fitted = run(&model.prepare(&x, &labels, 3, None).unwrap(), method);
        (fitted.model, fitted.report.objective.to_bits(), fitted.report.stationarity.to_bits())
    };
    for (reach, method) in [
        (Reach::Stopped, Method::Admm),
        (Reach::Stopped, Method::Alternating),
        (Reach::Through, Method::Descent),
        (Reach::Through, Method::TwoStage),
    ] {
        let serial = on(Exec::Serial, reach, method);
        for threads in [2, 3] {
            assert_eq!(on(Exec::threads(threads).unwrap(), reach, method), serial, "{method} {threads}");
        }
    }
}

#[test]
fn a_resumed_fit_ends_with_the_same_bits() {
    for (reach, method) in [
        (Reach::Stopped, Method::Admm),
        (Reach::Stopped, Method::Alternating),
        (Reach::Through, Method::Descent),
        (Reach::Stopped, Method::TwoStage),
    ] {
        let choices = || builder().max_iterations(12).reach(reach);
        let mut positions: Vec<Position> = Vec::new();
        let whole = prepared(choices()).fit(method, &mut |moment| {
            positions.extend(moment.position().unwrap());
            Continue(())
        });
        let whole = whole.unwrap();
        assert!(positions.len() >= 10);
        for position in positions {
            let rest = prepared(choices()).resume(position, &mut |_| Continue(())).unwrap();
            assert_eq!(rest.model, whole.model, "{method}");
            assert_eq!(rest.history.len(), whole.history.len());
            assert_eq!(rest.report.passes, whole.report.passes);
            assert_eq!(rest.report.objective.to_bits(), whole.report.objective.to_bits());
        }
    }
}

#[test]
fn a_stopped_run_returns_the_point_nearest_to_rest() {
    let after = |iterations: u64| {
        let stops = |moment: &Moment<'_>| if moment.iteration == iterations { Break(()) } else { Continue(()) };
        let fitted = prepared(builder()).fit(Method::Admm, &mut { stops }).unwrap();
        assert_eq!((fitted.report.status, fitted.report.iterations), (Status::Stopped, iterations));
        assert!(fitted.report.feasibility <= 1e-12);
        fitted.report.stationarity
    };
    assert!(after(12) < 0.1 * after(1));
}

/// The order of the hidden units, and a unit that stands twice with half its weight in W each, change no prediction.
#[test]
fn the_order_of_hidden_units_does_not_matter() {
    let fitted = run(&prepared(builder().max_iterations(20)), Method::Admm);
    let (x, _) = samples();
    let expected = fitted.predict_proba(&x).unwrap();
    let mut other = fitted.model.clone();
    let order = [3, 1, 5, 0, 4, 2];
    let theta = parameters_mut(&mut other);
    *theta = vec![theta[0].select_columns(&order), theta[1].select_rows(&order)];
    other.weights.v = other.weights.v.select_rows(&order);
    assert!((other.predict_proba(&x).unwrap() - &expected).amax() <= 1e-13);
    // From the permuted point a run goes the same way.
    let from = |model: &Model<f64>| {
        run(&prepared(builder().max_iterations(3)).with_model(model).unwrap(), Method::Admm).report.objective
    };
    assert!((from(&other) - from(&fitted)).abs() <= 1e-9);
}

/// A sample that counts twice is a sample that is there twice.
#[test]
fn integer_weights_are_repetitions() {
    let (x, labels) = samples();
    let weights: Vec<f64> = (0..90).map(|sample| (1 + sample % 2) as f64).collect();
    let numbers: Vec<usize> = (0..90).flat_map(|sample| std::iter::repeat_n(sample, 1 + sample % 2)).collect();
    let repeated: Vec<usize> = numbers.iter().map(|&sample| labels[sample]).collect();
    let model = builder().max_iterations(5).build().unwrap();
    let one = run(&model.prepare(&x, &labels, 3, Some(&weights)).unwrap(), Method::Admm).report;
    let other = run(&model.prepare(x.select_columns(&numbers), &repeated, 3, None).unwrap(), Method::Admm).report;
    assert!((one.objective - other.objective).abs() <= 1e-8, "{} {}", one.objective, other.objective);
}

#[test]
fn single_precision_wide_and_sparse_samples_are_served() {
    let (x, labels) = samples();
    let single = builder().tolerance(1e-3).build().unwrap();
    let single = single.prepare(x.map(|value| value as f32), &labels, 3, None).unwrap();
    assert_eq!(run(&single, Method::Admm).report.status, Status::Converged);
    let (x, labels) = classes(30, 12, 3, 2);
    let wide = builder().max_iterations(10).build().unwrap();
    let dense = run(&wide.prepare(&x, &labels, 3, None).unwrap(), Method::Admm);
    assert_eq!(parameters(&dense)[0].shape(), (30, 6));
    let sparse = admm_solvers::nalgebra_sparse::CscMatrix::from(&x);
    let sparse = run(&wide.prepare(sparse, &labels, 3, None).unwrap(), Method::Admm);
    assert!((dense.report.objective - sparse.report.objective).abs() <= 1e-8);
}

#[test]
fn several_starts_draw_other_layers() {
    let (x, labels) = samples();
    let fitted = builder().starts(2).max_iterations(30).build().unwrap().fit(&x, &labels).unwrap();
    let ends = &fitted.report.starts;
    assert_eq!(ends.len(), 3);
    assert!(ends[0].objective != ends[1].objective && ends[1].objective != ends[2].objective);
    let seeded = |seed| run(&prepared(builder().seed(seed).max_iterations(1)), Method::Admm).network.clone();
    assert!(seeded(1) != seeded(2));
}

#[test]
fn a_path_goes_on_from_a_model() {
    let prepared = prepared(builder().weight(1.0));
    let first = run(&prepared, Method::TwoStage);
    let next = prepared.with_weight(0.5).unwrap().with_model(&first).unwrap();
    let along = run(&next, Method::Admm);
    assert_eq!(along.report.status, Status::Converged);
    assert!(matches!(prepared.fit(Method::Admm, &mut |_| Continue(())), Err(Error::Parameters(_))));
}

#[test]
fn files_keep_the_layers() {
    let (x, _) = samples();
    for activation in [Activation::Tanh, Activation::Relu, Activation::Softplus] {
        let choices = builder().hidden(&[5, 4]).activation(activation).max_iterations(3);
        let fitted = run(&prepared(choices), Method::Admm);
        let names = Names::new((0..4).map(|i| format!("x{i}")).collect(), (0..3).map(|i| format!("y{i}")).collect());
        let bytes = fitted.to_bytes(&names).unwrap();
        let (back, of) = Model::<f64>::from_bytes(&bytes).unwrap();
        assert_eq!((&back, &of), (&fitted.model, &names));
        assert_eq!(back.to_bytes(&of).unwrap(), bytes);
        assert_eq!(back.predict(&x).unwrap(), fitted.predict(&x).unwrap());
        // No cut of a file is a model, and nothing panics.
        (0..bytes.len()).step_by(7).for_each(|end| assert!(Model::<f64>::from_bytes(&bytes[..end]).is_err()));
    }
}

#[test]
fn what_layers_cannot_do_is_said() {
    let refused = |builder: Builder| match builder.build() {
        Err(Error::Parameters(problems)) => problems.iter().map(|problem| problem.name.to_string()).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(builder().hidden(&[3, 0])), ["hidden"]);
    assert_eq!(refused(builder().layer_ridge(f64::NAN)), ["layer_ridge"]);
    assert_eq!(refused(builder().constraint(Constraint::UnitNorm)), ["constraint"]);
    assert_eq!(refused(builder().rule(Rule::Oja)), ["rule"]);
    assert_eq!(refused(builder().batch(Some(8))), ["batch"]);
    assert_eq!(refused(builder().acceleration(AccelerationChoice::Anderson)), ["acceleration"]);
    assert_eq!(refused(JointModel::builder().reach(Reach::Through)), ["reach"]);
    for (reach, method) in [(Reach::Stopped, Method::Descent), (Reach::Through, Method::Admm)] {
        let error = prepared(builder().reach(reach)).fit(method, &mut |_| Continue(())).unwrap_err().to_string();
        assert!(error.contains("reach") && error.contains("method"), "{error}");
    }
    let (x, labels) = samples();
    let narrow = builder().hidden(&[1]).build().unwrap().prepare(&x, &labels, 3, None).unwrap_err().to_string();
    assert!(narrow.contains("components") && narrow.contains("1 hidden units"), "{narrow}");
    for widths in [vec![1 << 40], vec![1 << 20, 1 << 20], vec![usize::MAX]] {
        let error = builder().hidden(&widths).build().unwrap().prepare(&x, &labels, 3, None).unwrap_err().to_string();
        assert!(error.contains("hidden must be smaller"), "{error}");
    }
    let fitted = run(&prepared(builder().max_iterations(2)), Method::Admm);
    let error = fitted.inverse_transform(&DMatrix::zeros(2, 1)).unwrap_err().to_string();
    assert!(error.contains("hidden layers"), "{error}");
}

#[test]
fn numbers_that_are_none_are_errors_with_their_place() {
    let fitted = run(&prepared(builder().max_iterations(2)), Method::Admm);
    let mut nan = fitted.model.clone();
    parameters_mut(&mut nan)[0][3] = f64::NAN;
    assert!(matches!(prepared(builder()).with_model(&nan), Err(Error::NotFinite { .. })));
    let mut large = fitted.model.clone();
    let huge = |rows| DMatrix::from_element(rows, 6, 1e200);
    let theta = vec![huge(4), DMatrix::zeros(6, 1), huge(6), DMatrix::zeros(6, 1)];
    large.network = Some(Trained { architecture: Architecture::Layers(Activation::Relu), parameters: theta });
    let error = large.predict(&samples().0).unwrap_err().to_string();
    assert!(error.contains("layer"), "{error}");
    let mut still = fitted.model.clone();
    parameters_mut(&mut still)[0].fill(0.0);
    let error = prepared(builder()).with_model(&still).unwrap().fit(Method::Admm, &mut |_| Continue(()));
    assert!(error.unwrap_err().to_string().contains("no variance"));
}

#[test]
fn iris_is_told_apart() {
    let (x, labels) = iris();
    let fitted = JointModel::builder().hidden(&[8]).build().unwrap().fit(&x, &labels).unwrap();
    assert_eq!(fitted.report.status, Status::Converged, "{:?}", fitted.report);
    assert!(fitted.report.training_error <= 0.04, "{:?}", fitted.report);
}
