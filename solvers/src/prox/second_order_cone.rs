//! The ice-cream cone.

use super::{check, indicator, within};
use crate::scalar::{Scalar, norm, set_length};
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// The indicator of {(t, x) : ‖x‖ ≤ t}, where t is the first entry and x is all others. Its polar cone is its negative.
///
/// The nearest point to a (s, v) outside is 0 where ‖v‖ ≤ −s, and else ½(1 + s/‖v‖)·(‖v‖, v) (Parikh and Boyd,
/// "Proximal Algorithms", 2014, §6.3.2).
#[doc(alias = "Lorentz")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SecondOrderCone;

impl<T: Scalar> Prox<T> for SecondOrderCone {
    fn value(&self, x: &DMatrix<T>) -> T {
        indicator(x, self.prox(x, T::one()))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        let (height, length) = (v[0], norm(&v.as_slice()[1..]));
        if length <= height {
            return Ok(v.clone());
        }
        let mut nearest = v.clone();
        let half = T::of(0.5);
        nearest[0] = (half * height + half * length).max(T::zero());
        let length = nearest[0];
        set_length(&mut nearest.as_mut_slice()[1..], length);
        Ok(nearest)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        let outside = self.prox(y, T::one()).ok()?;
        Some(Support { value: T::zero(), violation: norm(outside.as_slice()) })
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        within(by, by - self.prox(by, T::one()).ok()?)
    }
}
