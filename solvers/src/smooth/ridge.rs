//! The squared norm as a penalty.

use admm::{Point, Real, Result, Smooth};

/// f(x) + μ/2 ‖W‖², with the coupled matrix W of x.
#[derive(Debug, Clone, Copy)]
pub struct Ridge<F> {
    /// f.
    pub of: F,
    /// μ ≥ 0.
    pub weight: f64,
}

impl<T: Real, F: Smooth<T>> Smooth<T> for Ridge<F> {
    type Point = F::Point;

    fn value_and_gradient(&self, x: &F::Point) -> Result<(T, F::Point)> {
        let (value, mut gradient) = self.of.value_and_gradient(x)?;
        let (w, weight) = (x.coupled(), T::of(self.weight));
        *gradient.coupled_mut() += w * weight;
        Ok((value + weight * T::of(0.5) * w.norm_squared(), gradient))
    }
    fn passes(&self) -> u64 {
        self.of.passes()
    }
}
