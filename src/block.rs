//! Wrappers that make a [`Subproblem`] of the smaller traits.

use crate::method::DescentMethod;
use crate::space::Space;
use crate::subproblem::{Recession, Smoothness, Support, forward, prox_of};
use crate::{ConstraintSet, Cost, Error, Geometry, Iterate, Prox, Real, Result, Solved, Subproblem, Target};
use nalgebra::DMatrix;

/// The block of a [`Prox`]: its argmin is exact, its operator K the identity.
#[derive(Debug, Clone)]
pub struct Exact<P>(pub P);

impl<T: Real, P: Prox<T>> Subproblem<T> for Exact<P> {
    type Var = DMatrix<T>;
    type Image = DMatrix<T>;

    fn value(&self, x: &DMatrix<T>) -> Result<T> {
        Ok(self.0.value(x))
    }
    fn argmin(&self, x: &mut DMatrix<T>, to: Target<'_, T, DMatrix<T>>) -> Result<Solved<T>> {
        to.check_size(x.shape())?;
        *x = prox_of(&self.0, to.v, to.rho)?;
        Ok(Solved::exactly(Cost { steps: 1, passes: 0 }))
    }
    fn image(&self, x: &DMatrix<T>) -> DMatrix<T> {
        x.clone()
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        self.0.retune(rho)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        self.0.support(y)
    }
    fn recession(&self, from: &DMatrix<T>, to: &DMatrix<T>) -> Option<Recession<T>> {
        self.0.recession(&(to - from))
    }
    fn is_nonconvex(&self) -> bool {
        self.0.is_nonconvex()
    }
}

/// The same function with the opposite coupling operator, −K: the second block of x − z = 0.
#[derive(Debug, Clone)]
pub struct Negated<P>(pub P);

impl<T: Real, P: Subproblem<T>> Subproblem<T> for Negated<P> {
    type Var = P::Var;
    type Image = P::Image;

    forward!(self.0: value, retune, forget, adjoint, smoothness, recession, is_nonconvex);

    fn argmin(&self, x: &mut P::Var, to: Target<'_, T, P::Image>) -> Result<Solved<T>> {
        let mut v = to.v.clone();
        v.scale_by(-T::one());
        self.0.argmin(x, Target { v: &v, ..to })
    }
    fn image(&self, x: &P::Var) -> P::Image {
        let mut image = self.0.image(x);
        image.scale_by(-T::one());
        image
    }
    fn support(&self, y: &P::Image) -> Option<Support<T>> {
        let mut opposite = y.clone();
        opposite.scale_by(-T::one());
        self.0.support(&opposite)
    }
}

/// The block of a [`Smooth`](crate::Smooth) function or a custom [`Direction`](crate::Direction): the function `of` is
/// lowered `by` a method while the coupled matrix stays `on` a constraint set.
#[derive(Debug, Clone)]
pub struct Descent<F, D, M> {
    /// The function or the custom direction.
    pub of: F,
    /// The method that moves it: [`Gradient`](crate::Gradient), [`ScheduledSteps`](crate::ScheduledSteps), …
    pub by: D,
    /// The set on which it moves: [`Flat`](crate::Flat) for no constraint.
    pub on: M,
}

impl<T: Real, F: Send + Sync, D: DescentMethod<T, F>, M: ConstraintSet<T>> Subproblem<T> for Descent<F, D, M> {
    type Var = Iterate<D::Point, D::Memory>;
    type Image = DMatrix<T>;

    fn value(&self, x: &Self::Var) -> Result<T> {
        self.by.value(&self.of, x)
    }
    fn argmin(&self, x: &mut Self::Var, to: Target<'_, T, DMatrix<T>>) -> Result<Solved<T>> {
        to.check_size(crate::Point::coupled(&x.point).shape())?;
        let solved = self.by.minimise(&self.of, &self.on, x, to)?;
        // The image shows the coupled part alone.
        if x.point.is_finite() { Ok(solved) } else { Err(Error::not_finite("the new iterate")) }
    }
    fn image(&self, x: &Self::Var) -> DMatrix<T> {
        crate::Point::coupled(&x.point).clone()
    }
    fn forget(&self, x: &mut Self::Var) {
        x.memory = D::Memory::default();
    }
    fn smoothness(&self, x: &Self::Var) -> Smoothness<T> {
        match self.on.geometry() {
            Geometry::Flat => self.by.smoothness(&self.of, &x.point),
            _ => Smoothness::Constrained,
        }
    }
    /// The function is finite on the whole set.
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        self.on.support(y)
    }
}
