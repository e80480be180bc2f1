//! A quadratic function seen through a linear operator.

use crate::prox::{Quadratic, Shifted};
use crate::scalar::Scalar;
use crate::view::{product, transposed_product};
use admm::infeasibility::{Recession, Support};
use admm::operator::{Adjoint, Operator};
use admm::space::Space;
use admm::{Cost, Error, Prox, Result, Solved, Subproblem, Target};
use nalgebra::DMatrix;

/// The block of ½⟨x, Px⟩ + ⟨q, x⟩ with x (n×k), coupled through an operator K on columns of n entries.
///
/// The argmin solves (P + ρKᵀK)x = ρKᵀv − q (Boyd et al., "Distributed optimization …", 2011, §4.2.5) by a Cholesky
/// factorisation, which `retune` keeps for its ρ. P may be singular if KᵀK is not. With P = 0 and q = 0 it is the x
/// block of least absolute deviations (§6.1).
///
/// # Errors
/// `argmin` reports [`Error::Size`] for a target that is not of the size of Kx, and [`Error::Numerical`] if P + ρKᵀK is
/// not positive definite to rounding.
#[derive(Debug, Clone)]
pub struct ComposedQuadratic<T: Scalar, K> {
    of: Quadratic<T>,
    operator: K,
    system: Shifted<T>,
    /// A lower bound of ‖K‖, the norm of its longest column.
    norm: T,
}

impl<T: Scalar, K: Operator<T>> ComposedQuadratic<T, K> {
    /// Forms KᵀK, from K applied to the columns of the identity.
    ///
    /// # Errors
    /// [`Error::Size`] for a K that does not take n×n and n×k, [`Error::NotFinite`] for a KᵀK that is not finite.
    pub fn new(of: Quadratic<T>, operator: K) -> Result<Self> {
        let (n, k) = of.q.shape();
        operator.range((n, n))?;
        operator.range((n, k))?;
        let columns = operator.apply(&DMatrix::identity(n, n));
        let gram = transposed_product(&columns, &columns);
        crate::linalg::check(&gram, "KᵀK of a coupling")?;
        let longest = gram.diagonal().iter().fold(T::zero(), |most, &entry| most.max(entry)).sqrt();
        let norm = if longest > T::zero() { longest } else { T::one() };
        let system = Shifted::by(of.p.matrix.clone(), gram);
        Ok(ComposedQuadratic { of, operator, system, norm })
    }
}

/// A gradient of so many ε of its terms is rounding.
const ROUNDING: f64 = 64.0;

impl<T: Scalar, K: Operator<T>> ComposedQuadratic<T, K> {
    /// Px + q + ρKᵀ(Kx − v), and the size of its terms.
    fn gradient(&self, x: &DMatrix<T>, to: Target<'_, T, DMatrix<T>>) -> (DMatrix<T>, T) {
        let px = product(&self.of.p.matrix, x);
        let pull = self.operator.transposed(&((self.operator.apply(x) - to.v) * to.rho));
        let size = px.norm() + self.of.q.norm() + pull.norm();
        (px + &self.of.q + pull, size)
    }
}

impl<T: Scalar, K: Operator<T>> Subproblem<T> for ComposedQuadratic<T, K> {
    type Var = DMatrix<T>;
    type Image = DMatrix<T>;

    fn value(&self, x: &DMatrix<T>) -> Result<T> {
        Ok(self.of.value(x))
    }
    fn argmin(&self, x: &mut DMatrix<T>, to: Target<'_, T, DMatrix<T>>) -> Result<Solved<T>> {
        let q = &self.of.q;
        Error::check_size("the variable of a quadratic function", q.shape(), x.shape())?;
        to.check_size(self.operator.range(q.shape())?)?;
        let factor = self.system.factor(to.rho)?;
        *x = factor.solve(&(self.operator.transposed(to.v) * to.rho - q));
        // One step of iterative refinement: the system may be nearly singular.
        *x -= factor.solve(&self.gradient(x, to).0);
        let (gradient, size) = self.gradient(x, to);
        let (rest, rounding) = (gradient.norm(), T::of(ROUNDING) * T::EPSILON * size);
        Ok(Solved::within(if rest <= rounding { T::zero() } else { rest }, Cost { steps: 1, passes: 0 }))
    }
    fn image(&self, x: &DMatrix<T>) -> DMatrix<T> {
        self.operator.apply(x)
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        self.system.retune(rho)
    }
    fn adjoint(&self, y: &DMatrix<T>) -> Result<Adjoint<T>> {
        let x = self.operator.transposed(y);
        Ok(Adjoint::of(&x))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        Some(Support::everywhere(self.operator.transposed(y).euclidean_norm() / self.norm))
    }
    fn recession(&self, from: &DMatrix<T>, to: &DMatrix<T>) -> Option<Recession<T>> {
        Some(self.of.recession(&(to - from))?.through(self.norm))
    }
}
