//! Steps along a custom direction.

use super::{DescentMethod, land};
use crate::{ConstraintSet, Cost, Direction, Error, Iterate, Real, Result, Target};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// The size η of a custom step.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Rate<T> {
    /// The same η in every step.
    Constant(T),
    /// η = 1/(L + ρ) for a direction whose Lipschitz constant is L: stable for every penalty.
    Lipschitz(T),
    /// ηₜ = 1/((L + ρ)(1 + t/τ)) after t steps, the c/(τ + t) of Robbins and Monro (1951) with c = τ/(L + ρ): for a
    /// direction with noise, which such steps average out as t grows.
    Decaying {
        /// The Lipschitz constant L.
        lipschitz: T,
        /// τ > 0, the number of steps after which η is half of the first.
        horizon: T,
    },
}

impl<T: Real> Rate<T> {
    /// η for the step after `taken` others.
    fn at(self, taken: u64, rho: T) -> T {
        match self {
            Rate::Constant(rate) => rate,
            Rate::Lipschitz(lipschitz) => T::one() / (lipschitz + rho),
            Rate::Decaying { lipschitz, horizon } => {
                T::one() / ((lipschitz + rho) * (T::one() + T::of(taken as f64) / horizon))
            }
        }
    }
}

/// Checks that the step size η is positive and finite. With η = 0 a step shows nothing of the gradient; with η < 0 it
/// leads away.
fn check_rate<T: Real>(rate: T) -> Result<()> {
    if rate > T::zero() && rate.is_finite() {
        return Ok(());
    }
    Err(Error::parameter("rate", format!("must give a step of positive and finite size, got {rate}")))
}

/// x ← retract(x + η(direction(x) − ρ(x − v))), the custom update pulled towards the other block.
///
/// # Errors
/// [`Error::Parameters`] for an η that is not positive and finite, and those of the direction and the manifold.
#[derive(Debug, Clone, Copy)]
pub struct ScheduledSteps<T> {
    /// The step size η.
    pub rate: Rate<T>,
    /// The most steps that one call takes.
    pub max_steps: u64,
}

/// The memory of [`ScheduledSteps`] between calls.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ScheduledStepsMemory<M> {
    /// Steps taken in all calls: where the schedule of η stands.
    pub taken: u64,
    /// The memory of the direction.
    pub rule: M,
}

impl<T: Real, F: Direction<T>> DescentMethod<T, F> for ScheduledSteps<T> {
    type Point = DMatrix<T>;
    type Memory = ScheduledStepsMemory<F::Memory>;

    fn value(&self, f: &F, x: &Iterate<DMatrix<T>, Self::Memory>) -> Result<T> {
        f.value(&x.point)
    }

    fn minimise(
        &self,
        f: &F,
        on: &dyn ConstraintSet<T>,
        x: &mut Iterate<DMatrix<T>, Self::Memory>,
        to: Target<'_, T, DMatrix<T>>,
    ) -> Result<Cost> {
        let passes = |taken: u64| (f.passes() * taken as f64).ceil() as u64;
        let mut cost = Cost::default();
        while cost.steps < self.max_steps {
            let rate = self.rate.at(x.memory.taken, to.rho);
            check_rate(rate)?;
            let mut direction = f.direction(&x.point, &mut x.memory.rule)?;
            Error::check_size("direction", x.point.shape(), direction.shape())?;
            direction -= (&x.point - to.v) * to.rho;
            let moved = land(on, &x.point, &(direction * rate))?;
            let change = (&moved - &x.point).norm() / rate;
            x.point = moved;
            x.memory.taken += 1;
            cost += Cost { steps: 1, passes: passes(x.memory.taken) - passes(x.memory.taken - 1) };
            if change <= to.tolerance {
                break;
            }
        }
        Ok(cost)
    }
}
