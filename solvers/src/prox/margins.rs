//! Margins of scores and labels.

use super::{check, sized};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// f(y ∘ x) for labels yᵢ = ±1: with [`Hinge`](super::Hinge), [`SquaredHinge`](super::SquaredHinge) or
/// [`Logistic`](super::Logistic) a loss of the scores x of two classes.
///
/// prox(v, ρ) = y ∘ prox_f(y ∘ v, ρ), as the product is a reflection (Beck, "First-Order Methods in Optimization",
/// 2017, theorem 6.15).
///
/// # Errors
/// `prox` reports [`Error::Parameters`] for a label that is not ±1, [`Error::Size`] for a v that is not of the size of
/// y, and the errors of f.
#[derive(Debug, Clone, PartialEq)]
pub struct Margins<T: Scalar, P> {
    /// The function f.
    pub of: P,
    /// The labels y, each −1 or 1.
    pub labels: DMatrix<T>,
}

impl<T: Scalar, P: Prox<T>> Prox<T> for Margins<T, P> {
    fn value(&self, x: &DMatrix<T>) -> T {
        sized(x, self.labels.shape(), || self.of.value(&self.labels.component_mul(x)))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        Error::check_size("the scores of labels", self.labels.shape(), v.shape())?;
        if let Some(label) = self.labels.iter().find(|label| label.abs() != T::one()) {
            return Err(Error::parameter("labels", format!("must be 1 or −1, got {label}")));
        }
        Ok(self.labels.component_mul(&self.of.prox(&self.labels.component_mul(v), rho)?))
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        self.of.retune(rho)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        self.of.support(&self.labels.component_mul(y))
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        self.of.recession(&self.labels.component_mul(by))
    }
    fn is_nonconvex(&self) -> bool {
        self.of.is_nonconvex()
    }
}
