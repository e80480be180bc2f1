//! The sets on which a variable moves.

use crate::subproblem::{Recession, Support};
use crate::{Error, Real, Result};
use nalgebra::DMatrix;
use std::fmt;

/// A closed set M ⊂ ℝ^{d×k} that constrains a matrix: the `on` of a [`Descent`](crate::Descent).
///
/// | [`Geometry`] | Example | Tangent cone at x | Moves by |
/// |---|---|---|---|
/// | `Flat` | ℝ^{d×k} | ℝ^{d×k} | every method |
/// | `Manifold` | ‖x‖ = 1 | a linear space | every method |
/// | `Convex` | ‖x‖ ≤ 1 | a convex cone | [`Gradient`](crate::Gradient), [`ScheduledSteps`](crate::ScheduledSteps) |
/// | `General` | ‖x‖ = 1, x ≥ 0 | a cone | the same |
///
/// ```
/// use admm::{ConstraintSet, Geometry, Result, check};
/// use nalgebra::DMatrix;
///
/// struct Sphere; // ‖x‖ = 1
/// impl ConstraintSet<f64> for Sphere {
///     fn geometry(&self) -> Geometry {
///         Geometry::Manifold
///     }
///     fn project(&self, x: &DMatrix<f64>) -> Result<DMatrix<f64>> {
///         Ok(x.normalize())
///     }
///     fn residual(&self, x: &DMatrix<f64>) -> Result<f64> {
///         Ok((x.norm() - 1.0).abs())
///     }
///     fn tangent(&self, x: &DMatrix<f64>, g: &DMatrix<f64>) -> Result<DMatrix<f64>> {
///         Ok(g - x * x.dot(g))
///     }
/// }
/// check::constraint_set(&Sphere, &DMatrix::from_column_slice(2, 1, &[0.6, 0.8]))?.assert();
/// # Ok::<(), admm::Error>(())
/// ```
///
/// # Errors
/// All methods but `geometry` may fail: a matrix of the wrong size is an [`Error::Size`], not a NaN.
#[doc(alias = "Manifold")]
pub trait ConstraintSet<T: Real>: Send + Sync {
    /// The kind of set, which decides the methods that can move on it.
    fn geometry(&self) -> Geometry;
    /// The projection of x: the point of M nearest to x.
    ///
    /// # Errors
    /// [`Error::Size`] for a size that the set does not take, and an x without a nearest point, such as one that is not
    /// finite.
    fn project(&self, x: &DMatrix<T>) -> Result<DMatrix<T>>;
    /// A measure of how far x is from M: 0 on it.
    ///
    /// # Errors
    /// [`Error::Size`] for a size that the set does not take.
    fn residual(&self, x: &DMatrix<T>) -> Result<T>;
    /// The tangent projection of a gradient g at x: −tangent(g) is the projection of −g on the tangent cone of M.
    ///
    /// On a manifold that cone is a linear space, and the tangent projection is linear. It then carries a vector from
    /// another point to x as well: the vector transport by projection.
    ///
    /// # Errors
    /// [`Error::Size`] for sizes that differ or that the set does not take.
    fn tangent(&self, x: &DMatrix<T>, g: &DMatrix<T>) -> Result<DMatrix<T>>;
    /// The retraction of a step ξ from x: a point of M that agrees with x + ξ to first order if ξ is a tangent
    /// direction.
    ///
    /// The default projects x + ξ. This is a retraction of second order on a manifold (Absil and Malick,
    /// "Projection-like retractions on matrix manifolds", 2012) and the projection arc on a convex set (Bertsekas
    /// 1976).
    ///
    /// # Errors
    /// The errors of [`project`](Self::project), and [`Error::Size`] for a step of another size than x.
    fn retract(&self, x: &DMatrix<T>, step: &DMatrix<T>) -> Result<DMatrix<T>> {
        check_sizes(x, "step", step)?;
        self.project(&(x + step))
    }
    /// The size of the first-order decrease that is still possible at x for a gradient g: 0 at a stationary point.
    ///
    /// The default is ‖tangent(g)‖ on a manifold and ‖x − project(x − g)‖ on a convex set. Elsewhere it is
    /// ‖x − project(x − tangent(g))‖. On a set with a boundary these fade as x comes near a stationary point, whereas
    /// ‖tangent(g)‖ jumps.
    ///
    /// # Errors
    /// The errors of [`project`](Self::project) and [`tangent`](Self::tangent), and [`Error::Size`] for a gradient of
    /// another size than x.
    fn stationarity(&self, x: &DMatrix<T>, g: &DMatrix<T>) -> Result<T> {
        check_sizes(x, "gradient", g)?;
        match self.geometry() {
            Geometry::Flat | Geometry::Manifold => Ok(self.tangent(x, g)?.norm()),
            Geometry::Convex => Ok((x - self.project(&(x - g))?).norm()),
            Geometry::General => Ok((x - self.project(&(x - self.tangent(x, g)?))?).norm()),
        }
    }
    /// Returns the support function sup ⟨y, x⟩ over the set, if it is known.
    fn support(&self, _y: &DMatrix<T>) -> Option<Support<T>> {
        None
    }
    /// Returns the recession function of the indicator of the set at a move δ, if it is known. Its value is 0, and the
    /// violation is the distance of δ from the directions in which one can go on for ever.
    fn recession(&self, _by: &DMatrix<T>) -> Option<Recession<T>> {
        None
    }
}

