//! The line search that the gradient methods share.

use super::{Evaluated, retract};
use crate::space::Space;
use crate::{ConstraintSet, Cost, Error, Point, Real, Result, Smooth, Target};
use nalgebra::DMatrix;

/// One call of a gradient method: what it minimises, where, and what that has cost.
pub struct Search<'a, T: Real, F> {
    /// The function f.
    pub f: &'a F,
    /// The set on which the coupled matrix moves.
    pub on: &'a dyn ConstraintSet<T>,
    /// The quadratic pull and the tolerance.
    pub to: Target<'a, T, DMatrix<T>>,
    /// The cost so far.
    pub cost: Cost,
}

/// An accepted trial of a line search.
#[derive(Debug, Clone)]
pub struct Trial<T, P> {
    /// The new point x⁺.
    pub point: P,
    /// f and ∇f at x⁺.
    pub there: Evaluated<T, P>,
    /// The multiple of the direction that led there.
    pub length: T,
}

impl<'a, T: Real, F: Smooth<T>> Search<'a, T, F> {
    /// The evaluation kept in a memory, or a new one.
    ///
    /// # Errors
    /// The errors of [`Evaluated::at`].
    pub fn evaluate(&mut self, x: &F::Point, kept: Option<Evaluated<T, F::Point>>) -> Result<Evaluated<T, F::Point>> {
        kept.map_or_else(|| Evaluated::at(self.f, x, &mut self.cost), Ok)
    }

    /// The tangent projection of the coupled matrix of a vector; its other parts are free.
    ///
    /// # Errors
    /// Those of the set.
    pub fn tangent(&self, x: &F::Point, mut vector: F::Point) -> Result<F::Point> {
        *vector.coupled_mut() = self.on.tangent(x.coupled(), vector.coupled())?;
        Ok(vector)
    }

    /// The first length from `length` down at which the objective falls by 10⁻⁴⟨g, x⁺ − x⟩ (Armijo, along the
    /// retraction or the projection arc), or close to rounding the approximate Wolfe condition of Hager and Zhang
    /// (2005, eq. 4.1) holds. Rounding is that of f and of ‖∇f‖‖x‖, which is larger where terms of f cancel. Shorter
    /// lengths come from quadratic interpolation, or are a tenth where f is not finite.
    /// `None` where rounding hides every decrease.
    ///
    /// # Errors
    /// Those of f, [`Error::NotFinite`] where it is finite at no trial, and [`Error::Numerical`] where the values
    /// contradict the gradient.
    pub fn backtrack(
        &mut self,
        x: &F::Point,
        here: &Evaluated<T, F::Point>,
        gradient: &F::Point,
        direction: &F::Point,
        mut length: T,
    ) -> Result<Option<Trial<T, F::Point>>> {
        let (start, slope) = (here.total(x, &self.to), gradient.inner_product(direction));
        let rounded = here.gradient().euclidean_norm() * x.euclidean_norm();
        let (slack, armijo) = (T::of(8.0) * T::EPSILON * start.abs().max(rounded), T::of(1e-4));
        let mut not_finite = None; // what every trial so far was
        let mut ratios = Ratios::new(here.value().abs() + start.abs() + rounded);
        for trial in 0..60 {
            let mut step = direction.clone();
            step.scale_by(length);
            let point = retract(self.on, x, &step)?;
            let there = match Evaluated::at(self.f, &point, &mut self.cost) {
                Err(error @ Error::NotFinite { .. }) => {
                    not_finite = (trial == 0 || not_finite.is_some()).then_some(error);
                    length *= T::of(0.1);
                    continue;
                }
                there => there?,
            };
            not_finite = None;
            let value = there.total(&point, &self.to);
            let change = gradient.inner_product(&point.plus(-T::one(), x)).min(T::zero());
            let flat = || -> Result<bool> {
                let end = self.tangent(&point, there.total_gradient(&point, &self.to))?.inner_product(direction);
                Ok(end.abs() <= (T::one() - T::of(2.0) * armijo) * slope.abs())
            };
            let decreased = change < T::zero() && value <= start + armijo * change;
            if decreased || (value <= start + slack && flat()?) {
                // A value that has not fallen by more than rounding may belong to another gradient.
                if value >= start - slack {
                    ratios.check()?;
                }
                return Ok(Some(Trial { point, there, length }));
            }
            // Far along a retraction, steps of all lengths end at one point.
            if (change - length * slope).abs() <= T::of(0.1) * (length * slope).abs() {
                ratios.add(value - start, change);
            }
            let interpolated = -slope * length * length / (T::of(2.0) * (value - start - slope * length));
            length = interpolated.max(T::of(0.1) * length).min(T::of(0.5) * length);
        }
        ratios.check()?;
        not_finite.map_or(Ok(None), Err)
    }
}

/// The changes of a function along its gradient, as shares of what the gradient promises, at the last trials that
/// rounding leaves readable. As steps get shorter, the share tends to 1 where the gradient is right: its distance from
/// 1 shrinks with the step. Where it stays, the gradient belongs to another function. Readable is what exceeds the
/// rounding of the value, and that of x times the gradient.
struct Ratios<T> {
    readable: T,
    last: [T; 3],
}

impl<T: Real> Ratios<T> {
    fn new(scale: T) -> Self {
        Ratios { readable: T::of(8e3) * T::EPSILON * scale, last: [T::of(f64::NAN); 3] }
    }

    fn add(&mut self, change: T, promised: T) {
        if -promised > self.readable {
            self.last = [self.last[1], self.last[2], change / promised];
        }
    }

    fn check(&self) -> Result<()> {
        let [first, second, third] = self.last.map(|ratio| T::one() - ratio);
        let stays = |before: T, after: T| (before - after).abs() <= T::of(0.1) * before.abs();
        if third > T::of(0.5) && stays(first, second) && stays(second, third) {
            let share = self.last[2];
            let problem = format!(
                "contradict each other: a short step changes the value by {share:.3} of what the \
                                   gradient promises"
            );
            return Err(Error::numerical("the value and the gradient", problem));
        }
        Ok(())
    }
}
