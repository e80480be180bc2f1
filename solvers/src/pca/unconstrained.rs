//! The PCA loss without a constraint, kept bounded by a quadratic, solved exactly.

use super::{VarianceLoss, above};
use crate::scalar::Scalar;
use crate::smooth::Ridge;
use crate::view::{product, transposed_product};
use admm::{Cost, Result, Smooth, Solved, Subproblem, Target};
use nalgebra::{DMatrix, DVector};

/// The PCA loss with γ/2 ‖W‖² on all matrices, minimised exactly.
///
/// - **Formula:** W ← ρ((ρ + γ)I − 2λΣ/tr Σ)⁻¹C.
/// - **Step size:** none. ρ + γ must be above 2λλ₁/tr Σ, since below it the subproblem has no minimum; other penalties
///   are refused, with the smallest that would do.
/// - **When:** to see what a constraint is for, or with γ > 2λλ₁/tr Σ as a soft bound on the norm.
///
/// ```
/// use admm::{Coordinator, Negated};
/// use admm_solvers::pca::{Covariance, Unconstrained, VarianceLoss};
/// use admm_solvers::smooth::Ridge;
/// use admm::nalgebra::{DMatrix, DVector};
///
/// let sigma = DMatrix::from_diagonal(&DVector::from_vec(vec![3.0, 1.0]));
/// let loss = VarianceLoss { covariance: Covariance::from_matrix(sigma)?.into(), weight: 0.5 };
/// let block = Unconstrained::new(Ridge { of: loss, weight: 0.0 })?;
/// let start = DMatrix::from_element(2, 1, 1.0);
/// let refused = Coordinator::new(block.clone(), Negated(block), start.clone(), start, 0.7).err().unwrap();
/// assert_eq!(refused.to_string(), "the problem is unbounded below for the penalty 0.7: it must be above 0.75");
/// # Ok::<(), admm::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Unconstrained<T: Scalar> {
    loss: Ridge<VarianceLoss<T>>,
    /// 2λλᵢ/tr Σ − γ, descending.
    curvatures: DVector<T>,
    vectors: DMatrix<T>,
}

impl<T: Scalar> Unconstrained<T> {
    /// Decomposes the covariance once, for every penalty.
    ///
    /// # Errors
    /// An eigendecomposition that fails.
    pub fn new(loss: Ridge<VarianceLoss<T>>) -> Result<Self> {
        let (values, vectors) = loss.of.covariance.eigen()?;
        let curvatures = values.map(|value| T::of(2.0) * loss.of.weight * value - T::of(loss.weight));
        Ok(Unconstrained { loss, curvatures, vectors })
    }

    /// Returns the number that ρ must exceed: 2λλ₁/tr Σ − γ, or 0.
    pub fn smallest_rho(&self) -> T {
        self.curvatures[0].max(T::zero())
    }
}

impl<T: Scalar> Subproblem<T> for Unconstrained<T> {
    type Var = DMatrix<T>;
    type Image = DMatrix<T>;

    fn value(&self, w: &DMatrix<T>) -> Result<T> {
        Ok(self.loss.value_and_gradient(w)?.0)
    }

    fn argmin(&self, w: &mut DMatrix<T>, to: Target<'_, T, DMatrix<T>>) -> Result<Solved<T>> {
        to.check_size(w.shape())?;
        above(to.rho, self.smallest_rho())?;
        let mut coordinates = transposed_product(&self.vectors, to.v);
        for (mut row, &curvature) in coordinates.row_iter_mut().zip(&self.curvatures) {
            row *= to.rho / (to.rho - curvature);
        }
        *w = product(&self.vectors, &coordinates);
        Ok(Solved::exactly(Cost { steps: 1, passes: 0 }))
    }

    fn image(&self, w: &DMatrix<T>) -> DMatrix<T> {
        w.clone()
    }

    fn retune(&mut self, rho: T) -> Result<()> {
        above(rho, self.smallest_rho())
    }
}
