//! One linear inequality.

use super::{check, indicator, within};
use crate::linalg;
use crate::scalar::{Scalar, norm};
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// The indicator of {x : ⟨a, x⟩ ≤ b}.
///
/// The nearest point is v − max(⟨a, v⟩ − b, 0)/‖a‖²·a (Parikh and Boyd, "Proximal Algorithms", 2014, §6.2.2), taken
/// twice: where v is long and x is short, the second time removes what rounding left.
///
/// # Errors
/// `prox` reports [`Error::Parameters`] for a = 0 and a b that is not finite, [`Error::NotFinite`] for an entry of a
/// that is not finite and [`Error::Size`] for a v that is not of the size of a.
#[derive(Debug, Clone, PartialEq)]
pub struct Halfspace<T: Scalar> {
    /// The normal a ≠ 0.
    pub normal: DMatrix<T>,
    /// The offset b of the plane.
    pub offset: T,
}

impl<T: Scalar> Prox<T> for Halfspace<T> {
    fn value(&self, x: &DMatrix<T>) -> T {
        indicator(x, self.prox(x, T::one()))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        linalg::check(&self.normal, "the normal of a halfspace")?;
        Error::check_size("the target of a halfspace", self.normal.shape(), v.shape())?;
        let length = norm(self.normal.as_slice());
        let (normal, offset) = (&self.normal / length, self.offset / length);
        if length == T::zero() || !offset.is_finite() {
            let problem = format!("has length {length} and the offset {}: no halfspace", self.offset);
            return Err(Error::parameter("normal", problem));
        }
        let inside = |v: &DMatrix<T>| v - &normal * (normal.dot(v) - offset).max(T::zero());
        Ok(inside(&inside(v)))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        let length = norm(self.normal.as_slice());
        let normal = &self.normal / length;
        let along = normal.dot(y).max(T::zero());
        Some(Support { value: along * (self.offset / length), violation: norm((y - normal * along).as_slice()) })
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        let normal = &self.normal / norm(self.normal.as_slice());
        within(by, &normal * normal.dot(by).max(T::zero()))
    }
}
