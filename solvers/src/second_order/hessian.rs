//! Products with the Riemannian Hessian, by differences of the Riemannian gradient.

use crate::scalar::Scalar;
use admm::method::{Evaluated, retract};
use admm::space::Space;
use admm::{ConstraintSet, Cost, Point, Result, Smooth};

/// The Riemannian Hessian of f at x.
///
/// On a submanifold with the metric of the space around it, Hess f(x)\[ξ\] is the tangent part of the derivative of grad f
/// along any curve through x with the velocity ξ (Boumal 2023, equation 5.18). So a central difference along any retraction
/// is right to second order. Its step of ε^⅓ balances that error with rounding.
pub(super) struct Hessian<'a, T: Scalar, F: Smooth<T>> {
    of: &'a F,
    on: &'a dyn ConstraintSet<T>,
    pub at: &'a F::Point,
    /// The value of f at x.
    pub value: T,
    /// The Riemannian gradient at x.
    gradient: F::Point,
    cost: Cost,
}

/// The length of the steps of central differences around x.
pub(crate) fn difference_length<T: Scalar, P: Space<T>>(x: &P) -> T {
    unit(x) * T::EPSILON.cbrt()
}

/// The unit of steps from x: its norm, and 1 where that is 0.
fn unit<T: Scalar, P: Space<T>>(x: &P) -> T {
    let norm = x.euclidean_norm();
    if norm > T::zero() { norm } else { T::one() }
}

/// The tangent projection of a vector at x.
pub(super) fn tangent<T: Scalar, P: Point<T>>(on: &dyn ConstraintSet<T>, x: &P, mut vector: P) -> Result<P> {
    *vector.coupled_mut() = on.tangent(x.coupled(), vector.coupled())?;
    Ok(vector)
}

impl<'a, T: Scalar, F: Smooth<T>> Hessian<'a, T, F> {
    /// The Hessian of a function at a point.
    pub fn at(of: &'a F, on: &'a dyn ConstraintSet<T>, at: &'a F::Point) -> Result<Self> {
        let mut cost = Cost::default();
        let here = Evaluated::at(of, at, &mut cost)?;
        let gradient = tangent(on, at, here.gradient().clone())?;
        Ok(Hessian { of, on, at, value: here.value(), gradient, cost })
    }

    /// Returns the norm of the Riemannian gradient.
    pub fn slope(&self) -> f64 {
        self.gradient.euclidean_norm().to_f64()
    }

    /// Returns the passes over the data so far.
    pub fn passes(&self) -> u64 {
        self.cost.passes
    }

    /// Returns Hess f(x)\[ξ\] for a tangent ξ of norm 1.
    pub fn product(&mut self, xi: &F::Point) -> Result<F::Point> {
        let length = difference_length(self.at);
        let (ahead, behind) = (self.gradient_beyond(xi, length)?, self.gradient_beyond(xi, -length)?);
        let mut change = ahead.and_plus(-T::one(), &behind);
        change.scale_by((length + length).recip());
        tangent(self.on, self.at, change)
    }

    /// Returns ‖∇³f(x)\[ξ, ξ\]‖ for a tangent ξ of norm 1: how fast its curvature changes as x moves. The step of ε^¼
    /// balances the errors of a second difference.
    pub fn bend(&mut self, xi: &F::Point) -> Result<f64> {
        let length = unit(self.at) * T::EPSILON.sqrt().sqrt();
        let (ahead, behind) = (self.gradient_beyond(xi, length)?, self.gradient_beyond(xi, -length)?);
        let change = ahead.and_plus(T::one(), &behind).and_plus(-T::of(2.0), &self.gradient);
        Ok((tangent(self.on, self.at, change)?.euclidean_norm() / (length * length)).to_f64())
    }

    /// The point at some length along ξ.
    pub fn beyond(&self, xi: &F::Point, length: T) -> Result<F::Point> {
        let mut step = xi.clone();
        step.scale_by(length);
        retract(self.on, self.at, &step)
    }

    /// Returns f at another point.
    pub fn value_there(&mut self, there: &F::Point) -> Result<T> {
        Ok(Evaluated::at(self.of, there, &mut self.cost)?.value())
    }

    /// The Riemannian gradient at some length along ξ.
    fn gradient_beyond(&mut self, xi: &F::Point, length: T) -> Result<F::Point> {
        let there = self.beyond(xi, length)?;
        let gradient = Evaluated::at(self.of, &there, &mut self.cost)?.gradient().clone();
        tangent(self.on, &there, gradient)
    }
}
