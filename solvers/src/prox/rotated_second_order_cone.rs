//! The cone of products.

use super::{SecondOrderCone, check, indicator, within};
use crate::scalar::{Scalar, norm};
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// The indicator of {(p, q, x) : ‖x‖² ≤ 2pq, p ≥ 0, q ≥ 0}, where p and q are the first two entries and x is all others.
/// Its polar cone is its negative.
///
/// It is the [`SecondOrderCone`] in the coordinates ((p + q)/√2, (p − q)/√2, x), a rotation (Alizadeh and Goldfarb,
/// "Second-order cone programming", 2003, §2). So is its nearest point.
///
/// # Errors
/// `prox` reports [`Error::Parameters`] for a v with fewer than two entries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RotatedSecondOrderCone;

impl<T: Scalar> Prox<T> for RotatedSecondOrderCone {
    fn value(&self, x: &DMatrix<T>) -> T {
        indicator(x, self.prox(x, T::one()))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        if v.len() < 2 {
            return Err(Error::parameter("v", "must have two entries or more for the rotated cone"));
        }
        Ok(rotated(SecondOrderCone.prox(&rotated(v.clone()), rho)?))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        let outside = self.prox(y, T::one()).ok()?;
        Some(Support { value: T::zero(), violation: norm(outside.as_slice()) })
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        within(by, by - self.prox(by, T::one()).ok()?)
    }
}

/// The first two entries as their sum and their difference, over √2. Twice is once back.
fn rotated<T: Scalar>(mut x: DMatrix<T>) -> DMatrix<T> {
    let root = T::of(0.5).sqrt();
    (x[0], x[1]) = (root * x[0] + root * x[1], root * x[0] - root * x[1]);
    x
}
