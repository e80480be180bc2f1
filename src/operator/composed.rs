//! A smooth function seen through a linear operator.

use super::{Operator, adjoint, check_target};
use crate::method::DescentMethod;
use crate::space::Space;
use crate::subproblem::Adjoint;
use crate::{ConstraintSet, Descent, Error, Iterate, Real, Result, Smooth, Solved, Subproblem, Target};
use nalgebra::DMatrix;

/// A [`Descent`] block that is coupled through a K ≠ I: the method lowers f(x) + ρ/2 ‖Kx − v‖² as one smooth function.
///
/// The memory of the method (curvature, step length) belongs to one v and ρ, so each call begins afresh at the last x.
///
/// # Errors
/// A target that is not of the size of Kx, and those of the method.
#[derive(Debug, Clone)]
pub struct Composed<P, K> {
    /// The block of the function f.
    pub of: P,
    /// The operator K.
    pub operator: K,
}

/// f(x) + ρ/2 ‖Kx − v‖², what a method sees of [`Composed`].
#[derive(Debug)]
pub struct Pulled<'a, T, F, K> {
    f: &'a F,
    operator: &'a K,
    to: Target<'a, T, DMatrix<T>>,
}

impl<T: Real, F: Smooth<T, Point = DMatrix<T>>, K: Operator<T>> Smooth<T> for Pulled<'_, T, F, K> {
    type Point = DMatrix<T>;

    fn value_and_gradient(&self, x: &DMatrix<T>) -> Result<(T, DMatrix<T>)> {
        let (value, gradient) = self.f.value_and_gradient(x)?;
        let gap = self.operator.apply(x) - self.to.v;
        let total = value + self.to.rho * T::of(0.5) * gap.norm_squared();
        Ok((total, gradient + self.operator.transposed(&gap) * self.to.rho))
    }

    fn passes(&self) -> u64 {
        self.f.passes()
    }
}

impl<T: Real, F, D, M, K> Subproblem<T> for Composed<Descent<F, D, M>, K>
where
    F: Smooth<T, Point = DMatrix<T>>,
    D: for<'a> DescentMethod<T, Pulled<'a, T, F, K>, Point = DMatrix<T>>,
    M: ConstraintSet<T>,
    K: Operator<T>,
{
    type Var = DMatrix<T>;
    type Image = DMatrix<T>;

    fn value(&self, x: &DMatrix<T>) -> Result<T> {
        Ok(self.of.of.value_and_gradient(x)?.0)
    }

    fn argmin(&self, x: &mut DMatrix<T>, to: Target<'_, T, DMatrix<T>>) -> Result<Solved<T>> {
        check_target(&self.operator, x, &to)?;
        let whole = Pulled { f: &self.of.of, operator: &self.operator, to };
        let (origin, mut iterate) = (x.clone(), Iterate::new(x.clone()));
        let free = Target { v: &origin, rho: T::zero(), tolerance: to.tolerance };
        let solved = self.of.by.minimise(&whole, &self.of.on, &mut iterate, free)?;
        *x = iterate.point;
        if x.is_finite() { Ok(solved) } else { Err(Error::not_finite("the new iterate")) }
    }

    fn image(&self, x: &DMatrix<T>) -> DMatrix<T> {
        self.operator.apply(x)
    }

    fn adjoint(&self, y: &DMatrix<T>) -> Result<Adjoint<T>> {
        Ok(adjoint(&self.operator, y))
    }
}
