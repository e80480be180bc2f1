//! Minibatches of reduced variance: between two full passes a random batch stands for all samples.
//!
//! The gradient ∇f is known at an anchor x̃. It corrects the gradient of the batch as in SVRG (Johnson and Zhang,
//! "Accelerating stochastic gradient descent using predictive variance reduction", 2013; on manifolds Zhang, Reddi and
//! Sra 2016), to
//!
//! > ∇f_b(x) − ∇f_b(x̃) + ∇f(x̃),
//!
//! Its noise vanishes as x comes to x̃. It is the gradient of f_b(x) + ⟨∇f(x̃) − ∇f_b(x̃), x⟩, which L-BFGS lowers in a
//! few steps that read the batch alone (Shamir, Srebro and Zhang, "Communication-efficient distributed optimization
//! using an approximate Newton-type method", 2014). There is no step size to tune, and the pull of the target enters
//! exactly.

use super::{InitialHessian, Lbfgs, LbfgsMemory, ModelMemory, Near};
use crate::generator::{Generator, draw};
use crate::loss::FiniteSum;
use crate::scalar::Scalar;
use admm::certificate::Smoothness;
use admm::method::{DescentMethod, Evaluated, Search, stationarity, value_at};
use admm::space::Space;
use admm::{Cost, Iterate, Manifold, Result, Smooth, Target};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The most steps on one batch.
const STEPS: u64 = 10;
/// The gradient that may remain on a batch, in units of that at the anchor.
const REMAINING: f64 = 0.3;
/// The part of a batch's promise that must come true, or the next batch is larger.
const KEPT: f64 = 0.5;
/// The factor by which the next batch is larger.
const GROWTH: usize = 2;
/// The largest batch, in units of all samples: beyond it ten steps take most of a pass, in which L-BFGS gets as far.
const LARGEST: f64 = 1.0 / 16.0;

/// L-BFGS of which each step, while batches are worth it, is an epoch: at most ten steps on a random batch, and a full
/// pass that judges where they led.
///
/// If f did not fall, L-BFGS takes a step on all samples from the anchor instead. So f falls at every anchor, whatever
/// the batch. If f fell by less than half of what the batch promised, the next batch is twice as large (Byrd, Chin,
/// Nocedal and Wu, "Sample size selection in optimization methods for machine learning", 2012). When a batch would
/// exceed a sixteenth of the samples, L-BFGS goes on alone. An epoch counts as one of the steps that a call may
/// take.
#[derive(Debug, Clone, Copy)]
pub struct VarianceReduced<H> {
    /// The samples of the first batch.
    pub batch: usize,
    /// The seed of the generator.
    pub seed: u64,
    /// The method that lowers the batches, and goes on alone at the end.
    pub by: Lbfgs<H>,
}

/// The memory of [`VarianceReduced`] between calls.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Scalar, P: Serialize", deserialize = "T: Scalar, P: DeserializeOwned"))]
pub struct BatchMemory<T, P> {
    /// The memory of L-BFGS.
    pub descent: LbfgsMemory<T, P>,
    /// The generator of the random sample numbers.
    pub generator: Option<Generator>,
    /// The size of a batch in units of the first batch.
    pub grown: usize,
    /// Samples that batches have read: what passes that took is counted as they fill up.
    pub read: u64,
}

impl<T, P> Default for BatchMemory<T, P> {
    fn default() -> Self {
        BatchMemory { descent: LbfgsMemory::default(), generator: None, grown: 1, read: 0 }
    }
}

impl<T: Scalar, F: FiniteSum<T>, H: InitialHessian<T, F::Point> + Clone> DescentMethod<T, F> for VarianceReduced<H> {
    type Point = F::Point;
    type Memory = BatchMemory<T, F::Point>;

    fn value(&self, f: &F, x: &Iterate<F::Point, Self::Memory>) -> Result<T> {
        value_at(f, &x.point, x.memory.descent.here.as_ref())
    }
    fn smoothness(&self, f: &F, x: &F::Point) -> Smoothness<T> {
        self.by.smoothness(f, x)
    }

    fn minimise(
        &self,
        f: &F,
        on: &dyn Manifold<T>,
        x: &mut Iterate<F::Point, Self::Memory>,
        to: Target<'_, T, DMatrix<T>>,
    ) -> Result<Cost> {
        let mut search = Search { f, on, to, cost: Cost::default() };
        while search.cost.steps < self.by.max_steps {
            let Some(size) = self.size(f.terms(), x.memory.grown) else {
                search.cost += self.on_all(self.by.max_steps - search.cost.steps, f, on, x, to)?;
                break;
            };
            let here = search.evaluate(&x.point, x.memory.descent.here.take())?;
            let slope = stationarity(on, &x.point, &here.total_gradient(&x.point, &to))?;
            if slope <= to.tolerance {
                x.memory.descent.here = Some(here);
                break;
            }
            let found = self.on_batch(size, &mut search, x, &here, slope)?;
            if judge(&mut search, x, here, found)? {
                search.cost.steps += 1;
                continue;
            }
            let single = self.on_all(1, f, on, x, to)?;
            search.cost += single;
            if single.steps == 0 {
                break;
            }
        }
        Ok(search.cost)
    }
}

/// The point that a batch has led to, with the pairs found on the way.
type Led<T, P> = Iterate<P, LbfgsMemory<T, P>>;

impl<H> VarianceReduced<H> {
    /// The samples of the next batch, as long as it is worth reading.
    fn size(&self, n: usize, grown: usize) -> Option<usize> {
        Some(self.batch.saturating_mul(grown)).filter(|&size| size as f64 <= LARGEST * n as f64)
    }

