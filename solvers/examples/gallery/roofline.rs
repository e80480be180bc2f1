//! The pass against what this machine can do, all measured in turn in one run:
//! `cargo run --release --example gallery roofline [samples]`.
//!
//! A pass is one evaluation of the softmax loss and its gradient: 4ndk operations on nd numbers. Beside it stand a
//! square product per thread (the most operations a second), a sum of all numbers (the most bytes), and the same
//! evaluation by two products, each over all samples of a thread, with a plain softmax between them. Every figure is a
//! median of seven. The second table does the same for a network: one evaluation behind a hidden layer of 32 units.

use admm::{Exec, Smooth};
use admm_solvers::Scalar;
use admm_solvers::data::{Features, Samples, Scale};
use admm_solvers::joint::{JointModel, Method, Reach};
use admm_solvers::loss::{PredictionLoss, Predictor};
use faer::{Accum, Mat, MatRef, Par, linalg::matmul::matmul};
use nalgebra::DMatrix;
use std::{ops::ControlFlow::Continue, sync::Arc, time::Instant};

const D: usize = 784;
const CLASSES: usize = 10;

pub(crate) fn main() -> admm::Result<()> {
    let n = std::env::args().nth(2).map_or(60_000, |n| n.parse().expect("a number of samples"));
    println!("d = {D}, c = {CLASSES}; two products: the same without fusing");
    println!("type  threads       n   k  pass ms  GFLOP/s  of square    GB/s  of read  two products");
    for threads in [2, 1] {
        for k in [2, 20, 50] {
            Bench::<f64>::new(n, threads)?.row(k)?;
            Bench::<f32>::new(n, threads)?.row(k)?;
        }
    }
    for n in [n / 6, n / 2, n, 2 * n, 4 * n] {
        Bench::<f64>::new(n, 2)?.row(20)?;
    }
    hidden(n)
}

/// The table of the network.
fn hidden(n: usize) -> admm::Result<()> {
    println!("\ntype  threads       n  units  pass ms  GFLOP/s  of square");
    for threads in [2, 1] {
        Bench::<f64>::new(n, threads)?.hidden()?;
        Bench::<f32>::new(n, threads)?.hidden()?;
    }
    Ok(())
}

/// The units of the hidden layer.
const UNITS: usize = 32;

struct Bench<T: Scalar> {
    x: Arc<DMatrix<T>>,
    samples: Samples<T>,
    threads: usize,
}

