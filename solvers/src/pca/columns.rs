//! The PCA loss under a constraint on each column by itself, solved exactly.

use super::VarianceLoss;
use crate::linalg::secular::{minimise_in_ball, minimise_on_sphere};
use crate::scalar::Scalar;
use admm::{Cost, Result, Solved, Subproblem, Target};
use nalgebra::{DMatrix, DVector};

/// The set that each column of W lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnSet {
    /// The unit sphere, ‖wⱼ‖ = 1.
    Sphere,
    /// The unit ball, ‖wⱼ‖ ≤ 1.
    Ball,
}

/// The PCA loss on columns of norm 1, or at most 1. Each column is a trust-region subproblem of its own, which the
/// [secular equation](crate::linalg::secular) solves globally.
#[derive(Debug, Clone)]
pub struct Columns<T: Scalar> {
    loss: VarianceLoss<T>,
    set: ColumnSet,
    values: DVector<T>,
    vectors: DMatrix<T>,
}

impl<T: Scalar> Columns<T> {
    /// Decomposes the covariance once, for every penalty.
    ///
    /// # Errors
    /// An eigendecomposition that fails.
    pub fn new(loss: VarianceLoss<T>, set: ColumnSet) -> Result<Self> {
        let (values, vectors) = loss.covariance.eigen()?;
        let values = values * (T::of(2.0) * loss.weight);
        Ok(Columns { loss, set, values, vectors })
    }
}

impl<T: Scalar> Subproblem<T> for Columns<T> {
    type Var = DMatrix<T>;
    type Image = DMatrix<T>;

    fn value(&self, w: &DMatrix<T>) -> Result<T> {
        self.loss.checked_value(w)
    }

    fn argmin(&self, w: &mut DMatrix<T>, to: Target<'_, T, DMatrix<T>>) -> Result<Solved<T>> {
        to.check_size(w.shape())?;
        let values = self.values.as_slice();
        for (mut column, target) in w.column_iter_mut().zip(to.v.column_iter()) {
            let target = target.as_slice();
            column.copy_from(&match self.set {
                ColumnSet::Sphere => minimise_on_sphere(values, &self.vectors, target, to.rho)?,
                ColumnSet::Ball => minimise_in_ball(values, &self.vectors, target, to.rho, T::one())?,
            });
        }
        Ok(Solved::exactly(Cost { steps: 1, passes: 0 }))
    }

    fn image(&self, w: &DMatrix<T>) -> DMatrix<T> {
        w.clone()
    }
}
