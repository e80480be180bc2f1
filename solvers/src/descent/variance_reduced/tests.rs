use super::*;
use admm::Flat;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The mean of (aᵢᵀx − cᵢ)²/2, that of all terms or of a batch, which counts its evaluations: of all terms, and of
/// one on a batch.
struct Squares {
    terms: Vec<(Pair, f64)>,
    all: bool,
    evaluations: Arc<[AtomicU64; 2]>,
}
type Pair = [f64; 2];

fn squares(n: usize) -> Squares {
    let term = |i: usize| ([1.0 + 0.9 * (i as f64).sin(), (7.0 * i as f64).cos()], (3 * i % 7) as f64);
    Squares { terms: (0..n).map(term).collect(), all: true, evaluations: Arc::default() }
}

impl Smooth<f64> for Squares {
    type Point = DMatrix<f64>;
    fn value_and_gradient(&self, x: &DMatrix<f64>) -> Result<(f64, DMatrix<f64>)> {
        let (kind, count) = if self.all { (0, 1) } else { (1, self.terms.len() as u64) };
        self.evaluations[kind].fetch_add(count, Relaxed);
        let (value, gradient) = plain(&self.terms, [x[0], x[1]]);
        Ok((value, DMatrix::from_column_slice(2, 1, &gradient)))
    }
}

impl FiniteSum<f64> for Squares {
    fn terms(&self) -> usize {
        self.terms.len()
    }
    fn of_batch(&self, numbers: &[usize]) -> Self {
        let terms = numbers.iter().map(|&i| self.terms[i]).collect();
        Squares { terms, all: false, evaluations: self.evaluations.clone() }
    }
}

fn plain(terms: &[(Pair, f64)], x: Pair) -> (f64, Pair) {
    let (mut value, mut gradient, n) = (0.0, [0.0; 2], terms.len() as f64);
    for (a, c) in terms {
        let residual = a[0] * x[0] + a[1] * x[1] - c;
        value += residual * residual / (2.0 * n);
        gradient = [gradient[0] + residual * a[0] / n, gradient[1] + residual * a[1] / n];
    }
    (value, gradient)
}

/// hI, as what is known of the Hessian.
#[derive(Clone)]
struct Multiple(f64);

impl InitialHessian<f64, DMatrix<f64>> for Multiple {
    fn solve(&self, near: Near<'_, f64, DMatrix<f64>>, q: DMatrix<f64>) -> Result<DMatrix<f64>> {
        Ok(q / (self.0 + near.rho))
    }
}

const PENALTY: f64 = 0.1;
const PULL: Pair = [2.0, -1.0];
const TOLERANCE: f64 = 1e-6;

fn dot(x: Pair, y: Pair) -> f64 {
    x[0] * y[0] + x[1] * y[1]
}
fn plus(x: Pair, factor: f64, y: Pair) -> Pair {
    [x[0] + factor * y[0], x[1] + factor * y[1]]
}
fn pulled((value, gradient): (f64, Pair), x: Pair) -> (f64, Pair) {
    let gap = plus(x, -1.0, PULL);
    (value + PENALTY / 2.0 * dot(gap, gap), plus(gradient, PENALTY, gap))
}

/// Steps −g/(h + ρ), each shortened to the minimum of a parabola until f falls, and how often f was evaluated.
fn descend(f: impl Fn(Pair) -> (f64, Pair), mut x: Pair, h: f64, steps: usize, tolerance: f64) -> (Pair, u64) {
    let mut evaluations = 0;
    for _ in 0..steps {
        let (value, gradient) = f(x);
        let square = dot(gradient, gradient);
        if square.sqrt() <= tolerance {
            break;
        }
        let (slope, mut length) = (-square / (h + PENALTY), 1.0);
        x = loop {
            let trial = plus(x, -length / (h + PENALTY), gradient);
            let (there, _) = f(trial);
            evaluations += 1;
            if there <= value + 1e-4 * length * slope {
                break trial;
            }
            let lowest = -slope * length * length / (2.0 * (there - value - slope * length));
            length = lowest.clamp(0.1 * length, 0.5 * length);
        };
    }
    (x, evaluations)
}

