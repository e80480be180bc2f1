//! W ← qf(ΣW + C): orthogonal iteration, pulled.

use super::VarianceLoss;
use crate::linalg::thin_qr;
use crate::scalar::Scalar;
use admm::{Cost, Result, Solved, Subproblem, Target};
use nalgebra::DMatrix;

/// The block power method on orthonormal W.
///
/// - **Formula:** W ← Q with 2λΣW/tr Σ + ρC = QR. Without a pull it is orthogonal iteration, and its span after each
///   step is that of [`Majorize`](super::Majorize), whose polar factor differs from Q by a rotation alone.
/// - **Source:** Golub and Van Loan, "Matrix Computations" (4th edition, §8.2.4).
/// - **Step size:** none.
/// - **Rate:** the tangents of the angles to the top-k space shrink by λₖ₊₁/λₖ a step, and column j tends to the jth
///   principal component by λⱼ₊₁/λⱼ.
/// - **When:** for principal components in order from products with Σ alone. Under a pull it stops where WᵀG is upper
///   triangular for G = 2λΣW/tr Σ + ρC, not symmetric as at the minimum. The gradient of a loss that lets W turn
///   within its span, as softmax with a fitted B does, has a symmetric WᵀG: then ADMM ends where both hold.
/// - **Measure:** the last step, ‖(Q − W)R‖, which is the fixed-point residual at the point before the answer.
#[derive(Debug, Clone)]
pub struct Power<T: Scalar> {
    /// The PCA loss to lower.
    pub loss: VarianceLoss<T>,
    /// The most steps that one call takes.
    pub max_steps: u64,
}

impl<T: Scalar> Subproblem<T> for Power<T> {
    type Var = DMatrix<T>;
    type Image = DMatrix<T>;

    fn value(&self, w: &DMatrix<T>) -> Result<T> {
        self.loss.checked_value(w)
    }

    fn argmin(&self, w: &mut DMatrix<T>, to: Target<'_, T, DMatrix<T>>) -> Result<Solved<T>> {
        self.loss.check(w)?;
        to.check_size(w.shape())?;
        let (mut cost, mut change) = (Cost::default(), None);
        while cost.steps < self.max_steps {
            let (q, r) = thin_qr(&(self.loss.ascent(w) + to.v * to.rho))?;
            let moved = ((&q - &*w) * r).norm();
            *w = q;
            cost += Cost { steps: 1, passes: self.loss.covariance.passes() };
            if *change.insert(moved) <= to.tolerance {
                break;
            }
        }
        Ok(Solved { cost, residual: change })
    }

    fn image(&self, w: &DMatrix<T>) -> DMatrix<T> {
        w.clone()
    }
}
