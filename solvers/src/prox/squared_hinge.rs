//! The hinge loss without its kink.

use super::{entrywise, everywhere, negative_part, within};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// Σ max(1 − xᵢ, 0)² of margins x. `Margins` makes margins of scores and labels ±1.
///
/// prox(v, ρ) has the entries vᵢ + 2/(ρ + 2)·max(1 − vᵢ, 0), where the derivative −2(1 − x) + ρ(x − vᵢ) is 0. For the
/// loss see Fan et al., "LIBLINEAR: a library for large linear classification", 2008.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SquaredHinge;

impl<T: Scalar> Prox<T> for SquaredHinge {
    fn value(&self, x: &DMatrix<T>) -> T {
        x.iter().map(|&margin| (T::one() - margin).max(T::zero())).map(|short| short * short).sum()
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        let two = T::of(2.0);
        entrywise(v, rho, |v| v + two / (rho + two) * (T::one() - v).max(T::zero()))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        within(by, negative_part(by))
    }
}