/// Without pairs L-BFGS is preconditioned gradient descent, so an epoch is short to restate; what each came to is
/// counted.
#[test]
fn epochs_are_those_of_plain_loops() {
    let (n, batch, seed, h) = (800, 3, 5, 0.6);
    let f = squares(n);
    let by = Lbfgs { memory: 0, max_steps: 1, ..Lbfgs::from(Multiple(h)) };
    let method = VarianceReduced { batch, seed, by };
    let all = |x: Pair| pulled(plain(&f.terms, x), x);
    let (mut generator, mut grown, mut read, mut passes, mut x) = (None, 1, 0, 1, [-30.0, 20.0]);
    let (mut taken, mut refused, mut shortened) = (0, 0, 0);
    let mut iterate: Iterate<_, BatchMemory<f64, _>> = Iterate::new(DMatrix::from_column_slice(2, 1, &x));
    let (v, mut counted) = (DMatrix::from_column_slice(2, 1, &PULL), 0);
    // Down to where both still agree to the digits asked for.
    while dot(all(x).1, all(x).1).sqrt() > 1e-3 {
        let (value, gradient) = all(x);
        let size = batch * grown;
        if size * 16 > n {
            let (next, evaluations) = descend(all, x, h, 1, TOLERANCE);
            (x, passes) = (next, passes + evaluations);
        } else {
            let terms: Vec<_> = draw(&mut generator, seed, n, size).into_iter().map(|i| f.terms[i]).collect();
            let (anchor, of_all) = (plain(&terms, x), plain(&f.terms, x));
            let corrected = |y: Pair| {
                let (value, gradient) = plain(&terms, y);
                let correction = plus(of_all.1, -1.0, anchor.1);
                let value = value - anchor.0 + of_all.0 + dot(correction, plus(y, -1.0, x));
                pulled((value, plus(gradient, 1.0, correction)), y)
            };
            let remaining = TOLERANCE.max(0.3 * dot(gradient, gradient).sqrt());
            let (there, evaluations) = descend(corrected, x, h, 10, remaining);
            read += (evaluations + 1) * size as u64;
            let (promised, fell) = (value - corrected(there).0, value - all(there).0);
            passes += 1;
            grown *= if fell < promised / 2.0 { 2 } else { 1 };
            if fell > 0.0 {
                (x, taken) = (there, taken + 1);
            } else {
                let (next, evaluations) = descend(all, x, h, 1, TOLERANCE);
                (x, passes, refused) = (next, passes + evaluations, refused + 1);
                shortened += evaluations - 1;
            }
        }
        let target = Target { v: &v, rho: PENALTY, tolerance: TOLERANCE };
        let cost = method.minimise(&f, &Flat, &mut iterate, target).unwrap().cost;
        counted += cost.passes;
        let gap = (iterate.point[0] - x[0]).abs().max((iterate.point[1] - x[1]).abs());
        assert!(cost.steps == 1 && gap <= 1e-12 * 30.0, "{:?} {x:?}", iterate.point);
        assert_eq!((iterate.memory.grown, iterate.memory.read), (grown, read));
        assert_eq!(counted, passes + read.div_ceil(n as u64));
    }
    assert!(taken >= 3 && refused >= 1 && shortened >= 1 && grown > 1, "{taken} {refused} {shortened} {grown}");
}

/// As many as f itself counts: those that read all terms, and what batches read of n terms as it fills up, in one
/// call and in many.
#[test]
fn passes_are_what_f_counts() {
    for max_steps in [1, 3, 50] {
        let f = squares(480);
        let by = Lbfgs { max_steps, ..Lbfgs::from(Multiple(0.6)) };
        let method = VarianceReduced { batch: 5, seed: 1, by };
        let mut iterate = Iterate::new(DMatrix::from_column_slice(2, 1, &[-30.0, 20.0]));
        let (v, mut passes) = (DMatrix::from_column_slice(2, 1, &PULL), 0);
        loop {
            let target = Target { v: &v, rho: PENALTY, tolerance: TOLERANCE };
            let cost = method.minimise(&f, &Flat, &mut iterate, target).unwrap().cost;
            passes += cost.passes;
            let [all, of_batches] = [0, 1].map(|kind| f.evaluations[kind].load(Relaxed));
            assert_eq!(iterate.memory.read, of_batches);
            assert_eq!(passes, all + of_batches.div_ceil(f.terms() as u64));
            if cost.steps == 0 {
                break;
            }
        }
        assert!(iterate.memory.grown > 1 && iterate.memory.read > f.terms() as u64, "{}", iterate.memory.grown);
    }
}
