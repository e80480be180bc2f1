//! Columns that are orthonormal in a metric.

use super::check_alike;
use crate::linalg::{check, check_tall, polar, symmetric_eigen};
use crate::scalar::{Scalar, largest, norm};
use crate::view::{product, product_transposed, transposed_product};
use admm::method::DescentMethod;
use admm::{ConstraintSet, Error, Geometry, Gradient, Iterate, Result, Smooth, Target};
use nalgebra::DMatrix;

/// Steps of the descent that finds a nearest point.
const STEPS: u64 = 10_000;

/// The generalised Stiefel manifold {X (d×k) : XᵀMX = I} for a symmetric positive definite M (d×d), k ≤ d, with the
/// metric of the space around it.
///
/// With a covariance for M it is the set of whitened components: canonical correlations and discriminants are the
/// optima of a trace on it. The roots of M are computed once.
///
/// - **Tangent projection:** G − MXS with the symmetric S of S(XᵀM²X) + (XᵀM²X)S = XᵀMG + GᵀMX, as the normal space at X
///   consists of the products MXS (Absil, Mahony and Sepulchre, "Optimization Algorithms on Matrix Manifolds", 2008,
///   §3.6.1).
/// - **Retraction:** M^{−½}U with the [`polar`] factor U of M^{½}(X + ξ), which is the nearest point in the metric of M
///   (Yger, Berar, Gasso and Rakotomamonjy, "Adaptive canonical correlation analysis based on matrix manifolds", 2012).
///   It is exact to first order.
/// - **Projection:** it has no closed form unless M is a multiple of I (the unbalanced Procrustes problem; Eldén and
///   Park, "A Procrustes problem on the Stiefel manifold", 1999). Gradient descent on the distance from the nearest
///   point in the metric of M finds it. For k > 1 and an x much shorter than the points of the set this may be a local
///   minimum.
/// - **Residual:** ‖XᵀMX − I‖. Rounding leaves about the condition number of M times ε.
///
/// ```
/// use admm::ConstraintSet;
/// use admm::nalgebra::DMatrix;
/// use admm_solvers::set::GeneralizedStiefel;
///
/// let metric = DMatrix::<f64>::from_row_slice(2, 2, &[4.0, 0.0, 0.0, 9.0]);
/// let on = GeneralizedStiefel::new(metric)?;
/// let x = on.project(&DMatrix::from_column_slice(2, 1, &[3.0, 0.0]))?;
/// assert!((x[0] - 0.5).abs() < 1e-15 && x[1].abs() < 1e-15);
/// # Ok::<(), admm::Error>(())
/// ```
///
/// # Errors
/// All methods report [`Error::Size`] for an x that has not d rows or more than d columns. `retract` and `project`
/// report the errors of [`polar`], and `project` reports [`Error::Numerical`] where the descent does not end.
#[derive(Debug, Clone, PartialEq)]
pub struct GeneralizedStiefel<T: Scalar> {
    /// The metric M (d×d).
    metric: DMatrix<T>,
    /// The root M^{½} of the metric.
    root: DMatrix<T>,
    /// The inverse M^{−½} of the root.
    inverse_root: DMatrix<T>,
}

impl<T: Scalar> GeneralizedStiefel<T> {
    /// Takes the metric M (d×d), and computes its roots.
    ///
    /// # Errors
    /// [`Error::Parameters`] for an M that is not symmetric and positive definite up to rounding, and the errors of
    /// [`symmetric_eigen`].
    pub fn new(metric: DMatrix<T>) -> Result<Self> {
        let (values, vectors) = symmetric_eigen(&metric)?;
        let (size, smallest) = (largest(metric.as_slice()), values[values.len() - 1]);
        let apart = largest((&metric - metric.transpose()).as_slice());
        if apart > T::of(4096.0) * T::EPSILON * size {
            return Err(Error::parameter("metric", format!("must be symmetric, but entries differ by {apart}")));
        }
        if smallest <= T::of(metric.nrows() as f64) * T::EPSILON * values[0] {
            let problem = format!("must be positive definite, but has the eigenvalues {} to {smallest}", values[0]);
            return Err(Error::parameter("metric", problem));
        }
        let with = |power: fn(T) -> T| {
            let scaled = DMatrix::from_fn(vectors.nrows(), vectors.ncols(), |i, j| vectors[(i, j)] * power(values[j]));
            product_transposed(&scaled, &vectors)
        };
        Ok(GeneralizedStiefel {
            root: with(|value| value.sqrt()),
            inverse_root: with(|value| value.sqrt().recip()),
            metric,
        })
    }

