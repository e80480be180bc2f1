//! Columns of positive probabilities.

use super::check_alike;
use crate::linalg::check;
use crate::prox::waterline;
use crate::scalar::{Scalar, worst};
use admm::{ConstraintSet, Geometry, Result};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// The multinomial manifold {X (d×k) : xᵢⱼ > 0, Σᵢ xᵢⱼ = 1}, a product of open simplices.
///
/// It is for objectives that keep their minimiser inside, such as likelihoods of mixtures. Where entries of the
/// minimiser may be 0, the closed set is `Columnwise(Simplex { total: 1.0 })`, see [`Simplex`](crate::prox::Simplex).
///
/// A [`ConstraintSet`] has the metric of the space around it. The Fisher metric Σ ξ²/x enters by the retraction: an
/// entry grows or shrinks by a factor, and never becomes 0.
///
/// - **Tangent projection:** gⱼ − mean(gⱼ)·1.
/// - **Retraction:** xⱼ ∘ exp(ξⱼ/xⱼ) over its sum (Sun, Gao, Hong, Mishra and Yin, "Heterogeneous tensor decomposition for
///   clustering via manifold optimization", 2016, §IV), exact to first order.
/// - **Projection:** the nearest point of the closed simplex, with no entry below ε. An open set has no nearest point;
///   this one is as near as rounding allows.
/// - **Residual:** maxⱼ |Σᵢ xᵢⱼ − 1| and how far the least entry is below 0.
///
/// ```
/// use admm::ConstraintSet;
/// use admm::nalgebra::DMatrix;
/// use admm_solvers::set::Multinomial;
///
/// let column = |entries: [f64; 2]| DMatrix::from_column_slice(2, 1, &entries);
/// let x = Multinomial.retract(&column([0.5, 0.5]), &column([1e3, -1e3]))?;
/// assert!(x[1] > 0.0 && x.sum() == 1.0);
/// # Ok::<(), admm::Error>(())
/// ```
///
/// # Errors
/// `retract` and `project` report [`Error::NotFinite`](admm::Error::NotFinite) for an entry that is not finite and
/// [`Error::Numerical`](admm::Error::Numerical) for an empty matrix.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Multinomial;

/// Raises entries below ε to it, and divides each column by its sum.
fn probabilities<T: Scalar>(mut x: DMatrix<T>) -> DMatrix<T> {
    for mut column in x.column_iter_mut() {
        let sum = column.sum();
        column.apply(|entry| *entry = (*entry / sum).max(T::EPSILON));
        let sum = column.sum();
        column /= sum;
    }
    x
}

impl<T: Scalar> ConstraintSet<T> for Multinomial {
    fn geometry(&self) -> Geometry {
        Geometry::Manifold
    }
    fn tangent(&self, x: &DMatrix<T>, g: &DMatrix<T>) -> Result<DMatrix<T>> {
        check_alike(x, g)?;
        let mut tangent = g.clone();
        for mut column in tangent.column_iter_mut() {
            let mean = column.mean();
            column.add_scalar_mut(-mean);
        }
        Ok(tangent)
    }
    fn retract(&self, x: &DMatrix<T>, step: &DMatrix<T>) -> Result<DMatrix<T>> {
        check_alike(x, step)?;
        check(&(x + step), "the step of probabilities")?;
        let mut moved = x.clone();
        for (mut column, step) in moved.column_iter_mut().zip(step.column_iter()) {
            let rates = step.zip_map(&column, |step, x| step / x.max(T::EPSILON));
            let fastest = rates.max();
            column.zip_apply(&rates, |x, rate| *x *= (rate - fastest).exp());
        }
        Ok(probabilities(moved))
    }
    fn project(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        check(x, "the matrix to project on probabilities")?;
        let mut nearest = x.clone();
        for mut column in nearest.column_iter_mut() {
            let (highest, depth) = waterline(column.iter().copied(), T::one());
            column.apply(|entry| *entry = ((*entry - highest) + depth).max(T::zero()));
        }
        Ok(probabilities(nearest))
    }
    fn residual(&self, x: &DMatrix<T>) -> Result<T> {
        let sums = x.column_iter().map(|column| (column.sum() - T::one()).abs());
        Ok(worst(sums.chain(x.iter().map(|entry| -*entry))))
    }
}