impl<T: Scalar> Bench<T> {
    fn new(n: usize, threads: usize) -> admm::Result<Self> {
        let mut state = 1_u64;
        let x = Arc::new(DMatrix::from_fn(D, n, |_, _| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            T::of((state >> 40) as f64 / 8_388_608.0 - 1.0)
        }));
        let labels: Vec<usize> = (0..n).map(|sample| sample % CLASSES).collect();
        let (features, weights) = (Features::from(x.clone()), vec![T::of(1.0 / n as f64); n]);
        let samples = Samples::new(features, &labels, weights, CLASSES, Exec::threads(threads)?)?;
        Ok(Bench { x, samples, threads })
    }

    fn row(&self, k: usize) -> admm::Result<()> {
        let at = Predictor {
            v: DMatrix::from_fn(D, k, |i, j| T::of((1.0 + (i + 31 * j) as f64).sin() / 28.0)),
            b: DMatrix::from_fn(k, CLASSES, |i, j| T::of((2.0 + (i + 7 * j) as f64).cos())),
            bias: DMatrix::zeros(CLASSES, 1),
        };
        let softmax = PredictionLoss::softmax(self.samples.clone(), T::zero(), T::one());
        let expected = softmax.value_and_gradient(&at)?.1.v;
        assert!((self.two_products(&at) - &expected).norm() <= T::of(1e-3) * expected.norm());
        let square = Mat::from_fn(1500, 1500, |i, j| T::of((i + j) as f64 / 1500.0));
        let mut times = [const { Vec::new() }; 4];
        for _ in 0..7 {
            times[0].push(seconds(|| softmax.value_and_gradient(&at)));
            times[1]
                .push(seconds(|| self.samples.exec.map(self.threads, |_| product(square.as_ref(), square.as_ref()))));
            times[2].push(seconds(|| self.read()));
            times[3].push(seconds(|| self.two_products(&at)));
        }
        let [pass, square, read, two] = times.map(median);
        let (n, numbers) = (self.x.ncols(), self.x.len() as f64);
        let rate = 4e-9 * numbers * k as f64 / pass;
        let share = 100.0 * rate / (self.threads as f64 * 2e-9 * 1500_f64.powi(3) / square);
        let bytes = 1e-9 * numbers * size_of::<T>() as f64 / pass;
        println!(
            "f{:<4} {:7} {n:7} {k:3} {:8.1} {rate:8.1} {share:8.0} % {bytes:7.1} {:6.0} % {:11.2}×",
            8 * size_of::<T>(),
            self.threads,
            1e3 * pass,
            100.0 * read / pass,
            two / pass
        );
        Ok(())
    }

    /// A fit for the prediction alone: its passes are evaluations, with little between them. The square product comes
    /// after each of them.
    fn hidden(&self) -> admm::Result<()> {
        let builder = JointModel::builder().hidden(&[UNITS]).reach(Reach::Through).weight(0.0).tolerance(0.0);
        let model = builder.scale(Scale::None).max_iterations(15).exec(self.samples.exec.clone()).build()?;
        let labels = self.samples.targets.labels().expect("classes");
        let prepared = model.prepare(Features::from(self.x.clone()), labels, CLASSES, None)?;
        let square = Mat::from_fn(1500, 1500, |i, j| T::of((i + j) as f64 / 1500.0));
        let (mut passes, mut products, mut last) = (Vec::new(), Vec::new(), None);
        prepared.fit(Method::Descent, &mut |moment| {
            let now = Instant::now();
            if let Some((then, before)) = last {
                passes.push(now.duration_since(then).as_secs_f64() / (moment.passes - before) as f64);
            }
            let product = || self.samples.exec.map(self.threads, |_| product(square.as_ref(), square.as_ref()));
            products.push(seconds(product));
            last = Some((Instant::now(), moment.passes));
            Continue(())
        })?;
        let (pass, square) = (median(passes), median(products));
        let rate = 4e-9 * self.x.len() as f64 * UNITS as f64 / pass;
        let share = 100.0 * rate / (self.threads as f64 * 2e-9 * 1500_f64.powi(3) / square);
        let (bits, threads, n) = (8 * size_of::<T>(), self.threads, self.x.ncols());
        println!("f{bits:<4} {threads:7} {n:7} {UNITS:6} {:8.1} {rate:8.1} {share:8.0} %", 1e3 * pass);
        Ok(())
    }

    /// Each thread its part of the samples, from the first on.
    fn parts<R: Send>(&self, work: impl Fn(usize, &[T]) -> R + Sync + Send) -> Vec<R> {
        let n = self.x.ncols().div_ceil(self.threads);
        self.samples.exec.map(self.threads, |thread| {
            let range = thread * n..((thread + 1) * n).min(self.x.ncols());
            work(range.start, &self.x.as_slice()[range.start * D..range.end * D])
        })
    }

    fn read(&self) -> Vec<T> {
        self.parts(|_, numbers| {
            let mut sums = [T::zero(); 32];
            numbers.chunks_exact(32).for_each(|chunk| sums.iter_mut().zip(chunk).for_each(|(sum, &x)| *sum += x));
            sums.into_iter().sum()
        })
    }

    /// ∇V by P = VᵀX, the softmax of BᵀP, and X(BR)ᵀ: each thread over all its samples at once.
    fn two_products(&self, at: &Predictor<T>) -> DMatrix<T> {
        let (v, b) = (columns(at.v.as_slice(), D), columns(at.b.as_slice(), at.b.nrows()));
        let gradients = self.parts(|first, x| {
            let x = columns(x, D);
            let mut r = product(b.transpose(), product(v.transpose(), x).as_ref());
            for (i, r) in r.col_iter_mut().enumerate() {
                let logits = r.try_as_col_major_mut().expect("a column").as_slice_mut();
                residual(logits, self.samples.targets.labels().unwrap()[first + i], self.samples.weights[first + i]);
            }
            product(x, product(b, r.as_ref()).transpose())
        });
        DMatrix::from_fn(D, at.v.ncols(), |i, j| gradients.iter().map(|g| g[(i, j)]).sum())
    }
}

/// logits ← weight·(softmax − onehot), as one would write it down.
fn residual<T: Scalar>(logits: &mut [T], label: usize, weight: T) {
    let highest = logits.iter().fold(logits[0], |highest, &logit| highest.max(logit));
    logits.iter_mut().for_each(|logit| *logit = (*logit - highest).exp());
    let total: T = logits.iter().copied().sum();
    logits.iter_mut().for_each(|p| *p *= weight / total);
    logits[label] -= weight;
}

/// Numbers as columns of `rows` each.
fn columns<T>(numbers: &[T], rows: usize) -> MatRef<'_, T> {
    MatRef::from_column_major_slice(numbers, rows, numbers.len() / rows)
}

fn product<T: Scalar>(a: MatRef<'_, T>, b: MatRef<'_, T>) -> Mat<T> {
    let mut out = Mat::zeros(a.nrows(), b.ncols());
    matmul(out.as_mut(), Accum::Replace, a, b, T::one(), Par::Seq);
    out
}

fn seconds<R>(work: impl FnOnce() -> R) -> f64 {
    let start = Instant::now();
    std::hint::black_box(work());
    start.elapsed().as_secs_f64()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
