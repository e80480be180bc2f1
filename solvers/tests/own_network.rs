//! Networks of the user: plain loops, Taylor's theorem, bits, both modes of the joint model, and faults.

use crate::data::convolution::{Convolution, by_definition};
use crate::data::network::Squared;
use crate::data::{classes, matrix};
use admm::{Error, Exec, Result, Status};
use admm_solvers::Scalar;
use admm_solvers::data::{Features, Scaler};
use admm_solvers::joint::{Builder, Fitted, JointModel, Method, Model, Names, Position, Reach};
use admm_solvers::network::{Activation, Layers, Network, check_network, outputs, value_and_gradient};
use nalgebra::{DMatrix, DMatrixView, DVector};
use nalgebra_sparse::{CooMatrix, CscMatrix};
use proptest::prelude::*;
use std::ops::ControlFlow::Continue;

const OF: Convolution = Convolution { length: 9, reach: 3, filters: 4, ridge: 1e-3 };

fn squared(of: &Convolution, n: usize) -> Squared<f64> {
    Squared { b: matrix(2 * of.filters, 2, 1), y: matrix(2, n, 2) }
}

fn theta(of: &Convolution, seed: u64) -> Vec<DMatrix<f64>> {
    vec![matrix(of.reach, of.filters, seed), matrix(1, of.filters, seed ^ 5)]
}

/// Value and gradient by the definition, sample by sample.
fn naive(of: &Convolution, at: &[DMatrix<f64>], x: &DMatrix<f64>, loss: &Squared<f64>) -> (f64, Vec<f64>) {
    let n = x.ncols();
    let mut value = 0.5 * of.ridge * at[0].norm_squared();
    let mut gradient: Vec<f64> = at[0].iter().map(|entry| of.ridge * entry).collect();
    gradient.resize((of.reach + 1) * of.filters, 0.0);
    for i in 0..n {
        let (h, slopes) = by_definition(of, at, x.column(i).as_slice());
        let weight = (i + 1) as f64 / (n * n) as f64;
        for target in 0..2 {
            let miss = (0..h.len()).map(|u| loss.b[(u, target)] * h[u]).sum::<f64>() - loss.y[(target, i)];
            value += 0.5 * weight * miss * miss;
            for (u, slopes) in slopes.iter().enumerate() {
                let by_h = weight * miss * loss.b[(u, target)];
                gradient.iter_mut().zip(slopes).for_each(|(sum, slope)| *sum += by_h * slope);
            }
        }
    }
    (value, gradient)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_pass_agrees_with_plain_loops(
        extra in 0..6_usize, reach in 1..4_usize, filters in 1..4_usize, n in 1..300_usize, seed in 0..1000_u64,
    ) {
        let of = Convolution { length: reach + 1 + extra, reach, filters, ridge: 0.1 };
        let (at, x, loss) = (theta(&of, seed), matrix(of.length, n, seed ^ 3), squared(&of, n));
        let features = Features::from(&x);
        let (value, gradient, _) = value_and_gradient(&of, &at, &features, &loss, &Exec::Serial).unwrap();
        let (slow, expected) = naive(&of, &at, &x, &loss);
        prop_assert!((value - slow).abs() <= 1e-13 * (1.0 + slow), "{value} {slow}");
        for (found, expected) in gradient.iter().flatten().zip(&expected) {
            prop_assert!((found - expected).abs() <= 1e-12 * (1.0 + expected.abs()), "{found} {expected}");
        }
        let h = outputs(&of, &at, &features, &Exec::Serial).unwrap();
        let first = by_definition(&of, &at, x.column(n - 1).as_slice()).0;
        prop_assert!((h.column(n - 1) - DVector::from_vec(first)).amax() <= 1e-14);
    }

    #[test]
    fn its_product_passes_the_check(filters in 1..4_usize, n in 1..100_usize, seed in 0..1000_u64) {
        let of = Convolution { filters, ..OF };
        let x = Features::from(matrix(9, n, seed));
        check_network(&of, &theta(&of, seed), &x).unwrap().assert();
    }
}

