//! The Hessian that the curvature pairs correct.

use admm::space::Space;
use admm::{Real, Result};
use nalgebra::DMatrix;

/// The Hessian that L-BFGS takes for granted before its pairs correct it.
pub trait InitialHessian<T: Real, P>: Send + Sync {
    /// Looks up a matrix that is worth keeping as long as the point stays near. The default is an empty matrix.
    fn look_up(&self, _at: &P) -> DMatrix<T> {
        DMatrix::zeros(0, 0)
    }
    /// (H₀ + ρI)⁻¹q near the present point, with ρ on the coupled matrix alone: symmetric and positive in q.
    ///
    /// # Errors
    /// A model that cannot be made.
    fn solve(&self, near: Near<'_, T, P>, q: P) -> Result<P>;
    /// How far the point may move before the matrix is looked up anew, as a share of the norm of the point.
    fn keeps(&self) -> f64 {
        0.0
    }
    /// The share of a step at which the line search begins: how far the model is trusted. The default is 1.
    fn reach(&self, _at: &P, _step: &P) -> T {
        T::one()
    }
    /// Passes over the data that looking up takes.
    fn passes(&self) -> f64 {
        0.0
    }
}

/// The knowledge at the point where a direction is sought.
#[derive(Debug)]
pub struct Near<'a, T, P> {
    /// The current point.
    pub point: &'a P,
    /// The matrix that was looked up at the point, or [near it](InitialHessian::keeps).
    pub known: &'a DMatrix<T>,
    /// The gradient there, the pull included.
    pub gradient: &'a P,
    /// The penalty ρ.
    pub rho: T,
    /// The factor, at least 1, for the curvature of the model. It says how much more f curved along the last steps on
    /// flat space, which prefer directions that the model believes flat. The scaling of Oren and Luenberger,
    /// "Self-scaling variable metric algorithms" (1974), for a Hessian that is not a multiple of the identity.
    pub stiffness: T,
    /// The last step and the change of the gradient along it.
    pub pair: Option<(&'a P, &'a P)>,
}

/// H₀ = (yᵀy/sᵀy)I of the last pair (Nocedal and Wright 2006, eq. 7.20), and a first step of length 1 at most.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scaling;

impl<T: Real, P: Space<T>> InitialHessian<T, P> for Scaling {
    fn solve(&self, near: Near<'_, T, P>, mut q: P) -> Result<P> {
        q.scale_by(match near.pair {
            Some((s, y)) => s.inner_product(y) / y.inner_product(y),
            None => T::one() / near.gradient.euclidean_norm().max(T::one()),
        });
        Ok(q)
    }
}

/// [`Scaling`] where there is no model.
impl<T: Real, P: Space<T>, H: InitialHessian<T, P>> InitialHessian<T, P> for Option<H> {
    fn look_up(&self, at: &P) -> DMatrix<T> {
        self.as_ref().map_or_else(|| Scaling.look_up(at), |model| model.look_up(at))
    }
    fn solve(&self, near: Near<'_, T, P>, q: P) -> Result<P> {
        match self {
            Some(model) => model.solve(near, q),
            None => Scaling.solve(near, q),
        }
    }
    fn keeps(&self) -> f64 {
        self.as_ref().map_or(0.0, H::keeps)
    }
    fn reach(&self, at: &P, step: &P) -> T {
        self.as_ref().map_or(T::one(), |model| model.reach(at, step))
    }
    fn passes(&self) -> f64 {
        self.as_ref().map_or(0.0, H::passes)
    }
}
