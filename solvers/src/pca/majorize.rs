//! W ← polar(ΣW + C): monotone, and free of a step size.

use super::VarianceLoss;
use crate::linalg::polar;
use crate::scalar::Scalar;
use crate::set::Stiefel;
use admm::{ConstraintSet, Cost, Result, Solved, Subproblem, Target};
use nalgebra::DMatrix;

/// The PCA loss on orthonormal W, minimised by majorisation.
///
/// - **Formula:** W ← polar(2λΣW/tr Σ + ρC). On WᵀW = I the subproblem −λ tr(WᵀΣW)/tr Σ + ρ/2 ‖W − C‖² is, up to a
///   constant, the negative of the convex function λ tr(WᵀΣW)/tr Σ + ρ tr(WᵀC). Its tangent plane at W lies below it,
///   and the polar factor maximises that plane (von Neumann), so no step raises the objective.
/// - **Source:** Journée, Nesterov, Richtárik and Sepulchre, "Generalized power method for sparse principal component
///   analysis" (2010, algorithm 1).
/// - **Step size:** none.
/// - **Rate:** without a pull the tangents of the angles to the top-k space shrink by λₖ₊₁/λₖ a step; with one, the
///   sooner the larger ρ.
/// - **Measure:** the gradient on the manifold; after the last step that is allowed its bound 2λ‖W⁺ − W‖: at W⁺ the
///   part of W is normal to the manifold, and the move changes the gradient by at most 2λλ₁/tr Σ times its length.
/// - **When:** always, on orthonormal W: the default.
#[derive(Debug, Clone)]
pub struct Majorize<T: Scalar> {
    /// The PCA loss to lower.
    pub loss: VarianceLoss<T>,
    /// The most steps that one call takes.
    pub max_steps: u64,
}

impl<T: Scalar> Subproblem<T> for Majorize<T> {
    type Var = DMatrix<T>;
    type Image = DMatrix<T>;

    fn value(&self, w: &DMatrix<T>) -> Result<T> {
        self.loss.checked_value(w)
    }

    fn argmin(&self, w: &mut DMatrix<T>, to: Target<'_, T, DMatrix<T>>) -> Result<Solved<T>> {
        self.loss.check(w)?;
        to.check_size(w.shape())?;
        let (mut cost, mut residual) = (Cost::default(), None);
        while cost.steps < self.max_steps {
            let ascent = self.loss.ascent(w) + to.v * to.rho;
            if cost.steps > 0 {
                let slope = Stiefel::default().stationarity(w, &ascent)?;
                if *residual.insert(slope) <= to.tolerance {
                    break;
                }
            }
            let moved = polar(&ascent)?;
            residual = Some(T::of(2.0) * self.loss.weight * (&moved - &*w).norm());
            *w = moved;
            cost += Cost { steps: 1, passes: self.loss.covariance.passes() };
        }
        Ok(Solved { cost, residual })
    }

    fn image(&self, w: &DMatrix<T>) -> DMatrix<T> {
        w.clone()
    }
}