/// A network with a product that is a little wrong.
#[derive(Debug)]
struct Wrong(Convolution);
impl<T: Scalar> Network<T> for Wrong {
    fn inputs(&self) -> usize {
        self.0.length
    }
    fn sizes(&self) -> Vec<(usize, usize)> {
        Network::<T>::sizes(&self.0)
    }
    fn stages(&self) -> Vec<usize> {
        Network::<T>::stages(&self.0)
    }
    fn forward(&self, at: &[DMatrix<T>], x: DMatrixView<'_, T>, stages: &mut [DMatrix<T>]) -> Result<()> {
        self.0.forward(at, x, stages)
    }
    fn backward(
        &self,
        at: &[DMatrix<T>],
        x: DMatrixView<'_, T>,
        stages: &[DMatrix<T>],
        slopes: &mut [DMatrix<T>],
        gradient: &mut [DMatrix<T>],
    ) {
        self.0.backward(at, x, stages, slopes, gradient);
        gradient[1][0] *= T::of(1.0001);
    }
}

#[test]
fn the_check_finds_a_wrong_product_and_names_its_entry() {
    let report = check_network(&Wrong(OF), &theta(&OF, 1), &matrix(9, 50, 2).into()).unwrap();
    assert!(!report.passed());
    assert!(report.to_string().contains("entry 12"), "{report}"); // the first bias, after the 12 entries of the filters
    assert!(check_network(&OF, &theta(&OF, 1)[..1], &matrix(9, 50, 2).into()).is_err());
}

#[test]
fn dense_layers_pass_the_check() {
    for activation in [Activation::Tanh, Activation::Softplus] {
        let layers = Layers::new(9, &[5, 3], activation, 0.1).unwrap();
        let at = layers.initial(3);
        check_network(&layers, &at, &Features::from(matrix(9, 70, 1))).unwrap().assert();
    }
}

#[test]
fn features_of_every_storage_and_folded_scaling_give_the_same() {
    let mut x = matrix(9, 150, 3);
    x.iter_mut().for_each(|x| *x = if *x < 0.4 { 0.0 } else { *x });
    let scaler = Scaler { mean: DVector::from_element(9, 0.3), scale: DVector::from_fn(9, |j, _| 0.5 + j as f64) };
    let (at, loss) = (theta(&OF, 4), squared(&OF, 150));
    let on = |x: &Features<f64>| value_and_gradient(&OF, &at, x, &loss, &Exec::Serial).unwrap();
    let (value, gradient, _) = on(&Features::from(&x).standardised(&scaler).to_dense().into());
    let shared = Features::shared(x.as_slice().to_vec(), 9).unwrap();
    for x in [shared, CscMatrix::from(&CooMatrix::from(&x)).into()] {
        let (found, other, _) = on(&x.standardised(&scaler));
        assert!((found - value).abs() <= 1e-13 * (1.0 + value));
        assert!(other.iter().zip(&gradient).all(|(a, b)| (a - b).amax() <= 1e-12));
    }
}

#[test]
fn the_bits_are_the_same_for_any_number_of_threads() {
    for n in [300, 2_000] {
        let (at, x, loss) = (theta(&OF, 1), Features::from(matrix(9, n, 2)), squared(&OF, n));
        let on = |threads| {
            let exec = Exec::threads(threads).unwrap();
            let (value, gradient, by_b) = value_and_gradient(&OF, &at, &x, &loss, &exec).unwrap();
            let h = outputs(&OF, &at, &x, &exec).unwrap();
            let all = gradient.iter().flatten().chain(&by_b).chain(&h).chain([&value]);
            all.map(|number| number.to_bits()).collect::<Vec<_>>()
        };
        let one = on(1);
        assert!([2, 3, 8].into_iter().all(|threads| on(threads) == one));
    }
}

fn builder() -> Builder {
    JointModel::builder().network(OF).ridge(0.05).tolerance(1e-5)
}

/// More classes than two directions can tell apart.
fn samples() -> (DMatrix<f64>, Vec<usize>) {
    classes(9, 120, 5, 5)
}

fn fit(builder: Builder, method: Method) -> Fitted<f64> {
    let (x, labels) = samples();
    let prepared = builder.build().unwrap().prepare(&x, &labels, 5, None).unwrap();
    prepared.fit(method, &mut |_| Continue(())).unwrap()
}

const MODES: [(Reach, Method); 4] = [
    (Reach::Stopped, Method::Admm),
    (Reach::Stopped, Method::Alternating),
    (Reach::Through, Method::Descent),
    (Reach::Stopped, Method::TwoStage),
];

