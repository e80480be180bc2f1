//! The smallest eigenvalues of a symmetric operator, by the method of Lanczos.

use crate::linalg::symmetric_eigen;
use crate::scalar::Scalar;
use admm::Result;
use admm::space::Space;
use nalgebra::DMatrix;
use std::marker::PhantomData;

/// An orthonormal basis Q of a Krylov space of H, without the directions of symmetry.
///
/// Every vector is made orthogonal to all before it, twice (Parlett, "The Symmetric Eigenvalue Problem", 1998, §13.8). The
/// images HQ are kept, so that the residuals of eigenvectors are computed and not estimated.
pub(super) struct Krylov<'a, T, P> {
    symmetric: &'a [P],
    basis: Vec<P>,
    images: Vec<P>,
    /// QᵀHQ, which is symmetric but for the errors of the products.
    projected: DMatrix<f64>,
    /// The next vector of the basis; none if the space is invariant.
    next: Option<P>,
    of: PhantomData<T>,
}

/// The smallest eigenvalues that a Krylov space shows.
pub(super) struct Spectrum<P> {
    /// The pairs in ascending order.
    pub lowest: Vec<Pair<P>>,
    /// The largest eigenvalue, and 0 if that is negative.
    pub largest: f64,
    /// The errors of the products, as far as QᵀHQ shows them.
    pub error: f64,
    /// The dimension of the space.
    pub products: usize,
    /// True if the space is invariant: it holds an eigenvector of every eigenvalue.
    pub complete: bool,
}

/// An eigenvalue θ with its eigenvector y of norm 1, and ‖Hy − θy‖.
pub(super) struct Pair<P> {
    pub value: f64,
    pub vector: P,
    pub residual: f64,
}

impl<'a, T: Scalar, P: Space<T>> Krylov<'a, T, P> {
    /// The space of a start, without the symmetric directions, which are orthonormal.
    pub fn from(start: P, symmetric: &'a [P]) -> Self {
        let least = start.euclidean_norm() * noise::<T>();
        let next = normalised(without(start, &[symmetric]), least);
        Krylov {
            symmetric,
            basis: Vec::new(),
            images: Vec::new(),
            projected: DMatrix::zeros(0, 0),
            next,
            of: PhantomData,
        }
    }

    /// Returns the dimension of the space.
    pub fn products(&self) -> usize {
        self.basis.len()
    }

    /// Takes the next vector in, with its image under the operator. Returns false if the space is invariant. What is left
    /// of an image may be small, and is made `tangent` once more.
    pub fn extend(
        &mut self,
        product: impl FnOnce(&P) -> Result<P>,
        tangent: impl FnOnce(P) -> Result<P>,
    ) -> Result<bool> {
        let Some(next) = self.next.take() else { return Ok(false) };
        let image = without(product(&next)?, &[self.symmetric]);
        self.basis.push(next);
        self.images.push(image.clone());
        self.project();
        let size = self.images.iter().fold(T::zero(), |most, image| most.max(image.euclidean_norm()));
        let rest = tangent(without(image, &[self.symmetric, &self.basis]))?;
        self.next = normalised(rest, size * noise::<T>());
        Ok(true)
    }

    /// The last row and column of QᵀHQ.
    fn project(&mut self) {
        let last = self.basis.len() - 1;
        let grown = std::mem::replace(&mut self.projected, DMatrix::zeros(0, 0));
        self.projected = grown.resize(last + 1, last + 1, 0.0);
        for i in 0..=last {
            self.projected[(i, last)] = self.basis[i].inner_product(&self.images[last]).to_f64();
            self.projected[(last, i)] = self.basis[last].inner_product(&self.images[i]).to_f64();
        }
    }

    /// The smallest eigenvalues, so many at most.
    ///
    /// # Errors
    /// Those of [`symmetric_eigen`].
    pub fn spectrum(&self, count: usize) -> Result<Spectrum<P>> {
        let transposed = self.projected.transpose();
        let (values, vectors) = symmetric_eigen(&((&self.projected + &transposed) * 0.5))?;
        let products = self.basis.len();
        let lowest = (0..products).rev().take(count).map(|j| {
            let shares = vectors.column(j);
            let combine = |of: &[P]| {
                let terms = of.iter().zip(shares.iter());
                terms.fold(of[0].zero_like(), |sum, (one, &share)| sum.and_plus(T::of(share), one))
            };
            let (value, vector) = (values[j], combine(&self.basis));
            let residual = combine(&self.images).and_plus(T::of(-value), &vector).euclidean_norm().to_f64();
            Pair { value, vector, residual }
        });
        Ok(Spectrum {
            lowest: lowest.collect(),
            largest: values[0].max(0.0),
            error: (&self.projected - transposed).norm().max(noise::<T>().to_f64() * values.amax()),
            products,
            complete: self.next.is_none(),
        })
    }
}

/// Returns an orthonormal basis of what the vectors span.
pub(super) fn orthonormal<T: Scalar, P: Space<T>>(vectors: Vec<P>) -> Vec<P> {
    let mut basis: Vec<P> = Vec::new();
    for vector in vectors {
        let least = vector.euclidean_norm() * T::of(LEFT) * T::EPSILON;
        basis.extend(normalised(without(vector, &[&basis]), least));
    }
    basis
}

/// Removes what lies in the span of orthonormal vectors, twice: the first time leaves rounding.
fn without<T: Scalar, P: Space<T>>(mut vector: P, spans: &[&[P]]) -> P {
    for _ in 0..2 {
        for direction in spans.iter().copied().flatten() {
            let share = direction.inner_product(&vector);
            vector.axpy(-share, direction);
        }
    }
    vector
}

/// A vector with norm 1; nothing if its norm is not above the least.
fn normalised<T: Scalar, P: Space<T>>(mut vector: P, least: T) -> Option<P> {
    let length = vector.euclidean_norm();
    if length <= least {
        return None;
    }
    vector.scale_by(length.recip());
    Some(vector)
}

/// A vector without its part in a span is rounding where its norm is so many ε of the one before.
const LEFT: f64 = 1e3;

/// The errors of a product by differences, ε^⅔, with some room.
fn noise<T: Scalar>() -> T {
    T::of(16.0) * T::EPSILON.cbrt() * T::EPSILON.cbrt()
}
