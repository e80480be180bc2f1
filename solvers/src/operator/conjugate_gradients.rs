//! Least squares of which the operators alone are known.

use super::Multiple;
use crate::linalg;
use crate::scalar::Scalar;
use admm::operator::{Adjoint, Operator};
use admm::space::Space;
use admm::{Cost, Error, Result, Solved, Subproblem, Target};
use nalgebra::DMatrix;

/// The block of ½‖Ax − b‖², coupled through an operator K, by conjugate gradients.
///
/// A call goes on from the last x until the gradient of the subproblem, Aᵀ(Ax − b) + ρKᵀ(Kx − v), is below the accuracy
/// that the coordinator asks for, see [`Accuracy`](admm::Accuracy). So early iterations take few steps. A step takes a
/// product with each of A, Aᵀ, K and Kᵀ, and no matrix is formed (Hestenes and Stiefel, "Methods of conjugate gradients
/// for solving linear systems", 1952). Where a transform solves the system, as in
/// [`ImageQuadratic`](super::ImageQuadratic), it is faster.
///
/// # Errors
/// `argmin` reports [`Error::Size`] for a target that is not of the size of Kx, and [`Error::NotFinite`] for products that
/// are not finite.
#[derive(Debug, Clone)]
pub struct ConjugateGradients<T: Scalar, A, K, M = Multiple<T>> {
    /// The operator A of the fit.
    pub fit: A,
    /// The right-hand side b of the fit.
    pub b: DMatrix<T>,
    /// The operator K of the coupling.
    pub coupling: K,
    /// The preconditioner: a symmetric positive definite operator near the inverse of AᵀA + ρKᵀK, in any unit.
    /// `Multiple(1)` is none.
    pub preconditioner: M,
    /// The most steps of one call.
    pub max_steps: u64,
}

/// A gradient of so many ε of its terms is rounding.
const ROUNDING: f64 = 16.0;

impl<T: Scalar, A: Operator<T>, K: Operator<T>, M: Operator<T>> ConjugateGradients<T, A, K, M> {
    /// The product (AᵀA + ρKᵀK)x.
    fn system(&self, x: &DMatrix<T>, rho: T) -> DMatrix<T> {
        let pull = self.coupling.transposed(&self.coupling.apply(x));
        self.fit.transposed(&self.fit.apply(x)).and_plus(rho, &pull)
    }

    /// Lowers ½⟨x, Hx⟩ − ⟨right, x⟩, and returns the norm of its gradient.
    fn descend(&self, x: &mut DMatrix<T>, right: &DMatrix<T>, to: Target<'_, T, DMatrix<T>>) -> (T, u64) {
        let (mut rest, mut steps) = (right - self.system(x, to.rho), 0);
        let least = right.euclidean_norm() * T::of(ROUNDING) * T::EPSILON;
        let mut ahead = self.preconditioner.apply(&rest);
        let mut product = rest.inner_product(&ahead);
        while rest.euclidean_norm() > to.tolerance.max(least) && steps < self.max_steps {
            let image = self.system(&ahead, to.rho);
            let curvature = ahead.inner_product(&image);
            // Also where it is not a number.
            if !(curvature > T::zero() && product > T::zero()) {
                break;
            }
            x.axpy(product / curvature, &ahead);
            rest.axpy(-product / curvature, &image);
            let near = self.preconditioner.apply(&rest);
            let next = rest.inner_product(&near);
            ahead.scale_by(next / product);
            ahead.axpy(T::one(), &near);
            product = next;
            steps += 1;
        }
        ((right - self.system(x, to.rho)).euclidean_norm(), steps)
    }
}

impl<T: Scalar, A: Operator<T>, K: Operator<T>, M: Operator<T>> Subproblem<T> for ConjugateGradients<T, A, K, M> {
    type Var = DMatrix<T>;
    type Image = DMatrix<T>;

    fn value(&self, x: &DMatrix<T>) -> Result<T> {
        Error::check_size("Ax of least squares", self.fit.range(x.shape())?, self.b.shape())?;
        Ok((self.fit.apply(x) - &self.b).norm_squared() * T::of(0.5))
    }
    /// A step is two passes.
    fn argmin(&self, x: &mut DMatrix<T>, to: Target<'_, T, DMatrix<T>>) -> Result<Solved<T>> {
        Error::check_size("Ax of least squares", self.fit.range(x.shape())?, self.b.shape())?;
        to.check_size(self.coupling.range(x.shape())?)?;
        linalg::check(to.v, "the target of least squares")?;
        let right = self.fit.transposed(&self.b).and_plus(to.rho, &self.coupling.transposed(to.v));
        let (gradient, steps) = self.descend(x, &right, to);
        if !(x.is_finite() && gradient.is_finite()) {
            return Err(Error::not_finite("the new iterate"));
        }
        let rounding = right.euclidean_norm() * T::of(4.0 * ROUNDING) * T::EPSILON;
        let rest = if gradient <= rounding { T::zero() } else { gradient };
        Ok(Solved::within(rest, Cost { steps, passes: 2 * steps }))
    }
    fn image(&self, x: &DMatrix<T>) -> DMatrix<T> {
        self.coupling.apply(x)
    }
    fn adjoint(&self, y: &DMatrix<T>) -> Result<Adjoint<T>> {
        Ok(Adjoint::of(&self.coupling.transposed(y)))
    }
}