/// Layers that are handed over as a network of the user are the layers of this library, bit by bit.
#[test]
fn layers_of_ones_own_are_hidden_layers() {
    let layers = Layers::new(9, &[5, 4], Activation::Tanh, 0.02).unwrap();
    for (reach, method) in MODES {
        let choices = || JointModel::builder().reach(reach).ridge(0.05).max_iterations(10);
        let own = fit(choices().network(layers.clone()), method);
        let hidden = fit(choices().hidden(&[5, 4]).layer_ridge(0.02), method);
        assert_eq!(own.network.as_ref().unwrap().parameters, hidden.network.as_ref().unwrap().parameters);
        assert_eq!((&own.weights, own.report.passes), (&hidden.weights, hidden.report.passes), "{method}");
    }
}

/// λ times the PCA loss, and the loss of the predictor with its penalties, from what a model says of the samples.
fn losses(model: &Model<f64>) -> (f64, f64) {
    let (x, labels) = samples();
    let mut h = model.outputs(&x).unwrap();
    let mean = h.column_mean();
    h.column_iter_mut().for_each(|mut column| column -= &mean);
    let variance = 1.0 - (model.weights.v.transpose() * &h).norm_squared() / h.norm_squared();
    let p = model.predict_proba(&x).unwrap();
    let prediction = labels.iter().enumerate().map(|(j, &label)| -p[(label, j)].ln()).sum::<f64>() / 120.0;
    let penalty = 0.5 * OF.ridge * model.network.as_ref().unwrap().parameters[0].norm_squared();
    (0.5 * variance, 0.5 * (prediction + 0.025 * model.weights.b.norm_squared()) + penalty)
}

/// The largest slope along an entry of θ, by central differences.
fn steepest(of: &dyn Fn(&Model<f64>) -> f64, at: &Model<f64>) -> f64 {
    let moved = |(part, entry): (usize, usize), by: f64| {
        let mut model = at.clone();
        model.network.as_mut().unwrap().parameters[part][entry] += by;
        of(&model)
    };
    let entries = (0..12).map(|entry| (0, entry)).chain((0..4).map(|entry| (1, entry)));
    entries.map(|at| ((moved(at, 1e-5) - moved(at, -1e-5)) / 2e-5).abs()).fold(0.0, f64::max)
}

#[test]
fn both_modes_end_where_their_field_vanishes() {
    let both = |model: &Model<f64>| losses(model).0 + losses(model).1;
    let stopped = fit(builder(), Method::Admm);
    assert_eq!(stopped.report.status, Status::Converged, "{:?}", stopped.report);
    let (alone, whole) = (steepest(&|model| losses(model).1, &stopped), steepest(&both, &stopped));
    assert!(alone <= 2e-5 && whole > 1e-3, "{alone} {whole} {:?}", stopped.report);
    let through = fit(builder().reach(Reach::Through), Method::Descent);
    assert_eq!(through.report.status, Status::Converged, "{:?}", through.report);
    assert!(steepest(&both, &through) <= 2e-5);
    assert!((both(&through) - through.report.objective).abs() <= 1e-10);
    assert!(stopped.report.participation.unwrap() > through.report.participation.unwrap(), "{:?}", through.report);
}

#[test]
fn a_resumed_fit_ends_with_the_same_bits() {
    let (x, labels) = samples();
    for (reach, method) in MODES {
        let model = builder().reach(reach).max_iterations(6).build().unwrap();
        let prepared = model.prepare(&x, &labels, 5, None).unwrap();
        let mut positions: Vec<Position> = Vec::new();
        let whole = prepared.fit(method, &mut |moment| {
            positions.extend(moment.position().unwrap());
            Continue(())
        });
        let whole = whole.unwrap();
        let rest = prepared.resume(positions.swap_remove(2), &mut |_| Continue(())).unwrap();
        assert_eq!(rest.model, whole.model, "{method}");
    }
}

#[test]
fn single_precision_serves_too() {
    let (x, labels) = samples();
    let model = builder().tolerance(1e-3).build().unwrap();
    let fitted = model.fit(x.map(|value| value as f32), &labels).unwrap();
    assert_eq!(fitted.report.status, Status::Converged);
    assert!((fitted.report.objective - fit(builder(), Method::Admm).report.objective).abs() <= 1e-2);
}

