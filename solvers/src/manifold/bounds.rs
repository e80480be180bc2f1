//! Entries between two bounds.

use crate::factor::check;
use crate::scalar::{Scalar, worst};
use admm::{Error, Manifold, Result};
use nalgebra::DMatrix;

/// The box {X (d×k) : l ≤ xᵢⱼ ≤ u}. An infinite bound is none: 0 and ∞ are the non-negative matrices.
///
/// The nearest point has the entries min(u, max(l, xᵢⱼ)) (Parikh and Boyd, "Proximal Algorithms", 2014, §6.2.4). As for
/// every convex set here, a step is followed by the projection, and the stationarity is ‖x − project(x − g)‖. The
/// residual is maxᵢⱼ max(0, l − xᵢⱼ, xᵢⱼ − u), and the tangent part of a gradient g that of which −g does not leave the
/// box: it is 0 where an entry is at a bound and −g points out.
///
/// # Errors
/// `retract` and `project` report [`Error::Parameters`] for bounds that no number satisfies,
/// [`Error::NotFinite`] for an entry that is not finite and [`Error::Numerical`] for an empty matrix.
#[doc(alias = "Box")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// l < ∞.
    pub lower: f64,
    /// u ≥ l and > −∞.
    pub upper: f64,
}

impl Bounds {
    /// l and u as numbers of the type T.
    fn of<T: Scalar>(&self) -> (T, T) {
        (T::of(self.lower), T::of(self.upper))
    }
}

impl<T: Scalar> Manifold<T> for Bounds {
    fn tangent(&self, x: &DMatrix<T>, g: &DMatrix<T>) -> DMatrix<T> {
        let (lower, upper) = self.of::<T>();
        x.zip_map(g, |x, g| {
            let out = (x <= lower && g > T::zero()) || (x >= upper && g < T::zero());
            if out { T::zero() } else { g }
        })
    }
    fn retract(&self, x: &DMatrix<T>, step: &DMatrix<T>) -> Result<DMatrix<T>> {
        self.project(&(x + step))
    }
    fn project(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        let (lower, upper) = self.of::<T>();
        let infinity = T::of(f64::INFINITY);
        if !(lower <= upper && lower < infinity && upper > -infinity) {
            let message = format!("no number is between the bounds {} and {} of a box", self.lower, self.upper);
            return Err(Error::parameter(message));
        }
        check(x, "the matrix to project on a box")?;
        Ok(x.map(|entry| entry.max(lower).min(upper)))
    }
    fn residual(&self, x: &DMatrix<T>) -> T {
        let (lower, upper) = self.of::<T>();
        worst(x.iter().flat_map(|&entry| [lower - entry, entry - upper]))
    }
    fn stationarity(&self, x: &DMatrix<T>, g: &DMatrix<T>) -> Result<T> {
        Ok((x - self.project(&(x - g))?).norm())
    }
}
