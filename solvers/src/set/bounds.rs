//! Entries between two bounds.

use super::check_alike;
use crate::linalg::check;
use crate::scalar::{Scalar, worst};
use admm::infeasibility::{Recession, Support};
use admm::{ConstraintSet, Error, Geometry, Result};
use nalgebra::DMatrix;

/// The convex set {X (d×k) : lᵢⱼ ≤ xᵢⱼ ≤ uᵢⱼ}, a box.
///
/// The bounds are two numbers for all entries, or two matrices (d×k). An infinite bound is none: l = 0 and u = ∞ give
/// the non-negative matrices.
///
/// - **Projection:** the entries min(u, max(l, xᵢⱼ)) (Parikh and Boyd, "Proximal Algorithms", 2014, §6.2.4).
/// - **Tangent projection:** 0 for an entry at a bound from which −gᵢⱼ points out of the box, and gᵢⱼ elsewhere.
/// - **Retraction:** the projection of X + ξ.
/// - **Residual:** maxᵢⱼ max(0, l − xᵢⱼ, xᵢⱼ − u).
///
/// ```
/// use admm::Prox;
/// use admm::nalgebra::DMatrix;
/// use admm_solvers::prox::Indicator;
/// use admm_solvers::set::Bounds;
///
/// let column = |entries: [f64; 2]| DMatrix::from_column_slice(2, 1, &entries);
/// let limits = Indicator(Bounds { lower: column([-1.0, 0.0]), upper: column([1.0, f64::INFINITY]) });
/// assert_eq!(limits.prox(&column([-3.0, 7.0]), 1.0)?, column([-1.0, 7.0]));
/// # Ok::<(), admm::Error>(())
/// ```
///
/// # Errors
/// All methods report [`Error::Size`] for an X of another size than the bounds. `retract` and `project` report
/// [`Error::Parameters`] for bounds that no number satisfies, [`Error::NotFinite`] for an entry that is not finite and
/// [`Error::Numerical`] for an empty matrix.
#[doc(alias = "Box")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds<B = f64> {
    /// The lower bound l < ∞.
    pub lower: B,
    /// The upper bound u ≥ l, u > −∞.
    pub upper: B,
}

/// A bound of each entry of a matrix: one number for all of them, or a matrix.
pub trait Bound<T>: Send + Sync {
    /// The bound of the entry with this number, counted column by column.
    fn at(&self, entry: usize) -> T;
    /// The size of a matrix, and `None` for a number.
    fn size(&self) -> Option<(usize, usize)>;
}

impl<T: Scalar> Bound<T> for f64 {
    fn at(&self, _entry: usize) -> T {
        T::of(*self)
    }
    fn size(&self) -> Option<(usize, usize)> {
        None
    }
}

impl<T: Scalar> Bound<T> for DMatrix<T> {
    fn at(&self, entry: usize) -> T {
        self[entry]
    }
    fn size(&self) -> Option<(usize, usize)> {
        Some(self.shape())
    }
}

impl<B> Bounds<B> {
    fn check_size<T: Scalar>(&self, x: &DMatrix<T>) -> Result<()>
    where
        B: Bound<T>,
    {
        for size in [self.lower.size(), self.upper.size()].into_iter().flatten() {
            Error::check_size("the bounds of a box", x.shape(), size)?;
        }
        Ok(())
    }
    /// Each entry of x with its bounds.
    fn entries<'a, T: Scalar>(&'a self, x: &'a DMatrix<T>) -> impl Iterator<Item = (T, T, T)> + 'a
    where
        B: Bound<T>,
    {
        x.iter().enumerate().map(|(entry, &x)| (x, self.lower.at(entry), self.upper.at(entry)))
    }
}

/// A matrix of the size of x, column by column.
fn like<T: Scalar>(x: &DMatrix<T>, entries: impl Iterator<Item = T>) -> DMatrix<T> {
    DMatrix::from_iterator(x.nrows(), x.ncols(), entries)
}

impl<T: Scalar, B: Bound<T>> ConstraintSet<T> for Bounds<B> {
    fn geometry(&self) -> Geometry {
        Geometry::Convex
    }
    fn tangent(&self, x: &DMatrix<T>, g: &DMatrix<T>) -> Result<DMatrix<T>> {
        self.check_size(x)?;
        check_alike(x, g)?;
        let out = |(x, lower, upper): (T, T, T), g: T| (x <= lower && g > T::zero()) || (x >= upper && g < T::zero());
        Ok(like(x, self.entries(x).zip(g).map(|(entry, &g)| if out(entry, g) { T::zero() } else { g })))
    }
    fn project(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        self.check_size(x)?;
        let infinity = T::of(f64::INFINITY);
        let empty = |lower: T, upper: T| !(lower <= upper && lower < infinity && upper > -infinity);
        if let Some((_, lower, upper)) = self.entries(x).find(|&(_, lower, upper)| empty(lower, upper)) {
            return Err(Error::parameter(
                "lower",
                format!("must leave numbers up to the bound above it, {upper}, got {lower}"),
            ));
        }
        check(x, "the matrix to project on a box")?;
        Ok(like(x, self.entries(x).map(|(x, lower, upper)| x.max(lower).min(upper))))
    }
    fn residual(&self, x: &DMatrix<T>) -> Result<T> {
        self.check_size(x)?;
        Ok(worst(self.entries(x).flat_map(|(x, lower, upper)| [lower - x, x - upper])))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        self.check_size(y).ok()?;
        let (mut value, mut outside) = (T::zero(), T::zero());
        for (y, lower, upper) in self.entries(y).filter(|(y, ..)| *y != T::zero()) {
            let bound = if y > T::zero() { upper } else { lower };
            if bound.is_finite() { value += y * bound } else { outside += y * y }
        }
        Some(Support { value, violation: outside.sqrt() })
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        self.check_size(by).ok()?;
        let bounded = |(by, lower, upper): &(T, T, T)| if *by > T::zero() { upper } else { lower }.is_finite();
        let outside = self.entries(by).filter(bounded).map(|(by, ..)| by * by).sum::<T>().sqrt();
        Some(Recession { value: T::zero(), violation: outside, length: by.norm() })
    }
}
