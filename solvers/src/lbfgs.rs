//! Limited-memory BFGS on a manifold, with a quadratic pull whose curvature is known exactly.
//!
//! Nocedal and Wright, "Numerical Optimization" (2006, algorithm 7.4); on a manifold the pairs are carried along by
//! projection onto the new tangent space (Huang, Gallivan and Absil 2015). The memory holds the curvature of f alone and
//! adds that of ρ/2 ‖x − v‖² when it is used, so it survives every change of v and ρ between two calls.

use admm::method::{DescentMemory, Evaluated, retract, stationarity};
use admm::{Iterate, Manifold, Method, Point, Real, Result, Smooth, Space, Target, Work};
use nalgebra::DMatrix;

/// L-BFGS with a backtracking line search.
#[derive(Debug, Clone, Copy)]
pub struct Lbfgs {
    /// Curvature pairs kept.
    pub memory: usize,
    /// The most steps that one call takes.
    pub max_steps: u64,
}

impl Default for Lbfgs {
    /// 20 pairs, 50 steps.
    fn default() -> Self {
        Lbfgs { memory: 20, max_steps: 50 }
    }
}

impl<T: Real, F: Smooth<T>> Method<T, F> for Lbfgs {
    type Point = F::Point;
    type Memory = DescentMemory<T, F::Point>;

    fn value(&self, f: &F, x: &F::Point) -> Result<T> {
        Ok(f.value_and_gradient(x)?.0)
    }

    fn minimise(
        &self,
        f: &F,
        on: &dyn Manifold<T>,
        x: &mut Iterate<F::Point, Self::Memory>,
        to: Target<'_, T, DMatrix<T>>,
    ) -> Result<Work> {
        let mut search = Search { f, on, to, work: Work::default() };
        let mut here = match x.memory.here.take() {
            Some(here) => here,
            None => Evaluated::at(f, &x.point, &mut search.work)?,
        };
        while search.work.steps < self.max_steps {
            let gradient = here.total_gradient(&x.point, &search.to);
            if stationarity(on, &x.point, &gradient)? <= search.to.tolerance {
                break;
            }
            let gradient = tangent(on, &x.point, gradient);
            let direction = search.direction(&x.memory.pairs, &x.point, &gradient);
            let Some((point, there, step)) = search.backtrack(&x.point, &here, &gradient, &direction)? else {
                if x.memory.pairs.is_empty() {
                    break; // rounding hides every decrease
                }
                x.memory.pairs.clear();
                continue;
            };
            search.remember(&mut x.memory.pairs, self.memory, (&x.point, &here), (&point, &there), step);
            (x.point, here) = (point, there);
            search.work.steps += 1;
        }
        x.memory.here = Some(here);
        Ok(search.work)
    }
}

/// The tangent part of a gradient; what is not coupled is free.
fn tangent<T: Real, P: Point<T>>(on: &dyn Manifold<T>, x: &P, mut gradient: P) -> P {
    *gradient.coupled_mut() = on.tangent(x.coupled(), gradient.coupled());
    gradient
}

/// One call of the method.
struct Search<'a, T: Real, F> {
    f: &'a F,
    on: &'a dyn Manifold<T>,
    to: Target<'a, T, DMatrix<T>>,
    work: Work,
}

impl<T: Real, F: Smooth<T>> Search<'_, T, F> {
    /// y + ρs: the change of the whole gradient along s.
    fn turned(&self, (s, y): &(F::Point, F::Point)) -> F::Point {
        let mut turned = y.clone();
        *turned.coupled_mut() += s.coupled() * self.to.penalty;
        turned
    }

    /// −Hg by the two-loop recursion, scaled by the last pair; −g where that is no descent.
    fn direction(&self, pairs: &[(F::Point, F::Point)], x: &F::Point, gradient: &F::Point) -> F::Point {
        let turned: Vec<F::Point> = pairs.iter().map(|pair| self.turned(pair)).collect();
        let mut q = gradient.clone();
        let mut weights = Vec::with_capacity(pairs.len());
        for ((s, _), y) in pairs.iter().zip(&turned).rev() {
            let weight = s.dot(&q) / s.dot(y);
            q.axpy(-weight, y);
            weights.push(weight);
        }
        if let (Some((s, _)), Some(y)) = (pairs.last(), turned.last()) {
            q.scale(s.dot(y) / y.dot(y));
        } else {
            q.scale(T::one() / gradient.norm().max(T::one()));
        }
        for (((s, _), y), weight) in pairs.iter().zip(&turned).zip(weights.into_iter().rev()) {
            q.axpy(weight - y.dot(&q) / s.dot(y), s);
        }
        let mut direction = tangent(self.on, x, q);
        direction.scale(-T::one());
        if direction.dot(gradient) < T::zero() {
            return direction;
        }
        let mut steepest = gradient.clone();
        steepest.scale(-T::one() / gradient.norm().max(T::one()));
        steepest
    }

    /// The first step of 1, t, … that satisfies Armijo's condition, or close to rounding the approximate Wolfe
    /// condition of Hager and Zhang (2005, eq. 4.1); t by quadratic interpolation. `None` if there is none.
    fn backtrack(
        &mut self,
        x: &F::Point,
        here: &Evaluated<T, F::Point>,
        gradient: &F::Point,
        direction: &F::Point,
    ) -> Result<Option<(F::Point, Evaluated<T, F::Point>, F::Point)>> {
        let (start, slope) = (here.total(x, &self.to), gradient.dot(direction));
        let slack = T::of(8.0) * T::EPSILON * start.abs();
        let (armijo, mut length) = (T::of(1e-4), T::one());
        for _ in 0..40 {
            let mut step = direction.clone();
            step.scale(length);
            let point = retract(self.on, x, &step)?;
            let there = Evaluated::at(self.f, &point, &mut self.work)?;
            let value = there.total(&point, &self.to);
            let flat = || {
                let end = tangent(self.on, &point, there.total_gradient(&point, &self.to)).dot(direction);
                end.abs() <= (T::one() - T::of(2.0) * armijo) * slope.abs()
            };
            if value <= start + armijo * length * slope || (value <= start + slack && flat()) {
                return Ok(Some((point, there, step)));
            }
            let interpolated = -slope * length * length / (T::of(2.0) * (value - start - slope * length));
            length = interpolated.max(T::of(0.1) * length).min(T::of(0.5) * length);
        }
        Ok(None)
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
        let carry = |vector: F::Point| tangent(self.on, to, vector);
        pairs.iter_mut().for_each(|(s, y)| {
            *s = carry(s.clone());
            *y = carry(y.clone());
        });
        let old = carry(tangent(self.on, from, before.gradient().clone()));
        let turned = tangent(self.on, to, after.gradient().clone()).plus(-T::one(), &old);
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
