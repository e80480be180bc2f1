//! Limited-memory BFGS on a manifold, with a quadratic pull whose curvature is known exactly.
//!
//! This file is the textbook method. `model` is the Hessian that the curvature pairs correct, `answers` are calls that
//! need no evaluation of f because a model of f answers them, and `memory` is what the method keeps between calls.

mod answers;
mod memory;
mod model;
#[cfg(test)]
mod tests;

pub use memory::{LbfgsMemory, ModelMemory};
pub use model::{InitialHessian, Near, Scaling};

use admm::certificate::Smoothness;
use admm::method::{DescentMethod, Search, stationarity, value_at};
use admm::space::Space;
use admm::{ConstraintSet, Cost, Iterate, Real, Result, Smooth, Solved, Target};
use memory::turned;
use nalgebra::DMatrix;

/// L-BFGS with a backtracking line search (Nocedal and Wright, "Numerical Optimization", 2006, algorithm 7.4).
///
/// On a manifold the pairs are carried along by projection onto the new tangent space (Huang, Gallivan and Absil 2015).
/// The memory holds the curvature of f alone and adds that of ρ/2 ‖x − v‖² when it is used, so it survives every change
/// of v and ρ between two calls.
///
/// The pairs correct an [`InitialHessian`]: a multiple of the identity, or a model of the Hessian that is cheap to
/// invert. With such a model, f and ∇f where they were last evaluated give a model of f, whose minimum under any pull
/// is known without another evaluation. Such answers let the other blocks of ADMM come to terms with the model before f
/// is evaluated again.
#[derive(Debug, Clone, Copy)]
pub struct Lbfgs<H = Scaling> {
    /// The most curvature pairs that are kept.
    pub memory: usize,
    /// The most steps that one call takes.
    pub max_steps: u64,
    /// The most calls in a row that the model of f answers between two that evaluate f, on flat space. The first call
    /// evaluates f.
    pub answers: u64,
    /// The Hessian that the pairs correct.
    pub initial: H,
}

impl Default for Lbfgs {
    /// 20 pairs, 50 steps, no answers, no model of the Hessian.
    fn default() -> Self {
        Scaling.into()
    }
}

impl<H> From<H> for Lbfgs<H> {
    /// 20 pairs, 50 steps, no answers.
    fn from(initial: H) -> Self {
        Lbfgs { memory: 20, max_steps: 50, answers: 0, initial }
    }
}

impl<T: Real, F: Smooth<T>, H: InitialHessian<T, F::Point>> DescentMethod<T, F> for Lbfgs<H> {
    type Point = F::Point;
    type Memory = LbfgsMemory<T, F::Point>;

    fn value(&self, f: &F, x: &Iterate<F::Point, Self::Memory>) -> Result<T> {
        value_at(f, &x.point, x.memory.here.as_ref())
    }
    fn smoothness(&self, f: &F, x: &F::Point) -> Smoothness<T> {
        Smoothness::Smooth { lipschitz: f.lipschitz(x) }
    }

    fn minimise(
        &self,
        f: &F,
        on: &dyn ConstraintSet<T>,
        x: &mut Iterate<F::Point, Self::Memory>,
        to: Target<'_, T, DMatrix<T>>,
    ) -> Result<Solved<T>> {
        on.geometry().check_smooth("Lbfgs")?;
        let mut search = Search { f, on, to, cost: Cost::default() };
        let may_answer = answers::resume(x, &search, self.answers);
        let mut here = search.evaluate(&x.point, x.memory.here.take())?;
        let residual = loop {
            let gradient = here.total_gradient(&x.point, &search.to);
            let residual = stationarity(on, &x.point, &gradient)?;
            if residual <= search.to.tolerance || search.cost.steps >= self.max_steps {
                break residual;
            }
            let gradient = search.tangent(&x.point, gradient)?;
            let direction = self.direction(&mut search, x, &gradient)?;
            if may_answer && let Some(foreseen) = answers::foreseen(&search, &here, &gradient, &direction) {
                let untested = answers::answer(x, here, &direction, foreseen);
                return Ok(Solved::within(untested, search.cost));
            }
            let reach = self.initial.reach(&x.point, &direction);
            let Some(trial) = search.backtrack(&x.point, &here, &gradient, &direction, reach)? else {
                if x.memory.pairs.is_empty() {
                    break residual; // rounding hides every decrease
                }
                x.memory.pairs.clear();
                continue;
            };
            x.memory.model.leave(&search, &here, &gradient, &direction, &trial, self.initial.keeps());
            x.memory.remember(&search, self.memory, (&x.point, &here), direction, &trial)?;
            (x.point, here) = (trial.point, trial.there);
            search.cost.steps += 1;
        };
        x.memory.here = Some(here);
        Ok(Solved::within(residual, search.cost))
    }
}

impl<H> Lbfgs<H> {
    /// −(H + ρ)⁻¹g by the two-loop recursion, projected onto the tangent space. Where that is no descent direction: −g,
    /// shortened to length 1.
    fn direction<T: Real, F: Smooth<T>>(
        &self,
        search: &mut Search<'_, T, F>,
        x: &mut Iterate<F::Point, LbfgsMemory<T, F::Point>>,
        gradient: &F::Point,
    ) -> Result<F::Point>
    where
        H: InitialHessian<T, F::Point>,
    {
        let (point, LbfgsMemory { model, pairs, .. }) = (&x.point, &mut x.memory);
        let (stiffness, rho) = (model.stiffness.unwrap_or(T::one()), search.to.rho);
        let turned: Vec<F::Point> = pairs.iter().map(|pair| turned(pair, rho)).collect();
        let (mut q, mut weights) = (gradient.clone(), Vec::with_capacity(pairs.len()));
        for (pair, y) in pairs.iter().zip(&turned).rev() {
            let weight = pair.0.inner_product(&q) / pair.0.inner_product(y);
            q.axpy(-weight, y);
            weights.push(weight);
        }
        let known = model.known(&self.initial, point, &mut search.cost);
        let pair = pairs.last().zip(turned.last()).map(|(pair, y)| (&pair.0, y));
        let mut q = self.initial.solve(Near { point, known, gradient, rho, stiffness, pair }, q)?;
        for ((pair, y), weight) in pairs.iter().zip(&turned).zip(weights.into_iter().rev()) {
            q.axpy(weight - y.inner_product(&q) / pair.0.inner_product(y), &pair.0);
        }
        let mut direction = search.tangent(point, q)?;
        direction.scale_by(-T::one());
        if direction.inner_product(gradient) < T::zero() {
            return Ok(direction);
        }
        let mut steepest = gradient.clone();
        steepest.scale_by(-T::one() / gradient.euclidean_norm().max(T::one()));
        Ok(steepest)
    }
}
