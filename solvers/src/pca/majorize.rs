//! W ← P(2λΣW/(ρ tr Σ) + C): monotone, and free of a step size.

use super::VarianceLoss;
use crate::scalar::Scalar;
use crate::set::Stiefel;
use admm::{ConstraintSet, Cost, Result, Solved, Subproblem, Target};
use nalgebra::DMatrix;

/// The PCA loss on a set, minimised by majorisation from where W stands.
///
/// - **Formula:** W ← P(2λΣW/(ρ tr Σ) + C), where P is the projection on the set: on orthonormal W the polar factor. The
///   subproblem is −λ tr(WᵀΣW)/tr Σ + ρ/2 ‖W − C‖². Its first part is concave, so its tangent at W lies above it. The
///   projection minimises that tangent with the pull, so no step raises the objective.
/// - **Source:** Journée, Nesterov, Richtárik and Sepulchre, "Generalized power method for sparse principal component
///   analysis" (2010, algorithm 1).
/// - **Step size:** none.
/// - **Rate:** without a pull the tangents of the angles to the top-k space shrink by λₖ₊₁/λₖ a step; with one, the
///   sooner the larger ρ.
/// - **Measure:** the gradient on the set; after the last step that is allowed its bound 2λ‖W⁺ − W‖: at W⁺ the rest of
///   the gradient is normal to the set, and the move changes the gradient by at most 2λλ₁/tr Σ times its length.
/// - **When:** always: the default. It finds the minimiser near W. That of [`Columns`](super::Columns) is global, and may
///   jump between distant minimisers from one iteration to the next.
#[derive(Debug, Clone)]
pub struct Majorize<T: Scalar, M = Stiefel> {
    /// The PCA loss to lower.
    pub loss: VarianceLoss<T>,
    /// The set of W, of which the projection gives a nearest point.
    pub on: M,
    /// The most steps that one call takes.
    pub max_steps: u64,
}

impl<T: Scalar, M: ConstraintSet<T>> Subproblem<T> for Majorize<T, M> {
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
                let slope = self.on.stationarity(w, &(&*w * to.rho - &ascent))?;
                if *residual.insert(slope) <= to.tolerance {
                    break;
                }
            }
            let moved = self.on.project(&(ascent / to.rho.max(T::EPSILON)))?;
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
