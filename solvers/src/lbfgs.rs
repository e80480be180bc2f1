//! Limited-memory BFGS on a manifold, with a quadratic pull whose curvature is known exactly.
//!
//! Nocedal and Wright, "Numerical Optimization" (2006, algorithm 7.4); on a manifold the pairs are carried along by
//! projection onto the new tangent space (Huang, Gallivan and Absil 2015). The memory holds the curvature of f alone and
//! adds that of ρ/2 ‖x − v‖² when it is used, so it survives every change of v and ρ between two calls.
//!
//! The pairs correct an [`InitialHessian`]: a multiple of the identity, or a model of the Hessian that is cheap to invert.

use admm::method::{DescentMemory, Evaluated, Search, Trial, stationarity};
use admm::{Iterate, Manifold, Method, Point, Real, Result, Smooth, Smoothness, Space, Target, Work};
use nalgebra::DMatrix;

/// L-BFGS with a backtracking line search.
#[derive(Debug, Clone, Copy)]
pub struct Lbfgs<H = Scaling> {
    /// Curvature pairs kept.
    pub memory: usize,
    /// The most steps that one call takes.
    pub max_steps: u64,
    /// What the pairs correct.
    pub initial: H,
}

impl Default for Lbfgs {
    /// 20 pairs, 50 steps, no model of the Hessian.
    fn default() -> Self {
        Scaling.into()
    }
}

impl<H> From<H> for Lbfgs<H> {
    /// 20 pairs, 50 steps.
    fn from(initial: H) -> Self {
        Lbfgs { memory: 20, max_steps: 50, initial }
    }
}

/// The Hessian that L-BFGS takes for granted before its pairs correct it.
pub trait InitialHessian<T: Real, P>: Send + Sync {
    /// (H₀ + ρI)⁻¹q near the present point, with ρ on the coupled matrix alone: symmetric and positive in q.
    ///
    /// # Errors
    /// A model that cannot be made.
    fn solve(&self, near: Near<'_, T, P>, q: P) -> Result<P>;
    /// Passes over the data that a solution takes.
    fn passes(&self) -> f64 {
        0.0
    }
}

/// What is known where a direction is sought.
#[derive(Debug)]
pub struct Near<'a, T, P> {
    /// The point.
    pub point: &'a P,
    /// The gradient there, the pull included.
    pub gradient: &'a P,
    /// ρ.
    pub penalty: T,
    /// The last step and the change of the gradient along it.
    pub pair: Option<(&'a P, &'a P)>,
}

/// H₀ = (yᵀy/sᵀy)I of the last pair (Nocedal and Wright 2006, eq. 7.20), and a first step of length 1 at most.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scaling;

impl<T: Real, P: Space<T>> InitialHessian<T, P> for Scaling {
    fn solve(&self, near: Near<'_, T, P>, mut q: P) -> Result<P> {
        q.scale(match near.pair {
            Some((s, y)) => s.dot(y) / y.dot(y),
            None => T::one() / near.gradient.norm().max(T::one()),
        });
        Ok(q)
    }
}

/// [`Scaling`] where there is no model.
impl<T: Real, P: Space<T>, H: InitialHessian<T, P>> InitialHessian<T, P> for Option<H> {
    fn solve(&self, near: Near<'_, T, P>, q: P) -> Result<P> {
        match self {
            Some(model) => model.solve(near, q),
            None => Scaling.solve(near, q),
        }
    }
    fn passes(&self) -> f64 {
        self.as_ref().map_or(0.0, H::passes)
    }
}

impl<T: Real, F: Smooth<T>, H: InitialHessian<T, F::Point>> Method<T, F> for Lbfgs<H> {
    type Point = F::Point;
    type Memory = DescentMemory<T, F::Point>;

    fn value(&self, f: &F, x: &Iterate<F::Point, Self::Memory>) -> Result<T> {
        x.value(f)
    }
    fn smoothness(&self, f: &F, x: &F::Point) -> Smoothness<T> {
        Smoothness::Smooth { lipschitz: f.lipschitz(x) }
    }

