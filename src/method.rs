//! How a [`Descent`](crate::Descent) block moves: gradient descent with backtracking, and steps along a custom direction.

use crate::{Direction, Error, Iterate, Manifold, Point, Real, Result, Smooth, Space, Target, Work};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A way to lower f(x) + ρ/2 ‖x_coupled − v‖² for an f of type `F`.
pub trait Method<T: Real, F>: Send + Sync {
    /// The variable.
    type Point: Point<T>;
    /// What is kept between calls.
    type Memory: Clone + Default + Send + Sync + Serialize + DeserializeOwned;

    /// f(x), without the quadratic term.
    fn value(&self, f: &F, x: &Self::Point) -> Result<T>;
    /// Moves x until the gradient is below the tolerance or the method's own limit is reached.
    fn minimise(
        &self,
        f: &F,
        on: &dyn Manifold<T>,
        x: &mut Iterate<Self::Point, Self::Memory>,
        to: Target<'_, T, DMatrix<T>>,
    ) -> Result<Work>;
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
    pub fn at<F: Smooth<T, Point = P>>(f: &F, x: &P, work: &mut Work) -> Result<Self> {
        let (value, gradient) = f.value_and_gradient(x)?;
        work.passes += f.passes();
        Error::check_size("gradient", x.shape(), gradient.shape())?;
        if !value.is_finite() || !gradient.is_finite() {
            return Err(Error::NotFinite("value or gradient of a smooth function".into()));
        }
        Ok(Evaluated { value, gradient })
    }
    /// f(x) + ρ/2 ‖x_coupled − v‖².
    pub fn total(&self, x: &P, to: &Target<'_, T, DMatrix<T>>) -> T {
        let gap = x.coupled() - to.v;
        self.value + to.penalty * T::of(0.5) * gap.norm_squared()
    }
    /// ∇f(x) + ρ(x_coupled − v), not yet projected onto a tangent space.
    pub fn total_gradient(&self, x: &P, to: &Target<'_, T, DMatrix<T>>) -> P {
        let mut gradient = self.gradient.clone();
        *gradient.coupled_mut() += (x.coupled() - to.v) * to.penalty;
        gradient
    }
    /// ∇f(x).
    pub fn gradient(&self) -> &P {
        &self.gradient
    }
    /// f(x).
    pub fn value(&self) -> T {
        self.value
    }
}

/// Moves the coupled matrix by the manifold's retraction and everything else by addition.
pub fn retract<T: Real, P: Point<T>>(on: &dyn Manifold<T>, x: &P, step: &P) -> Result<P> {
    let mut moved = x.plus(T::one(), step);
    *moved.coupled_mut() = on.retract(x.coupled(), step.coupled())?;
    Ok(moved)
}

/// The size of the first-order change that is still possible: ‖grad‖ over the manifold and the free parts together.
pub fn stationarity<T: Real, P: Point<T>>(on: &dyn Manifold<T>, x: &P, gradient: &P) -> Result<T> {
    let coupled = on.stationarity(x.coupled(), gradient.coupled())?;
    let free = gradient.dot(gradient) - gradient.coupled().norm_squared();
    Ok((coupled * coupled + free.max(T::zero())).sqrt())
}

/// Gradient descent with Armijo backtracking along the retraction (or the projection arc of a convex set), and the
/// step of Barzilai and Borwein (1988, eq. 5) as the first trial.
#[derive(Debug, Clone, Copy)]
pub struct Gradient {
    /// The most steps that one call takes.
    pub max_steps: u64,
}

/// What a gradient method keeps between calls, so that a warm start costs nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DescentMemory<T, P> {
    /// The evaluation at the current point.
    pub here: Option<Evaluated<T, P>>,
    /// The first step length to try.
    pub step: Option<T>,
    /// Curvature pairs: moves s and changes y of the gradient along them, oldest first.
    pub pairs: Vec<(P, P)>,
}

impl<T, P> Default for DescentMemory<T, P> {
    fn default() -> Self {
        DescentMemory { here: None, step: None, pairs: Vec::new() }
    }
}

impl<T: Real, F: Smooth<T>> Method<T, F> for Gradient
where
    F::Point: Serialize + DeserializeOwned,
{
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
        let mut work = Work::default();
        let mut here = match x.memory.here.take() {
            Some(here) => here,
            None => Evaluated::at(f, &x.point, &mut work)?,
        };
        let mut step = x.memory.step.unwrap_or(T::one());
        while work.steps < self.max_steps {
            let gradient = here.total_gradient(&x.point, &to);
            if stationarity(on, &x.point, &gradient)? <= to.tolerance {
                break;
            }
            let Some((point, there)) = self.backtrack(f, on, &x.point, &here, &gradient, &mut step, &to, &mut work)?
            else {
                break;
            };
            let moved = point.plus(-T::one(), &x.point);
            let turned = there.total_gradient(&point, &to).plus(-T::one(), &gradient);
            let curvature = moved.dot(&turned);
            step = if curvature > T::zero() { moved.dot(&moved) / curvature } else { step * T::of(2.0) };
            (x.point, here) = (point, there);
            work.steps += 1;
        }
        x.memory = DescentMemory { here: Some(here), step: Some(step), pairs: Vec::new() };
        Ok(work)
    }
}

impl Gradient {
    /// Halves the step until f falls by 10⁻⁴⟨g, x⁺ − x⟩ (Armijo); `None` where rounding hides every decrease.
    #[allow(clippy::too_many_arguments)]
    fn backtrack<T: Real, F: Smooth<T>>(
        &self,
        f: &F,
        on: &dyn Manifold<T>,
        x: &F::Point,
        here: &Evaluated<T, F::Point>,
        gradient: &F::Point,
        step: &mut T,
        to: &Target<'_, T, DMatrix<T>>,
        work: &mut Work,
    ) -> Result<Option<(F::Point, Evaluated<T, F::Point>)>> {
        let mut descent = gradient.clone();
        *descent.coupled_mut() = on.tangent(x.coupled(), gradient.coupled());
        let total = here.total(x, to);
        for _ in 0..60 {
            let mut trial = descent.clone();
            trial.scale(-*step);
            let point = retract(on, x, &trial)?;
            let there = Evaluated::at(f, &point, work)?;
            let change = gradient.dot(&point.plus(-T::one(), x));
            if there.total(&point, to) <= total + T::of(1e-4) * change.min(T::zero()) && change != T::zero() {
                return Ok(Some((point, there)));
            }
            *step *= T::of(0.5);
        }
        Ok(None)
    }
}

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