fn check_sizes<T: Real>(x: &DMatrix<T>, place: &str, vector: &DMatrix<T>) -> Result<()> {
    Error::check_size(place, x.shape(), vector.shape())
}

/// The kind of a [`ConstraintSet`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Geometry {
    /// The whole space: no constraint.
    Flat,
    /// A smooth manifold without a boundary, such as a sphere: its tangent cones are linear spaces.
    Manifold,
    /// A convex set, such as a ball or a box: its projection is unique and nonexpansive.
    Convex,
    /// A set that is neither, such as the part of a sphere that is not negative.
    General,
}

impl Geometry {
    /// Returns the kind of M × N, for M of this kind and N of the other.
    pub fn times(self, other: Geometry) -> Geometry {
        match (self, other) {
            (Geometry::Flat, kind) | (kind, Geometry::Flat) => kind,
            (one, other) if one == other => one,
            _ => Geometry::General,
        }
    }

    /// Returns true for the sets whose tangent cones are linear spaces: [`Flat`](Geometry::Flat) and
    /// [`Manifold`](Geometry::Manifold).
    pub fn is_smooth(self) -> bool {
        matches!(self, Geometry::Flat | Geometry::Manifold)
    }

    /// Checks that a set is smooth, for a method that carries tangent vectors from one point to the next.
    ///
    /// # Errors
    /// [`Error::Parameters`] for a set that is not, with the name of the method and of another that fits.
    pub fn check_smooth(self, method: &str) -> Result<()> {
        if self.is_smooth() {
            return Ok(());
        }
        let problem = format!("must be a smooth manifold for {method}, got {self}: use Gradient (projected gradient)");
        Err(Error::parameter("on", problem))
    }
}

impl fmt::Display for Geometry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Geometry::Flat => "the whole space",
            Geometry::Manifold => "a smooth manifold",
            Geometry::Convex => "a convex set",
            Geometry::General => "a set that is neither smooth nor convex",
        })
    }
}

impl<T: Real, M: ConstraintSet<T> + ?Sized> ConstraintSet<T> for Box<M> {
    fn geometry(&self) -> Geometry {
        (**self).geometry()
    }
    fn project(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        (**self).project(x)
    }
    fn residual(&self, x: &DMatrix<T>) -> Result<T> {
        (**self).residual(x)
    }
    fn tangent(&self, x: &DMatrix<T>, g: &DMatrix<T>) -> Result<DMatrix<T>> {
        (**self).tangent(x, g)
    }
    fn retract(&self, x: &DMatrix<T>, step: &DMatrix<T>) -> Result<DMatrix<T>> {
        (**self).retract(x, step)
    }
    fn stationarity(&self, x: &DMatrix<T>, g: &DMatrix<T>) -> Result<T> {
        (**self).stationarity(x, g)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        (**self).support(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        (**self).recession(by)
    }
}

/// The whole space: no constraint.
#[derive(Debug, Clone, Copy, Default)]
pub struct Flat;

impl<T: Real> ConstraintSet<T> for Flat {
    fn geometry(&self) -> Geometry {
        Geometry::Flat
    }
    fn project(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        Ok(x.clone())
    }
    fn residual(&self, _x: &DMatrix<T>) -> Result<T> {
        Ok(T::zero())
    }
    fn tangent(&self, _x: &DMatrix<T>, g: &DMatrix<T>) -> Result<DMatrix<T>> {
        Ok(g.clone())
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        Some(Support::everywhere(y.norm()))
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        Some(Recession { violation: T::zero(), ..Recession::nowhere(by.norm()) })
    }
}
