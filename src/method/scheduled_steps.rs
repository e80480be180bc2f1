//! Steps along a custom direction.

use super::{DescentMethod, land};
use crate::{ConstraintSet, Cost, Direction, Error, Iterate, Real, Result, Solved, Target};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Real, M: Serialize", deserialize = "T: Real, M: DeserializeOwned"))]
pub struct ScheduledStepsMemory<T: Real, M> {
    /// Steps taken in all calls: where the schedule of η stands.
    pub taken: u64,
    /// Directions asked for in all calls.
    pub asked: u64,
    /// The memory of the direction.
    pub rule: M,
    /// The direction at the last answer, by which the answer was measured, and the memory that it leaves: the next call
    /// begins with it.
    pub ahead: Option<(DMatrix<T>, M)>,
}

impl<T: Real, M: Default> Default for ScheduledStepsMemory<T, M> {
    fn default() -> Self {
        ScheduledStepsMemory { taken: 0, asked: 0, rule: M::default(), ahead: None }
    }
}

/// The answer is measured by the fixed-point residual ‖x⁺ − x‖/η of the step that would follow, pull included: a slow
/// rule has a large one, a solved subproblem a small one. Directions with noise, at a [decaying rate](Rate::Decaying),
/// are measured by the mean over the steps of the call, ‖x − x₀‖/Ση, in which noise averages out. It is an estimate:
/// its error is the standard deviation of a direction over the square root of the number of steps.
impl<T: Real, F: Direction<T>> DescentMethod<T, F> for ScheduledSteps<T> {
    type Point = DMatrix<T>;
    type Memory = ScheduledStepsMemory<T, F::Memory>;

    fn value(&self, f: &F, x: &Iterate<DMatrix<T>, Self::Memory>) -> Result<T> {
        f.value(&x.point)
    }

    fn minimise(
        &self,
        f: &F,
        on: &dyn ConstraintSet<T>,
        x: &mut Iterate<DMatrix<T>, Self::Memory>,
        to: Target<'_, T, DMatrix<T>>,
    ) -> Result<Solved<T>> {
        let (start, mut cost, mut lengths) = (x.point.clone(), Cost::default(), T::zero());
        let noisy = matches!(self.rate, Rate::Decaying { .. });
        let mut fixed_point = None;
        while !(noisy && cost.steps == self.max_steps) {
            let rate = self.rate.at(x.memory.taken, to.rho);
            check_rate(rate)?;
            let (direction, rule) = look_ahead(f, x, &mut cost)?;
            let step = &direction - (&x.point - to.v) * to.rho;
            let moved = land(on, &x.point, &(step * rate))?;
            let residual = (&moved - &x.point).norm() / rate;
            if !noisy && (residual <= to.tolerance || cost.steps == self.max_steps) {
                x.memory.ahead = Some((direction, rule));
                fixed_point = Some(residual);
                break;
            }
            (x.point, x.memory.rule) = (moved, rule);
            x.memory.taken += 1;
            cost.steps += 1;
            lengths += rate;
        }
        let mean = || (cost.steps > 0).then(|| (&x.point - start).norm() / lengths);
        Ok(Solved { residual: fixed_point.or_else(mean), cost })
    }
}

/// The direction at x and the memory that it leaves: kept from the end of the last call, or asked for.
fn look_ahead<T: Real, F: Direction<T>>(
    f: &F,
    x: &mut Iterate<DMatrix<T>, ScheduledStepsMemory<T, F::Memory>>,
    cost: &mut Cost,
) -> Result<(DMatrix<T>, F::Memory)> {
    if let Some(kept) = x.memory.ahead.take() {
        return Ok(kept);
    }
    let mut rule = x.memory.rule.clone();
    let direction = f.direction(&x.point, &mut rule)?;
    Error::check_size("direction", x.point.shape(), direction.shape())?;
    let passes = |asked: u64| (f.passes() * asked as f64).ceil() as u64;
    cost.passes += passes(x.memory.asked + 1) - passes(x.memory.asked);
    x.memory.asked += 1;
    Ok((direction, rule))
}
