//! W ← polar(ΣW + C): monotone, and free of a step size.

use super::VarianceLoss;
use crate::linalg::polar;
use crate::scalar::Scalar;
use crate::set::Stiefel;
use admm::{ConstraintSet, Cost, Result, Subproblem, Target};
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

    fn argmin(&self, w: &mut DMatrix<T>, to: Target<'_, T, DMatrix<T>>) -> Result<Cost> {
        self.loss.check(w)?;
        to.check_size(w.shape())?;
        let mut cost = Cost::default();
        while cost.steps < self.max_steps {
            let ascent = self.loss.ascent(w) + to.v * to.rho;
            if cost.steps > 0 && Stiefel::default().stationarity(w, &ascent)? <= to.tolerance {
                break;
            }
            *w = polar(&ascent)?;
            cost += Cost { steps: 1, passes: self.loss.covariance.passes() };
        }
        Ok(cost)
    }

    fn image(&self, w: &DMatrix<T>) -> DMatrix<T> {
        w.clone()
    }
}
