//! The exponential cone and its dual.

use super::{check, increasing_root, indicator, settled, within};
use crate::scalar::{Scalar, binade, largest, norm};
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// The indicator of the closure of {(r, s, t) : s > 0, s·exp(r/s) ≤ t}, of columns with three entries.
/// `Columnwise(ExponentialCone)` is a product of such cones.
///
/// A v that is neither in the cone nor in its polar cone is the sum of its nearest points in both. They are multiples of
/// (h, 1, eʰ) and of (1, 1 − h, −e⁻ʰ), with one h that solves an increasing equation (Friberg, "Projection onto the
/// exponential cone: a univariate root-finding problem", 2021, theorem 1). Newton's method with bisection finds it.
///
/// # Errors
/// `prox` reports [`Error::Size`] for a v that is not a column with three entries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExponentialCone;

impl<T: Scalar> Prox<T> for ExponentialCone {
    fn value(&self, x: &DMatrix<T>) -> T {
        indicator(x, self.prox(x, T::one()))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        Error::check_size("the target of the exponential cone", (3, 1), v.shape())?;
        settled(v, |v| Ok(nearest(v)))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        let outside = self.prox(y, T::one()).ok()?;
        Some(Support { value: T::zero(), violation: norm(outside.as_slice()) })
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        within(by, by - self.prox(by, T::one()).ok()?)
    }
}

/// The indicator of the closure of {(r, s, t) : r < 0, −r·exp(s/r) ≤ e·t}, the dual cone of [`ExponentialCone`].
///
/// The nearest point is v plus the point of the exponential cone that is nearest to −v: Moreau's decomposition.
///
/// # Errors
/// `prox` reports [`Error::Size`] for a v that is not a column with three entries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DualExponentialCone;

impl<T: Scalar> Prox<T> for DualExponentialCone {
    fn value(&self, x: &DMatrix<T>) -> T {
        indicator(x, self.prox(x, T::one()))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        Error::check_size("the target of the dual exponential cone", (3, 1), v.shape())?;
        settled(v, |v| Ok(v + nearest(&-v)))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        let outside = self.prox(y, T::one()).ok()?;
        Some(Support { value: T::zero(), violation: norm(outside.as_slice()) })
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        within(by, by - self.prox(by, T::one()).ok()?)
    }
}

/// The nearest point of the exponential cone, for a v scaled by a power of two.
fn nearest<T: Scalar>(v: &DMatrix<T>) -> DMatrix<T> {
    let (scale, zero, one) = (binade(largest(v.as_slice())), T::zero(), T::one());
    let [r, s, t] = [v[0] / scale, v[1] / scale, v[2] / scale];
    let inside = s > zero && s * (r / s).exp() <= t || s == zero && r <= zero && t >= zero;
    let polar = r > zero && r * (s / r - one).exp() <= -t;
    if inside {
        return v.clone();
    }
    if polar {
        return v * zero;
    }
    if r <= zero && s <= zero {
        return DMatrix::from_column_slice(3, 1, &[v[0], zero, v[2].max(zero)]);
    }
    DMatrix::from_column_slice(3, 1, &on_boundary(r, s, t)) * scale
}

/// The nearest point of the boundary, for r > 0 or s > 0.
///
/// The multiples a of (h, 1, eʰ) and b of (1, 1 − h, −e⁻ʰ) follow from r and s, and t from h. Both are positive for h
/// between 1 − s/r, if r > 0, and r/s, if s > 0. The exponential that is at most 1, up to a factor, gives the answer: what
/// is multiplied by the other one may have been lost in rounding.
fn on_boundary<T: Scalar>(r: T, s: T, t: T) -> [T; 3] {
    let one = T::one();
    let multiples = |h: T| {
        let size = h * h - h + one;
        (((h - one) * r + s) / size, (r - h * s) / size, size)
    };
    let height = |h: T| {
        let (a, b, size) = multiples(h);
        let turn = h + h - one;
        let (slope_a, slope_b) = ((r - a * turn) / size, (-s - b * turn) / size);
        (a * h.exp() - b * (-h).exp() - t, (a + slope_a) * h.exp() + (b - slope_b) * (-h).exp())
    };
    let (low, high) = bracket(r, s, |h| height(h).0);
    let h = increasing_root(low, high, height);
    let (a, b, _) = multiples(h);
    if h <= T::of(0.5) { [a * h, a, a * h.exp()] } else { [r - b, s - b * (one - h), t + b * (-h).exp()] }
}

/// Bounds of h. An infinite one is replaced by the first of h ∓ 1, h ∓ 2, h ∓ 4, … that is beyond the root.
fn bracket<T: Scalar>(r: T, s: T, height: impl Fn(T) -> T) -> (T, T) {
    let zero = T::zero();
    let low = (r > zero).then(|| T::one() - s / r).filter(|low| low.is_finite());
    let high = (s > zero).then(|| r / s).filter(|high| high.is_finite());
    let far = |from: T, sign: f64| {
        let steps = (0..12).map(|power| from + T::of(sign * f64::from(1 << power)));
        let beyond = |h: &T| height(*h) * T::of(sign) > zero;
        steps.clone().find(beyond).unwrap_or_else(|| from + T::of(sign * 4096.0))
    };
    match (low, high) {
        (Some(low), Some(high)) => (low, high),
        (Some(low), None) => (low, far(low, 1.0)),
        (None, high) => {
            let high = high.unwrap_or(zero);
            (far(high, -1.0), high)
        }
    }
}