    fn minimise(
        &self,
        f: &F,
        on: &dyn Manifold<T>,
        x: &mut Iterate<F::Point, Self::Memory>,
        to: Target<'_, T, DMatrix<T>>,
    ) -> Result<Work> {
        let mut search = Search { f, on, to, work: Work::default() };
        let mut here = search.evaluate(&x.point, x.memory.here.take())?;
        while search.work.steps < self.max_steps {
            let gradient = here.total_gradient(&x.point, &search.to);
            if stationarity(on, &x.point, &gradient)? <= search.to.tolerance {
                break;
            }
            let gradient = search.tangent(&x.point, gradient);
            search.work.passes += self.charge::<T, F::Point>(&mut x.memory.models);
            let direction = Curvature(&search).direction(&self.initial, &x.memory.pairs, &x.point, &gradient)?;
            let Some(trial) = search.backtrack(&x.point, &here, &gradient, &direction, T::one())? else {
                if x.memory.pairs.is_empty() {
                    break; // rounding hides every decrease
                }
                x.memory.pairs.clear();
                continue;
            };
            let Trial { point, there, length } = trial;
            let mut step = direction;
            step.scale(length);
            Curvature(&search).remember(&mut x.memory.pairs, self.memory, (&x.point, &here), (&point, &there), step);
            (x.point, here) = (point, there);
            search.work.steps += 1;
        }
        x.memory.here = Some(here);
        Ok(search.work)
    }
}

impl<H> Lbfgs<H> {
    /// The whole passes that one more model fills up.
    fn charge<T: Real, P>(&self, models: &mut u64) -> u64
    where
        H: InitialHessian<T, P>,
    {
        let passes = |models: u64| (self.initial.passes() * models as f64).ceil() as u64;
        *models += 1;
        passes(*models) - passes(*models - 1)
    }
}

/// The curvature that a call of the method knows.
struct Curvature<'s, 'a, T: Real, F>(&'s Search<'a, T, F>);

impl<T: Real, F: Smooth<T>> Curvature<'_, '_, T, F> {
    /// y + ρs: the change of the whole gradient along s.
    fn turned(&self, (s, y): &(F::Point, F::Point)) -> F::Point {
        let mut turned = y.clone();
        *turned.coupled_mut() += s.coupled() * self.0.to.penalty;
        turned
    }

    /// −Hg by the two-loop recursion; −g where that is no descent.
    fn direction(
        &self,
        initial: &impl InitialHessian<T, F::Point>,
        pairs: &[(F::Point, F::Point)],
        x: &F::Point,
        gradient: &F::Point,
    ) -> Result<F::Point> {
        let turned: Vec<F::Point> = pairs.iter().map(|pair| self.turned(pair)).collect();
        let mut q = gradient.clone();
        let mut weights = Vec::with_capacity(pairs.len());
        for ((s, _), y) in pairs.iter().zip(&turned).rev() {
            let weight = s.dot(&q) / s.dot(y);
            q.axpy(-weight, y);
            weights.push(weight);
        }
        let pair = pairs.last().zip(turned.last()).map(|((s, _), y)| (s, y));
        let near = Near { point: x, gradient, penalty: self.0.to.penalty, pair };
        let mut q = initial.solve(near, q)?;
        for (((s, _), y), weight) in pairs.iter().zip(&turned).zip(weights.into_iter().rev()) {
            q.axpy(weight - y.dot(&q) / s.dot(y), s);
        }
        let mut direction = self.0.tangent(x, q);
        direction.scale(-T::one());
        if direction.dot(gradient) < T::zero() {
            return Ok(direction);
        }
        let mut steepest = gradient.clone();
        steepest.scale(-T::one() / gradient.norm().max(T::one()));
        Ok(steepest)
    }

    /// Carries the pairs to the new point and adds the new one if its curvature is positive.
    fn remember(
        &self,
        pairs: &mut Vec<(F::Point, F::Point)>,
        limit: usize,
        (from, before): (&F::Point, &Evaluated<T, F::Point>),
        (to, after): (&F::Point, &Evaluated<T, F::Point>),
        step: F::Point,
    ) {
        let carry = |vector: F::Point| self.0.tangent(to, vector);
        pairs.iter_mut().for_each(|(s, y)| {
            *s = carry(s.clone());
            *y = carry(y.clone());
        });
        let old = carry(self.0.tangent(from, before.gradient().clone()));
        let turned = self.0.tangent(to, after.gradient().clone()).plus(-T::one(), &old);
        let pair = (carry(step), turned);
        let whole = self.turned(&pair);
        if pair.0.dot(&whole) > T::of(1e-10) * pair.0.norm() * whole.norm() {
            pairs.push(pair);
        }
        let surplus = pairs.len().saturating_sub(limit);
        pairs.drain(..surplus);
        pairs.retain(|pair| pair.0.dot(&self.turned(pair)) > T::zero());
    }
}
