//! A function of which only the proximal operator is known, seen through a linear operator.

use super::{Operator, adjoint, check_target};
use crate::space::Space;
use crate::subproblem::{Adjoint, Recession, Support, prox_of};
use crate::{Cost, Error, Prox, Real, Result, Solved, Subproblem, Target};
use nalgebra::DMatrix;

/// The block of a [`Prox`] that is coupled through a K ≠ I.
///
/// f(x) + ρ/2 ‖Kx − v‖² has no closed form. Its quadratic part lies below ρL/2 ‖x − (xₖ − Kᵀ(Kxₖ − v)/L)‖² + const with
/// L ≥ ‖K‖², which does:
///
/// > x ← prox_f(x − Kᵀ(Kx − v)/L, ρL)
///
/// One step a call is linearised ADMM (Parikh and Boyd, "Proximal Algorithms", 2014, §4.4.2). It is ADMM with the
/// proximal term ½‖x − xₖ‖² in the metric ρ(LI − KᵀK) (He and Yuan, "On the O(1/n) convergence rate of the
/// Douglas–Rachford alternating direction method", 2012). Further steps come nearer to the argmin. They end where the
/// gradient of the subproblem is below the tolerance. If KᵀK = L·I, the first step is the argmin.
///
/// The gradient that is left at the answer is ρ(LI − KᵀK)(x − xₖ), which the block measures: a move of x within the null
/// space of K shows in neither residual of ADMM.
///
/// ```
/// use admm::*;
/// use admm::operator::{Linearized, norm_squared};
/// use admm::nalgebra::DMatrix;
/// # struct L1(f64);
/// # impl Prox<f64> for L1 {
/// #     fn value(&self, z: &DMatrix<f64>) -> f64 { self.0 * z.lp_norm(1) }
/// #     fn prox(&self, v: &DMatrix<f64>, rho: f64) -> Result<DMatrix<f64>> {
/// #         Ok(v.map(|v| v.signum() * (v.abs() - self.0 / rho).max(0.0)))
/// #     }
/// # }
///
/// let k = DMatrix::from_row_slice(2, 3, &[1.0, 2.0, 0.0, 0.0, 1.0, -1.0]);
/// let square = norm_squared(&k, (3, 1))?;
/// let sparse = Linearized { of: L1(1.0), operator: k, square, max_steps: 1 };
/// let mut x = DMatrix::zeros(3, 1);
/// let v = DMatrix::from_column_slice(2, 1, &[3.0, 0.0]);
/// sparse.argmin(&mut x, Target { v: &v, rho: 1.0, tolerance: 1e-6 })?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// A target that is not of the size of Kx, [`Error::Parameters`] for an L that is not positive and finite, and those of
/// the proximal operator.
#[derive(Debug, Clone)]
pub struct Linearized<T, P, K> {
    /// The function f.
    pub of: P,
    /// The operator K.
    pub operator: K,
    /// L ≥ ‖K‖², for instance from [`norm_squared`](crate::operator::norm_squared).
    pub square: T,
    /// The most steps of one call.
    pub max_steps: u64,
}

impl<T: Real, P: Prox<T>, K: Operator<T>> Linearized<T, P, K> {
    fn check_square(&self) -> Result<()> {
        if self.square > T::zero() && self.square.is_finite() {
            return Ok(());
        }
        Err(Error::parameter("square", format!("must be positive and finite, got {}", self.square)))
    }
}

impl<T: Real, P: Prox<T>, K: Operator<T>> Subproblem<T> for Linearized<T, P, K> {
    type Var = DMatrix<T>;
    type Image = DMatrix<T>;

    fn value(&self, x: &DMatrix<T>) -> Result<T> {
        Ok(self.of.value(x))
    }

    /// A step is two passes: the products with K and Kᵀ.
    fn argmin(&self, x: &mut DMatrix<T>, to: Target<'_, T, DMatrix<T>>) -> Result<Solved<T>> {
        self.check_square()?;
        check_target(&self.operator, x, &to)?;
        let rho = to.rho * self.square;
        let (mut cost, mut moved) = (Cost::default(), None);
        while cost.steps < self.max_steps {
            let gap = self.operator.apply(x) - to.v;
            let v = &*x - self.operator.transposed(&gap) / self.square;
            let next = prox_of(&self.of, &v, rho)?;
            let step = &next - &*x;
            *x = next;
            cost += Cost { steps: 1, passes: 2 };
            if rho * moved.insert(step).euclidean_norm() <= to.tolerance {
                break;
            }
        }
        if !x.is_finite() {
            return Err(Error::not_finite("the new iterate"));
        }
        let Some(moved) = moved else { return Ok(Solved::unmeasured(cost)) };
        let seen = self.operator.transposed(&self.operator.apply(&moved));
        Ok(Solved::within(to.rho * (moved * self.square - seen).euclidean_norm(), cost))
    }

    fn image(&self, x: &DMatrix<T>) -> DMatrix<T> {
        self.operator.apply(x)
    }

    fn retune(&mut self, rho: T) -> Result<()> {
        self.check_square()?;
        self.of.retune(rho * self.square)
    }

    fn adjoint(&self, y: &DMatrix<T>) -> Result<Adjoint<T>> {
        Ok(adjoint(&self.operator, y))
    }

    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        let support = self.of.support(&self.operator.transposed(y))?;
        Some(Support { violation: support.violation / self.square.sqrt(), ..support })
    }

    fn recession(&self, from: &DMatrix<T>, to: &DMatrix<T>) -> Option<Recession<T>> {
        Some(self.of.recession(&(to - from))?.through(self.square.sqrt()))
    }

    fn is_nonconvex(&self) -> bool {
        self.of.is_nonconvex()
    }
}
