//! Steps on the Stiefel manifold that are rotations: the Cayley transform and the exponential.

use super::rotation::rotation;
use crate::linalg::{beside, orthonormal, polar, thin_qr};
use crate::scalar::Scalar;
use crate::view::{product, transposed_product};
use admm::Result;
use nalgebra::DMatrix;

/// A step ξ = XA + QB from X, in an orthonormal basis [X Q] (d×m) of the span of [X ξ] with m = min(d, 2k).
///
/// X stands for its factor qf(X), which repairs a point that drifted. A stands for its skew-symmetric part, which is
/// all that a tangent step has.
struct Frame<T: Scalar> {
    /// The basis [X Q].
    basis: DMatrix<T>,
    /// The coordinates A (k×k) of ξ in X.
    inner: DMatrix<T>,
    /// The coordinates B ((m−k)×k) of ξ in Q.
    outer: DMatrix<T>,
}

impl<T: Scalar> Frame<T> {
    fn of(x: &DMatrix<T>, step: &DMatrix<T>) -> Result<Self> {
        let k = x.ncols();
        let (basis, _) = thin_qr(&beside(x.clone(), step))?;
        let coordinates = transposed_product(&basis, step);
        let inner = coordinates.rows(0, k);
        Ok(Frame {
            inner: (inner - inner.transpose()) * T::of(0.5),
            outer: coordinates.rows(k, basis.ncols() - k).into_owned(),
            basis,
        })
    }

    /// Forms the skew-symmetric generator [[αA, −Bᵀ], [B, 0]].
    fn generator(&self, alpha: T) -> DMatrix<T> {
        let (k, m) = (self.inner.ncols(), self.basis.ncols());
        let mut generator = DMatrix::zeros(m, m);
        generator.view_mut((0, 0), (k, k)).copy_from(&(&self.inner * alpha));
        generator.view_mut((k, 0), (m - k, k)).copy_from(&self.outer);
        generator.view_mut((0, k), (k, m - k)).copy_from(&-self.outer.transpose());
        generator
    }

    /// Returns [X Q]·R·[I; 0] for a rotation R (m×m) of the basis.
    fn turned(&self, rotation: &DMatrix<T>) -> DMatrix<T> {
        product(&self.basis, &rotation.columns(0, self.inner.ncols()).into_owned())
    }
}

/// The Cayley transform (I − W/2)⁻¹(I + W/2)X with W = PξXᵀ − XξᵀP and P = I − XXᵀ/2.
///
/// W has rank 2k, so a system of that size is all there is to solve (Wen and Yin, "A feasible method for optimization
/// with orthogonality constraints", 2013, lemma 4). In the basis of the [`Frame`] it is [[A, −Bᵀ], [B, 0]]. Unlike the
/// factors of Wen and Yin, that basis has condition 1, and no square of the step overflows.
pub(super) fn cayley<T: Scalar>(x: &DMatrix<T>, step: &DMatrix<T>) -> Result<DMatrix<T>> {
    let frame = Frame::of(x, step)?;
    let (half, two) = (T::of(0.5), T::of(2.0));
    repaired(frame.turned(&rotation(&frame.generator(T::one()), |speed| two * (half * speed).atan())?))
}

/// The point at time 1 of the geodesic from X with velocity ξ, in the metric of the space around the manifold.
///
/// Edelman, Arias and Smith ("The geometry of algorithms with orthogonality constraints", 1998, equation 2.42) give
/// [X ξ] exp[[A, −ξᵀξ], [I, A]] [I; 0] exp(−A). In the basis of the [`Frame`] the same point is
/// [X Q] exp[[2A, −Bᵀ], [B, 0]] [I; 0] exp(−A). There all generators are skew-symmetric (Zimmermann and Hüper,
/// "Computing the Riemannian logarithm on the Stiefel manifold", 2022, β = 1).
pub(super) fn exponential<T: Scalar>(x: &DMatrix<T>, step: &DMatrix<T>) -> Result<DMatrix<T>> {
    let frame = Frame::of(x, step)?;
    let turned = frame.turned(&rotation(&frame.generator(T::of(2.0)), |speed| speed)?);
    repaired(product(&turned, &rotation(&frame.inner, |speed| -speed)?))
}

/// Replaces the end of a step that was so long that rounding decided it by the nearest orthonormal matrix.
fn repaired<T: Scalar>(end: DMatrix<T>) -> Result<DMatrix<T>> {
    if orthonormal(&end) { Ok(end) } else { polar(&end) }
}
