//! What a fit spends its time on, on one thread: `cargo bench`. The pass beside the machine's limits is measured by the
//! example `roofline`.

#![allow(missing_docs, reason = "the macros of criterion make functions without")]

use admm::{Exec, Manifold, Smooth, Subproblem, Target};
use admm_solvers::data::Samples;
use admm_solvers::joint::{JointModel, Method};
use admm_solvers::loss::{Classifier, Softmax};
use admm_solvers::manifold::{Retraction, Stiefel};
use admm_solvers::pca::{Covariance, Majorize, VarianceLoss};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use nalgebra::DMatrix;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Duration;

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

fn pass(criterion: &mut Criterion) {
    let softmax = Softmax { samples: samples(784, 6_000), ridge: 0.01, share: 0.5 };
    let mut group = criterion.benchmark_group("pass of 784×6000");
    for k in [2, 20, 50] {
        let at = Classifier { b: matrix(k, CLASSES), ..Classifier::blank(matrix(784, k) / 28.0, CLASSES) };
        group.bench_with_input(BenchmarkId::new("components", k), &at, |bencher, at| {
            bencher.iter(|| softmax.value_and_gradient(black_box(at)));
        });
    }
}

fn retraction(criterion: &mut Criterion) {
    let w = matrix(784, 20).qr().q();
    let step = matrix(784, 20) / 100.0;
    let mut group = criterion.benchmark_group("retraction of 784×20");
    for retraction in [Retraction::Qr, Retraction::Polar, Retraction::Cayley, Retraction::Exponential] {
        let on = Stiefel { retraction };
        group.bench_function(format!("{retraction:?}"), |bencher| bencher.iter(|| on.retract(&w, black_box(&step))));
    }
}

fn w_update(criterion: &mut Criterion) {
    let covariance = Covariance::dense(&samples(784, 2_000)).expect("data with variance");
    let block = Majorize { loss: VarianceLoss { covariance: covariance.into(), weight: 0.5 }, max_steps: 1 };
    let (start, v) = (matrix(784, 20).qr().q(), matrix(784, 20));
    criterion.bench_function("W update of 784×20", |bencher| {
        bencher.iter(|| {
            let mut w = start.clone();
            block.argmin(&mut w, Target { v: black_box(&v), rho: 0.1, tolerance: 0.0 })
        });
    });
}

fn fit(criterion: &mut Criterion) {
    let (x, labels) = (matrix(64, 1_500), labels(1_500));
    let model = JointModel::builder().components(5).tolerance(1e-4).build().expect("parameters in range");
    let mut group = criterion.benchmark_group("fit of 64×1500, 5 components");
    for method in [Method::Admm, Method::Joint] {
        group.bench_function(format!("{method:?}"), |bencher| {
            bencher.iter(|| {
                let prepared = model.prepare(black_box(&x), &labels, CLASSES, None).expect("data that can be fitted");
                prepared.fit(method, &mut |_| ControlFlow::Continue(()))
            });
        });
    }
}

/// Two seconds for each figure.
fn briefly() -> Criterion {
    let (warm_up, measured) = (Duration::from_millis(500), Duration::from_secs(2));
    Criterion::default().without_plots().sample_size(20).warm_up_time(warm_up).measurement_time(measured)
}

criterion_group! { name = benches; config = briefly(); targets = pass, retraction, w_update, fit }
criterion_main!(benches);