#[test]
fn a_model_file_cannot_hold_it_and_its_parts_can_be_kept() {
    let fitted = fit(builder().max_iterations(3), Method::Admm);
    let names = Names::new((0..9).map(|i| format!("x{i}")).collect(), (0..5).map(|i| format!("y{i}")).collect());
    let error = fitted.to_bytes(&names).unwrap_err().to_string();
    assert!(error.contains("network must be dense layers") && error.contains("of your own"), "{error}");
    assert!(serde_json::to_string(&fitted.model).unwrap_err().to_string().contains("cannot be serialized"));
    let parts = serde_json::to_string(&(&fitted.scaler, &fitted.weights, parameters(&fitted))).unwrap();
    let (scaler, weights, theta): (_, _, Vec<DMatrix<f64>>) = serde_json::from_str(&parts).unwrap();
    let mut back = Model { scaler, weights, ..fitted.model.clone() };
    back.network.as_mut().unwrap().parameters = theta;
    assert_eq!(back, fitted.model);
}

fn parameters(model: &Model<f64>) -> &[DMatrix<f64>] {
    &model.network.as_ref().unwrap().parameters
}

#[test]
fn what_does_not_fit_is_said() {
    let (x, labels) = classes(8, 60, 5, 5);
    let refused = |builder: Builder| match builder.build() {
        Err(error) => error.to_string(),
        Ok(model) => model.prepare(&x, &labels, 5, None).map(|_| ()).unwrap_err().to_string(),
    };
    assert_eq!(refused(builder()), "x: expected size 9×60, got 8×60");
    assert!(refused(builder().hidden(&[3])).contains("network takes the place of hidden layers"));
    let narrow = Convolution { length: 8, filters: 1, ..OF };
    let error = refused(builder().network(narrow).components(3));
    assert!(error.contains("3 components") && error.contains("2 outputs of the network"), "{error}");
    let empty = Convolution { length: 8, filters: 0, ..OF };
    assert!(refused(builder().network(empty)).contains("components"));
}

/// What a network may do wrong in its passes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    Nan,
    Stage,
    Slope,
    Gradient,
    Refusal,
    Start,
}

#[derive(Debug, Clone, Copy)]
struct Faulty(Fault);

impl<T: Scalar> Network<T> for Faulty {
    fn inputs(&self) -> usize {
        9
    }
    fn sizes(&self) -> Vec<(usize, usize)> {
        vec![(9, 3)]
    }
    fn stages(&self) -> Vec<usize> {
        vec![3]
    }
    fn initial(&self, _: u64) -> Vec<DMatrix<T>> {
        let rows = if self.0 == Fault::Start { 8 } else { 9 };
        vec![DMatrix::from_fn(rows, 3, |i, j| T::of(((i + 2 * j) as f64).sin()))]
    }
    fn forward(&self, at: &[DMatrix<T>], x: DMatrixView<'_, T>, stages: &mut [DMatrix<T>]) -> Result<()> {
        stages[0] = at[0].transpose() * x;
        match self.0 {
            Fault::Nan => stages[0][(1, 0)] = T::of(f64::NAN),
            Fault::Stage => stages[0] = DMatrix::zeros(2, x.ncols()),
            Fault::Refusal => return Err(Error::parameter("filters", "are asleep")),
            _ => {}
        }
        Ok(())
    }
    fn backward(
        &self,
        _: &[DMatrix<T>],
        x: DMatrixView<'_, T>,
        _: &[DMatrix<T>],
        slopes: &mut [DMatrix<T>],
        gradient: &mut [DMatrix<T>],
    ) {
        gradient[0] += x * slopes[0].transpose();
        match self.0 {
            Fault::Gradient => gradient[0] = DMatrix::zeros(1, 1),
            Fault::Slope => gradient[0][(0, 0)] = T::of(f64::INFINITY),
            _ => {}
        }
    }
}

#[test]
fn a_network_that_breaks_its_contract_ends_the_fit_with_an_error_that_says_how() {
    let (x, labels) = classes(9, 600, 5, 5);
    for (fault, words) in [
        (Fault::Nan, "the output of the network is not finite"),
        (Fault::Stage, "a stage of the network: expected size 3×64, got 2×64"),
        (Fault::Slope, "the gradient of the loss after the network is not finite"),
        (Fault::Gradient, "the gradient by the parameters of the network: expected size 9×3, got 1×1"),
        (Fault::Refusal, "filters are asleep"),
        (Fault::Start, "the parameters of the network: expected size 9×3, got 8×3"),
    ] {
        for threads in [1, 3] {
            let exec = Exec::threads(threads).unwrap();
            let model = JointModel::builder().network(Faulty(fault)).exec(exec).build().unwrap();
            let error = model.fit(&x, &labels).unwrap_err().to_string();
            assert!(error.contains(words), "{fault:?}: {error}");
        }
    }
}
