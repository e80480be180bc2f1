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
use admm::{ConstraintSet, Cost, Iterate, Result, Smooth, Solved, Target};
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

impl<T: admm::Real, P> Default for BatchMemory<T, P> {
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
        on: &dyn ConstraintSet<T>,
        x: &mut Iterate<F::Point, Self::Memory>,
        to: Target<'_, T, DMatrix<T>>,
    ) -> Result<Solved<T>> {
        on.geometry().check_smooth("VarianceReduced")?;
        let mut search = Search { f, on, to, cost: Cost::default() };
        loop {
            let left = self.by.max_steps - search.cost.steps;
            let size = self.size(f.terms(), x.memory.grown).filter(|_| left > 0);
            let Some(size) = size else {
                let whole = self.on_all(left, f, on, x, to)?;
                search.cost += whole.cost;
                return Ok(Solved { cost: search.cost, ..whole });
            };
            let here = search.evaluate(&x.point, x.memory.descent.here.take())?;
            let slope = stationarity(on, &x.point, &here.total_gradient(&x.point, &to))?;
            if slope <= to.tolerance {
                x.memory.descent.here = Some(here);
                return Ok(Solved::within(slope, search.cost));
            }
            let found = self.on_batch(size, &mut search, x, &here, slope)?;
            if judge(&mut search, x, here, found)? {
                search.cost.steps += 1;
                continue;
            }
            let single = self.on_all(1, f, on, x, to)?;
            search.cost += single.cost;
            if single.cost.steps == 0 {
                return Ok(Solved { cost: search.cost, ..single });
            }
        }
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
        on: &dyn ConstraintSet<T>,
        x: &mut Iterate<F::Point, BatchMemory<T, F::Point>>,
        to: Target<'_, T, DMatrix<T>>,
    ) -> Result<Solved<T>>
    where
        H: InitialHessian<T, F::Point> + Clone,
    {
        let mut whole = Iterate { point: x.point.clone(), memory: std::mem::take(&mut x.memory.descent) };
        let solved = Lbfgs { max_steps, ..self.by.clone() }.minimise(f, on, &mut whole, to);
        (x.point, x.memory.descent) = (whole.point, whole.memory);
        solved
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
        let cost = by.minimise(&batch, search.on, &mut found, Target { tolerance, ..search.to })?.cost;
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
mod tests;
