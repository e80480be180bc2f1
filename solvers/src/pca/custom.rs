//! A direction of your own, in the ADMM block and in the joint descent.

use super::VarianceLoss;
use crate::scalar::Scalar;
use admm::{Direction, Real, Result, Smooth};
use nalgebra::DMatrix;

/// The PCA loss with a closure in the place of its −∇f: a rule without memory, which need not be anybody's gradient.
///
/// - **Formula:** G = rule(loss, W), in units of −∇f = 2λΣW/tr Σ, which `loss.ascent(w)` is.
/// - **Step size and rate:** yours. In [`ScheduledSteps`](admm::ScheduledSteps) nothing of the loss is used to choose a step.
/// - **When:** to try an idea: in a [`Descent`](admm::Descent) block as it is, in a joint descent as [`Overridden`].
///
/// ```
/// use admm::{Descent, Iterate, Rate, ScheduledSteps, Subproblem, Target};
/// use admm_solvers::{set::Stiefel, pca::{Covariance, Custom, VarianceLoss}};
/// use admm::nalgebra::{DMatrix, DVector};
///
/// let sigma = DMatrix::from_diagonal(&DVector::from_vec(vec![4.0, 2.0, 1.0]));
/// let loss = VarianceLoss { covariance: Covariance::from_matrix(sigma)?.into(), weight: 1.0 };
/// // Manhattan: a step of the same length in every coordinate, with the signs of the gradient.
/// let rule = Custom::new(loss, |loss, w: &DMatrix<f64>| loss.ascent(w).map(f64::signum));
/// let block = Descent { of: rule, by: ScheduledSteps { rate: Rate::Constant(1e-2), max_steps: 1000 }, on: Stiefel::default() };
/// let mut w = Iterate::new(DMatrix::from_column_slice(3, 1, &[0.6, 0.8, 0.0]));
/// block.argmin(&mut w, Target { v: &DMatrix::identity(3, 1), rho: 4.0, tolerance: 1e-9 })?;
/// assert!(w.point[0] > 0.9);
/// # Ok::<(), admm::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Custom<T: Scalar, F> {
    loss: VarianceLoss<T>,
    rule: F,
}

impl<T: Scalar, F: Fn(&VarianceLoss<T>, &DMatrix<T>) -> DMatrix<T> + Send + Sync> Custom<T, F> {
    /// The loss, which is reported, and the closure that moves W.
    pub fn new(loss: VarianceLoss<T>, rule: F) -> Self {
        Custom { loss, rule }
    }
}

impl<T: Scalar, F: Fn(&VarianceLoss<T>, &DMatrix<T>) -> DMatrix<T> + Send + Sync> Direction<T> for Custom<T, F> {
    type Memory = ();

    fn value(&self, w: &DMatrix<T>) -> Result<T> {
        self.loss.checked_value(w)
    }
    fn direction(&self, w: &DMatrix<T>, _memory: &mut ()) -> Result<DMatrix<T>> {
        Ok((self.rule)(&self.loss, w))
    }
    fn passes(&self) -> f64 {
        self.loss.covariance.passes() as f64
    }
}

/// A loss whose gradient is overridden: the value of a rule's loss, and minus its direction for ∇f. So the rule flows
/// back from this loss in a joint descent, as in [`JointObjective`](crate::joint::JointObjective).
///
/// A line search compares values: it ends, as stalled, where the direction does not lower the sum of all losses.
#[derive(Debug, Clone)]
pub struct Overridden<D>(pub D);

impl<T: Real, D: Direction<T, Memory = ()>> Smooth<T> for Overridden<D> {
    type Point = DMatrix<T>;

    fn value_and_gradient(&self, x: &DMatrix<T>) -> Result<(T, DMatrix<T>)> {
        Ok((self.0.value(x)?, -self.0.direction(x, &mut ())?))
    }
    fn passes(&self) -> u64 {
        self.0.passes().ceil() as u64
    }
}
