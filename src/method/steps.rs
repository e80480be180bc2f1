//! Steps along a custom direction.

use super::Method;
use crate::{Direction, Error, Iterate, Manifold, Real, Result, Space, Target, Work};
use nalgebra::DMatrix;

/// The size η of a custom step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rate<T> {
    /// A constant η.
    Constant(T),
    /// η = 1/(L + ρ) for a direction whose Lipschitz constant is L: stable for every penalty.
    Lipschitz(T),
}

/// x ← retract(x + η(direction(x) − ρ(x − v))), the custom update pulled towards the other block.
#[derive(Debug, Clone, Copy)]
pub struct Steps<T> {
    /// η.
    pub rate: Rate<T>,
    /// The most steps that one call takes.
    pub max_steps: u64,
}

impl<T: Real, F: Direction<T>> Method<T, F> for Steps<T> {
    type Point = DMatrix<T>;
    type Memory = F::Memory;

    fn value(&self, f: &F, x: &DMatrix<T>) -> Result<T> {
        f.value(x)
    }

    fn minimise(
        &self,
        f: &F,
        on: &dyn Manifold<T>,
        x: &mut Iterate<DMatrix<T>, F::Memory>,
        to: Target<'_, T, DMatrix<T>>,
    ) -> Result<Work> {
        let rate = match self.rate {
            Rate::Constant(rate) => rate,
            Rate::Lipschitz(lipschitz) => T::one() / (lipschitz + to.penalty),
        };
        let mut work = Work::default();
        while work.steps < self.max_steps {
            let mut direction = f.direction(&x.point, &mut x.memory)?;
            Error::check_size("direction", Space::shape(&x.point), Space::shape(&direction))?;
            direction -= (&x.point - to.v) * to.penalty;
            let moved = on.retract(&x.point, &(direction * rate))?;
            let change = (&moved - &x.point).norm() / rate;
            x.point = moved;
            work += Work { steps: 1, passes: f.passes() };
            if change <= to.tolerance {
                break;
            }
        }
        Ok(work)
    }
}
