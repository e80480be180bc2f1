//! The times of what a fit spends its time on, on one thread: `cargo bench`, or `cargo bench -- fit` for those whose name
//! has `fit` in it. The example `roofline` measures the pass beside the machine's limits.

use admm::{ConstraintSet, Exec, Smooth, Subproblem, Target};
use admm_solvers::data::Samples;
use admm_solvers::joint::{JointModel, Method};
use admm_solvers::loss::{PredictionLoss, Predictor};
use admm_solvers::pca::{Covariance, Majorize, VarianceLoss};
use admm_solvers::set::{Retraction, Stiefel};
use nalgebra::DMatrix;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// The time that a call is repeated for before it is measured.
const WARM_UP: Duration = Duration::from_millis(500);
/// The time that a call is measured for.
const MEASURED: Duration = Duration::from_secs(2);

const CLASSES: usize = 10;

/// Numbers in [−1, 1] that depend on their place alone.
fn matrix(rows: usize, columns: usize) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |i, j| ((1.0 + i as f64) * (2.0 + j as f64).sqrt()).sin())
}

fn labels(n: usize) -> Vec<usize> {
    (0..n).map(|sample| sample % CLASSES).collect()
}

fn samples(d: usize, n: usize) -> Samples<f64> {
    Samples::new(matrix(d, n), &labels(n), vec![1.0 / n as f64; n], CLASSES, Exec::Serial).expect("sizes that fit")
}

/// Prints the quartiles of the time of a call, unless the command line has words and none of them is in its name.
fn time<R>(name: &str, mut call: impl FnMut() -> R) {
    let mut words = std::env::args().skip(1).filter(|word| !word.starts_with('-')).peekable();
    if words.peek().is_some() && !words.any(|word| name.contains(&word)) {
        return;
    }
    let mut repeat = |time: Duration| {
        let (start, mut times) = (Instant::now(), Vec::new());
        while times.len() < 5 || start.elapsed() < time {
            let before = Instant::now();
            black_box(call());
            times.push(before.elapsed());
        }
        times
    };
    repeat(WARM_UP);
    let mut times = repeat(MEASURED);
    times.sort_unstable();
    let [low, median, high] = [1, 2, 3].map(|quarter| times[quarter * (times.len() - 1) / 4]);
    println!("{name:<44} {median:>9.2?}   {low:.2?} to {high:.2?}");
}

fn pass() {
    let softmax = PredictionLoss::softmax(samples(784, 6_000), 0.01, 0.5);
    for k in [2, 20, 50] {
        let at = Predictor { b: matrix(k, CLASSES), ..Predictor::blank(matrix(784, k) / 28.0, CLASSES) };
        time(&format!("pass of 784×6000, {k} components"), || softmax.value_and_gradient(black_box(&at)));
    }
}

fn retraction() {
    let w = matrix(784, 20).qr().q();
    let step = matrix(784, 20) / 100.0;
    for retraction in [Retraction::Qr, Retraction::Polar, Retraction::Cayley, Retraction::Exponential] {
        let on = Stiefel { retraction };
        time(&format!("retraction of 784×20, {retraction:?}"), || on.retract(&w, black_box(&step)));
    }
}

fn w_update() {
    let covariance = Covariance::dense(&samples(784, 2_000)).expect("data with variance");
    let block = Majorize {
        loss: VarianceLoss { covariance: covariance.into(), weight: 0.5 },
        on: Stiefel::default(),
        max_steps: 1,
    };
    let (start, v) = (matrix(784, 20).qr().q(), matrix(784, 20));
    time("W update of 784×20", || {
        let mut w = start.clone();
        block.argmin(&mut w, Target { v: black_box(&v), rho: 0.1, tolerance: 0.0 })
    });
}

fn fit() {
    let (x, labels) = (matrix(64, 1_500), labels(1_500));
    let model = JointModel::builder().components(5).tolerance(1e-4).build().expect("parameters in range");
    for method in [Method::Admm, Method::Descent] {
        time(&format!("fit of 64×1500, 5 components, {method}"), || {
            let prepared = model.prepare(black_box(&x), &labels, CLASSES, None).expect("data that can be fitted");
            prepared.fit(method, &mut |_| ControlFlow::Continue(()))
        });
    }
}

fn main() {
    println!("{:<44} {:>9}   first to third quartile", "", "median");
    pass();
    retraction();
    w_update();
    fit();
}
