//! A linear function between two bounds.

use super::{check, indicator, within};
use crate::linalg;
use crate::scalar::{Scalar, norm};
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// The indicator of {x : l ≤ ⟨a, x⟩ ≤ u}.
///
/// The nearest point is v + (c − ⟨a, v⟩)/‖a‖²·a with c = min(max(⟨a, v⟩, l), u) (Beck, "First-Order Methods in
/// Optimization", 2017, lemma 6.26). It is taken twice: where v is long and x is short, the second time removes what
/// rounding left.
///
/// # Errors
/// `prox` reports [`Error::Parameters`] for a = 0 and unless l ≤ u are finite, [`Error::NotFinite`] for an entry of a
/// that is not finite and [`Error::Size`] for a v that is not of the size of a.
#[derive(Debug, Clone, PartialEq)]
pub struct Hyperslab<T: Scalar> {
    /// The normal a ≠ 0.
    pub normal: DMatrix<T>,
    /// The lower bound l.
    pub lower: T,
    /// The upper bound u.
    pub upper: T,
}

impl<T: Scalar> Hyperslab<T> {
    /// a, l and u over ‖a‖.
    fn unit(&self) -> (DMatrix<T>, T, T) {
        let length = norm(self.normal.as_slice());
        (&self.normal / length, self.lower / length, self.upper / length)
    }
}

impl<T: Scalar> Prox<T> for Hyperslab<T> {
    fn value(&self, x: &DMatrix<T>) -> T {
        indicator(x, self.prox(x, T::one()))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        linalg::check(&self.normal, "the normal of a hyperslab")?;
        Error::check_size("the target of a hyperslab", self.normal.shape(), v.shape())?;
        let (normal, lower, upper) = self.unit();
        // A normal of length 0 leaves no number here.
        if !(lower <= upper && lower.is_finite() && upper.is_finite()) {
            let problem = format!("must have finite bounds in order, got {} and {}", self.lower, self.upper);
            return Err(Error::parameter("normal", problem));
        }
        let inside = |v: &DMatrix<T>| {
            let height = normal.dot(v);
            v + &normal * (height.max(lower).min(upper) - height)
        };
        Ok(inside(&inside(v)))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        let (normal, lower, upper) = self.unit();
        let along = normal.dot(y);
        let value = (along * lower).max(along * upper);
        Some(Support { value, violation: norm((y - normal * along).as_slice()) })
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        let (normal, ..) = self.unit();
        within(by, &normal * normal.dot(by))
    }
}