    /// Steps of L-BFGS on all samples.
    fn on_all<T: Scalar, F: Smooth<T>>(
        &self,
        max_steps: u64,
        f: &F,
        on: &dyn Manifold<T>,
        x: &mut Iterate<F::Point, BatchMemory<T, F::Point>>,
        to: Target<'_, T, DMatrix<T>>,
    ) -> Result<Cost>
    where
        H: InitialHessian<T, F::Point> + Clone,
    {
        let mut whole = Iterate { point: x.point.clone(), memory: std::mem::take(&mut x.memory.descent) };
        let cost = Lbfgs { max_steps, ..self.by.clone() }.minimise(f, on, &mut whole, to);
        (x.point, x.memory.descent) = (whole.point, whole.memory);
        cost
    }

    /// Goes from an anchor by steps on a batch of the given size. The model of the Hessian is looked up at the anchor
    /// alone.
    fn on_batch<T: Scalar, F: FiniteSum<T>>(
        &self,
        size: usize,
        search: &mut Search<'_, T, F>,
        x: &mut Iterate<F::Point, BatchMemory<T, F::Point>>,
        here: &Evaluated<T, F::Point>,
        slope: T,
    ) -> Result<Led<T, F::Point>>
    where
        H: InitialHessian<T, F::Point>,
    {
        let BatchMemory { descent, generator, read, .. } = &mut x.memory;
        let known = descent.model.known(&self.by.initial, &x.point, &mut search.cost).clone();
        let n = search.f.terms();
        let batch = Corrected::new(search.f.of_batch(&draw(generator, self.seed, n, size)), &x.point, here)?;
        let anchored = Lbfgs::from(Anchored { model: &self.by.initial, known });
        let by = Lbfgs { memory: self.by.memory, max_steps: STEPS, ..anchored };
        let memory = LbfgsMemory { here: Some(here.clone()), pairs: descent.pairs.clone(), ..LbfgsMemory::default() };
        let mut found = Iterate { point: x.point.clone(), memory };
        let tolerance = search.to.tolerance.max(T::of(REMAINING) * slope);
        let cost = by.minimise(&batch, search.on, &mut found, Target { tolerance, ..search.to })?;
        let passes = |read: u64| read.div_ceil(n as u64);
        let before = passes(*read);
        *read += (cost.passes + batch.of.passes()) * size as u64;
        search.cost.passes += passes(*read) - before;
        Ok(found)
    }
}

/// Takes what a batch led to where f, with the pull, fell; and what follows for the size of the next.
fn judge<T: Scalar, F: Smooth<T>>(
    search: &mut Search<'_, T, F>,
    x: &mut Iterate<F::Point, BatchMemory<T, F::Point>>,
    here: Evaluated<T, F::Point>,
    found: Led<T, F::Point>,
) -> Result<bool> {
    let there = Evaluated::at(search.f, &found.point, &mut search.cost)?;
    let total = |at: &Evaluated<T, F::Point>, point: &F::Point| at.total(point, &search.to);
    let before = total(&here, &x.point);
    let promised = found.memory.here.as_ref().map_or(T::zero(), |there| before - total(there, &found.point));
    let fell = before - total(&there, &found.point);
    if fell < T::of(KEPT) * promised || fell <= T::zero() {
        x.memory.grown = x.memory.grown.saturating_mul(GROWTH);
    }
    if fell <= T::zero() {
        x.memory.descent.here = Some(here);
        return Ok(false);
    }
    x.point = found.point;
    let model = ModelMemory { look_ups: x.memory.descent.model.look_ups, ..ModelMemory::default() };
    x.memory.descent = LbfgsMemory { here: Some(there), pairs: found.memory.pairs, model };
    Ok(true)
}

/// f_b(x) + ⟨∇f(x̃) − ∇f_b(x̃), x − x̃⟩ + f(x̃) − f_b(x̃), which has the value and the gradient of f at the anchor x̃.
struct Corrected<'a, T: Scalar, F: Smooth<T>> {
    of: F,
    anchor: &'a F::Point,
    value: T,
    gradient: F::Point,
}

impl<'a, T: Scalar, F: Smooth<T>> Corrected<'a, T, F> {
    fn new(of: F, anchor: &'a F::Point, here: &Evaluated<T, F::Point>) -> Result<Self> {
        let (value, gradient) = of.value_and_gradient(anchor)?;
        Ok(Corrected { of, anchor, value: here.value() - value, gradient: here.gradient().plus(-T::one(), &gradient) })
    }
}

impl<T: Scalar, F: Smooth<T>> Smooth<T> for Corrected<'_, T, F> {
    type Point = F::Point;

    fn value_and_gradient(&self, x: &F::Point) -> Result<(T, F::Point)> {
        let (value, gradient) = self.of.value_and_gradient(x)?;
        let slope = self.gradient.inner_product(&x.plus(-T::one(), self.anchor));
        Ok((value + slope + self.value, gradient.plus(T::one(), &self.gradient)))
    }
    fn passes(&self) -> u64 {
        self.of.passes()
    }
}

/// A model of the Hessian that knows what was looked up at the anchor.
struct Anchored<'a, T: Scalar, H> {
    model: &'a H,
    known: DMatrix<T>,
}

impl<T: Scalar, P: Send + Sync, H: InitialHessian<T, P>> InitialHessian<T, P> for Anchored<'_, T, H> {
    fn look_up(&self, _at: &P) -> DMatrix<T> {
        self.known.clone()
    }
    fn solve(&self, near: Near<'_, T, P>, q: P) -> Result<P> {
        self.model.solve(near, q)
    }
}

#[cfg(test)]
mod tests {
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
            let cost = method.minimise(&f, &Flat, &mut iterate, target).unwrap();
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
                let cost = method.minimise(&f, &Flat, &mut iterate, target).unwrap();
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
}