    fn check_size(&self, x: &DMatrix<T>) -> Result<()> {
        Error::check_size("a point of the generalised Stiefel manifold", (self.metric.nrows(), x.ncols()), x.shape())?;
        check_tall(x, "a point of the generalised Stiefel manifold")
    }

    /// The nearest point in the metric of M.
    fn whitened(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        Ok(product(&self.inverse_root, &polar(&product(&self.root, x))?))
    }
}

impl<T: Scalar> ConstraintSet<T> for GeneralizedStiefel<T> {
    fn geometry(&self) -> Geometry {
        Geometry::Manifold
    }
    fn tangent(&self, x: &DMatrix<T>, g: &DMatrix<T>) -> Result<DMatrix<T>> {
        self.check_size(x)?;
        check_alike(x, g)?;
        let normal = product(&self.metric, x);
        let inner = transposed_product(&normal, g);
        let (values, vectors) = symmetric_eigen(&transposed_product(&normal, &normal))?;
        let within = transposed_product(&vectors, &product(&(&inner + inner.transpose()), &vectors));
        let solved = DMatrix::from_fn(values.len(), values.len(), |i, j| within[(i, j)] / (values[i] + values[j]));
        Ok(g - product(&product(&normal, &vectors), &product_transposed(&solved, &vectors)))
    }
    fn retract(&self, x: &DMatrix<T>, step: &DMatrix<T>) -> Result<DMatrix<T>> {
        self.check_size(x)?;
        check_alike(x, step)?;
        self.whitened(&(x + step))
    }
    fn project(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        self.check_size(x)?;
        check(x, "the matrix to project on the generalised Stiefel manifold")?;
        let start = self.whitened(x)?;
        let size = norm(x.as_slice()).max(norm(start.as_slice()));
        let distance = Distance { slope: (&start - x) / size, from: start.clone(), share: size.recip() };
        let mut nearest = Iterate::new(start);
        let target = Target { v: x, rho: T::zero(), tolerance: T::EPSILON.powf(T::of(0.75)) };
        let solved = Gradient { max_steps: STEPS }.minimise(&distance, self, &mut nearest, target)?;
        if solved.residual.is_some_and(|residual| residual <= T::EPSILON.sqrt()) {
            return Ok(nearest.point);
        }
        Err(Error::numerical("the projection on XᵀMX = I", format!("was not found in {STEPS} steps")))
    }
    fn residual(&self, x: &DMatrix<T>) -> Result<T> {
        self.check_size(x)?;
        let gram = transposed_product(x, &product(&self.metric, x));
        Ok((gram - DMatrix::identity(x.ncols(), x.ncols())).norm())
    }
}

/// (½‖X − Y‖² − ½‖X₀ − Y‖²)/s: how far the distance from Y is above that of X₀, divided by a size s. Written in X − X₀ it
/// keeps its digits next to Y and far from it.
struct Distance<T: Scalar> {
    /// The gradient (X₀ − Y)/s at X₀.
    slope: DMatrix<T>,
    /// The point X₀ on the manifold.
    from: DMatrix<T>,
    /// The inverse 1/s of the size.
    share: T,
}

impl<T: Scalar> Smooth<T> for Distance<T> {
    type Point = DMatrix<T>;

    fn value_and_gradient(&self, x: &DMatrix<T>) -> Result<(T, DMatrix<T>)> {
        let moved = x - &self.from;
        let value = T::of(0.5) * self.share * moved.norm_squared() + moved.dot(&self.slope);
        Ok((value, moved * self.share + &self.slope))
    }
}
