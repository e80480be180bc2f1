//! The squared norm as a penalty.

use admm::{Direction, Point, Real, Result, Smooth};
use nalgebra::DMatrix;

/// f(x) + μ/2 ‖W‖², with the coupled matrix W of x. Of a custom direction G it makes G − μW.
#[derive(Debug, Clone, Copy)]
pub struct Ridge<F> {
    /// The function f.
    pub of: F,
    /// The weight μ ≥ 0.
    pub weight: f64,
}

impl<F> Ridge<F> {
    /// Adds μ/2 ‖W‖² to a value, and its gradient to a gradient.
    pub(crate) fn add<T: Real, P: Point<T>>(&self, x: &P, value: T, mut gradient: P) -> (T, P) {
        let (w, weight) = (x.coupled(), T::of(self.weight));
        *gradient.coupled_mut() += w * weight;
        (value + weight * T::of(0.5) * w.norm_squared(), gradient)
    }
}

impl<T: Real, F: Smooth<T>> Smooth<T> for Ridge<F> {
    type Point = F::Point;

    fn value_and_gradient(&self, x: &F::Point) -> Result<(T, F::Point)> {
        let (value, gradient) = self.of.value_and_gradient(x)?;
        Ok(self.add(x, value, gradient))
    }
    fn passes(&self) -> u64 {
        self.of.passes()
    }
    fn lipschitz(&self, x: &F::Point) -> Option<T> {
        self.of.lipschitz(x).map(|lipschitz| lipschitz + T::of(self.weight))
    }
}

impl<T: Real, F: Direction<T>> Direction<T> for Ridge<F> {
    type Memory = F::Memory;

    fn value(&self, w: &DMatrix<T>) -> Result<T> {
        Ok(self.of.value(w)? + T::of(self.weight * 0.5) * w.norm_squared())
    }
    fn direction(&self, w: &DMatrix<T>, memory: &mut F::Memory) -> Result<DMatrix<T>> {
        Ok(self.of.direction(w, memory)? - w * T::of(self.weight))
    }
    fn passes(&self) -> f64 {
        self.of.passes()
    }
}
