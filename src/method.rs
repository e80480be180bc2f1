//! The ways in which a [`Descent`](crate::Descent) block moves, and the parts to write another one.
//!
//! | Method | Moves |
//! |---|---|
//! | [`Gradient`](crate::Gradient) | along the gradient, by a line search with backtracking |
//! | [`ScheduledSteps`](crate::ScheduledSteps) | along a custom [`Direction`](crate::Direction), by steps of given lengths |
//!
//! A method of your own implements [`DescentMethod`]. [`Search`] and [`Evaluated`] do the common work.

pub(crate) mod gradient;
pub(crate) mod iterate;
pub(crate) mod scheduled_steps;
mod search;

pub use scheduled_steps::ScheduledStepsMemory;
pub use search::{Search, Trial};

use crate::subproblem::Smoothness;
use crate::{ConstraintSet, Cost, Error, Iterate, Point, Real, Result, Smooth, Solved, Target};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A way to lower f(x) + ρ/2 ‖x_coupled − v‖² for an f of type `F`.
pub trait DescentMethod<T: Real, F>: Send + Sync {
    /// The variable that the method moves.
    type Point: Point<T>;
    /// The memory between calls.
    type Memory: Clone + Default + Send + Sync + Serialize + DeserializeOwned;

    /// f(x), without the quadratic term.
    ///
    /// # Errors
    /// The errors of f.
    fn value(&self, f: &F, x: &Iterate<Self::Point, Self::Memory>) -> Result<T>;
    /// Moves x until the gradient is below the tolerance or the method's own limit is reached, and says how large the
    /// gradient is where it ends.
    ///
    /// # Errors
    /// The errors of f and of the set, and a function or a set that the method cannot move on.
    fn minimise(
        &self,
        f: &F,
        on: &dyn ConstraintSet<T>,
        x: &mut Iterate<Self::Point, Self::Memory>,
        to: Target<'_, T, DMatrix<T>>,
    ) -> Result<Solved<T>>;
    /// Returns what is known of the smoothness of f around x.
    fn smoothness(&self, _f: &F, _x: &Self::Point) -> Smoothness<T> {
        Smoothness::Unknown
    }
}

/// f and ∇f at a point; the quadratic pull of a [`Target`] is added when asked for, so that a change of v or ρ costs
/// no new evaluation of f.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Evaluated<T, P> {
    value: T,
    gradient: P,
}

impl<T: Real, P: Point<T>> Evaluated<T, P> {
    /// Evaluates f at x; the gradient must have the shape of x and be finite.
    ///
    /// # Errors
    /// The errors of f, [`Error::Size`] for a gradient of another size than x, and [`Error::NotFinite`].
    pub fn at<F: Smooth<T, Point = P>>(f: &F, x: &P, cost: &mut Cost) -> Result<Self> {
        let (value, gradient) = f.value_and_gradient(x)?;
        cost.passes += f.passes();
        Error::check_size("gradient", x.sizes(), gradient.sizes())?;
        if !value.is_finite() || !gradient.is_finite() {
            return Err(Error::not_finite("value or gradient of a smooth function"));
        }
        Ok(Evaluated { value, gradient })
    }
    /// Returns value and gradient of a quadratic model at x + step, where the step changes the gradient by y:
    /// f + ⟨∇f + y/2, step⟩ and ∇f + y.
    pub fn foreseen(&self, step: &P, y: &P) -> Self {
        let slope = self.gradient.plus(T::of(0.5), y).inner_product(step);
        Evaluated { value: self.value + slope, gradient: self.gradient.plus(T::one(), y) }
    }
    /// f(x) + ρ/2 ‖x_coupled − v‖².
    pub fn total(&self, x: &P, to: &Target<'_, T, DMatrix<T>>) -> T {
        let gap = x.coupled() - to.v;
        self.value + to.rho * T::of(0.5) * gap.norm_squared()
    }
    /// ∇f(x) + ρ(x_coupled − v), not yet projected onto a tangent space.
    pub fn total_gradient(&self, x: &P, to: &Target<'_, T, DMatrix<T>>) -> P {
        let mut gradient = self.gradient.clone();
        *gradient.coupled_mut() += (x.coupled() - to.v) * to.rho;
        gradient
    }
    /// Returns ∇f(x).
    pub fn gradient(&self) -> &P {
        &self.gradient
    }
    /// Returns the value f(x).
    pub fn value(&self) -> T {
        self.value
    }
}

/// The retraction of a step, with the drift off the set repaired: a residual beyond rounding is followed by the
/// projection.
///
/// # Errors
/// The errors of the retraction and the projection.
pub fn land<T: Real>(on: &dyn ConstraintSet<T>, x: &DMatrix<T>, step: &DMatrix<T>) -> Result<DMatrix<T>> {
    let moved = on.retract(x, step)?;
    let rounding = T::of(1e3) * T::EPSILON * (T::one() + moved.norm());
    if on.residual(&moved)? > rounding { on.project(&moved) } else { Ok(moved) }
}

/// Moves the coupled matrix by the retraction of the set and everything else by addition.
///
/// # Errors
/// The errors of [`land`].
pub fn retract<T: Real, P: Point<T>>(on: &dyn ConstraintSet<T>, x: &P, step: &P) -> Result<P> {
    let mut moved = x.plus(T::one(), step);
    *moved.coupled_mut() = land(on, x.coupled(), step.coupled())?;
    Ok(moved)
}

/// The size of the first-order decrease that is still possible, over the set and the free parts together.
///
/// # Errors
/// The errors of the set.
pub fn stationarity<T: Real, P: Point<T>>(on: &dyn ConstraintSet<T>, x: &P, gradient: &P) -> Result<T> {
    let coupled = on.stationarity(x.coupled(), gradient.coupled())?;
    // Not ‖gradient‖² less that of the coupled part, in whose rounding a small rest is lost.
    let mut free = gradient.clone();
    free.coupled_mut().fill(T::zero());
    Ok((coupled * coupled + free.inner_product(&free)).sqrt())
}

/// f(x), which costs an evaluation only where none is kept.
///
/// # Errors
/// The errors of f.
pub fn value_at<T: Real, F: Smooth<T>>(f: &F, x: &F::Point, kept: Option<&Evaluated<T, F::Point>>) -> Result<T> {
    kept.map_or_else(|| Ok(f.value_and_gradient(x)?.0), |here| Ok(here.value))
}

/// The memory of [`Gradient`](crate::Gradient) between calls, with which a warm start costs nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Real, P: Serialize", deserialize = "T: Real, P: DeserializeOwned"))]
pub struct GradientMemory<T, P> {
    /// The evaluation at the current point.
    pub here: Option<Evaluated<T, P>>,
    /// The first step length to try.
    pub step: Option<T>,
}

impl<T, P> Default for GradientMemory<T, P> {
    fn default() -> Self {
        GradientMemory { here: None, step: None }
    }
}
