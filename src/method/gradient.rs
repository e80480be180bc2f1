//! Gradient descent with backtracking.

use super::{DescentMethod, GradientMemory, Search, stationarity, value_at};
use crate::space::Space;
use crate::subproblem::Smoothness;
use crate::{ConstraintSet, Cost, Iterate, Real, Result, Smooth, Solved, Target};
use nalgebra::DMatrix;
use serde::{Serialize, de::DeserializeOwned};

/// Gradient descent with Armijo backtracking along the retraction (or the projection arc of a convex set), and the
/// step of Barzilai and Borwein (1988, eq. 5) as the first trial.
#[derive(Debug, Clone, Copy)]
pub struct Gradient {
    /// The most steps that one call takes.
    pub max_steps: u64,
}

impl<T: Real, F: Smooth<T>> DescentMethod<T, F> for Gradient
where
    F::Point: Serialize + DeserializeOwned,
{
    type Point = F::Point;
    type Memory = GradientMemory<T, F::Point>;

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
        let mut search = Search { f, on, to, cost: Cost::default() };
        let mut here = search.evaluate(&x.point, x.memory.here.take())?;
        let mut length = x.memory.step.unwrap_or(T::one());
        let residual = loop {
            let gradient = here.total_gradient(&x.point, &to);
            let residual = stationarity(on, &x.point, &gradient)?;
            if residual <= to.tolerance || search.cost.steps >= self.max_steps {
                break residual;
            }
            let gradient = search.tangent(&x.point, gradient)?;
            let mut direction = gradient.clone();
            direction.scale_by(-T::one());
            let Some(trial) = search.backtrack(&x.point, &here, &gradient, &direction, length)? else { break residual };
            let moved = trial.point.plus(-T::one(), &x.point);
            let next = search.tangent(&trial.point, trial.there.total_gradient(&trial.point, &to))?;
            let curvature = moved.inner_product(&next.plus(-T::one(), &gradient));
            let doubled = trial.length * T::of(2.0);
            length = if curvature > T::zero() { moved.inner_product(&moved) / curvature } else { doubled };
            (x.point, here) = (trial.point, trial.there);
            search.cost.steps += 1;
        };
        x.memory = GradientMemory { here: Some(here), step: Some(length) };
        Ok(Solved::within(residual, search.cost))
    }
}
