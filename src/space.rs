//! The coupling space, in which Ax, Bz, c and the dual u live.
//!
//! A [`Space`] needs four operations. Matrices, vectors of spaces and pairs of spaces have them already.

use crate::Real;
use nalgebra::{DMatrix, DVectorView};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt;

/// A vector space with an inner product. The coordinator and the descent methods know nothing else.
///
/// Implemented for [`DMatrix`] (Frobenius inner product), for `Vec<S>` and for pairs (products of spaces).
pub trait Space<T: Real>: Clone + Send + Sync + Serialize + DeserializeOwned {
    /// self ← self + αy.
    fn axpy(&mut self, alpha: T, y: &Self);
    /// self ← α·self.
    fn scale_by(&mut self, alpha: T);
    /// Returns ⟨self, y⟩.
    fn inner_product(&self, y: &Self) -> T;
    /// The sizes of the matrices it is made of. Two elements of one space have equal shapes.
    fn sizes(&self) -> Shape;

    /// ‖self‖ = √⟨self, self⟩.
    fn euclidean_norm(&self) -> T {
        self.inner_product(self).sqrt()
    }
    /// The zero of this element's space.
    fn zero_like(&self) -> Self {
        let mut zero = self.clone();
        zero.scale_by(T::zero());
        zero
    }
    /// Returns the absolute values of the entries, in any order that stays. The stopping rule compares each entry of a
    /// residual with its own scale. By default there is one, the norm of the whole.
    fn magnitudes(&self) -> Vec<T> {
        vec![self.euclidean_norm()]
    }
    /// self + αy as a new element.
    fn plus(&self, alpha: T, y: &Self) -> Self {
        self.clone().and_plus(alpha, y)
    }
    /// self + αy in the place of self: a further term of a sum.
    fn and_plus(mut self, alpha: T, y: &Self) -> Self {
        self.axpy(alpha, y);
        self
    }
    /// Returns true if the norm is a finite number. It is not if any entry is NaN or infinite.
    fn is_finite(&self) -> bool {
        self.euclidean_norm().is_finite()
    }
}

/// A product of nalgebra adds so many rows of a column at once. Of a matrix with fewer rows, the columns are read as one.
const ROWS_AT_ONCE: usize = 8;

/// Panics for matrices of different shapes.
fn same_shape<T>(a: &DMatrix<T>, b: &DMatrix<T>) {
    assert_eq!(a.shape(), b.shape(), "matrices of one space have one shape");
}

impl<T: Real> Space<T> for DMatrix<T> {
    fn axpy(&mut self, alpha: T, y: &Self) {
        same_shape(self, y);
        self.as_mut_slice().iter_mut().zip(y.as_slice()).for_each(|(a, &b)| *a += alpha * b);
    }
    fn scale_by(&mut self, alpha: T) {
        self.as_mut_slice().iter_mut().for_each(|a| *a *= alpha);
    }
    fn inner_product(&self, y: &Self) -> T {
        same_shape(self, y);
        if self.nrows() >= ROWS_AT_ONCE {
            return DMatrix::dot(self, y);
        }
        let [a, b] = [self, y].map(|x| DVectorView::from_slice(x.as_slice(), x.len()));
        a.dot(&b)
    }
    fn sizes(&self) -> Shape {
        self.shape().into()
    }
    fn magnitudes(&self) -> Vec<T> {
        self.as_slice().iter().map(|entry| entry.abs()).collect()
    }
    fn zero_like(&self) -> Self {
        DMatrix::zeros(self.nrows(), self.ncols())
    }
}

impl<T: Real, S: Space<T>> Space<T> for Vec<S> {
    fn axpy(&mut self, alpha: T, y: &Self) {
        self.iter_mut().zip(y).for_each(|(a, b)| a.axpy(alpha, b));
    }
    fn scale_by(&mut self, alpha: T) {
        self.iter_mut().for_each(|a| a.scale_by(alpha));
    }
    fn inner_product(&self, y: &Self) -> T {
        self.iter().zip(y).fold(T::zero(), |sum, (a, b)| sum + a.inner_product(b))
    }
    fn sizes(&self) -> Shape {
        Shape(self.iter().flat_map(|a| a.sizes().0).collect())
    }
    fn magnitudes(&self) -> Vec<T> {
        self.iter().map(S::magnitudes).collect::<Vec<_>>().concat()
    }
    fn zero_like(&self) -> Self {
        self.iter().map(S::zero_like).collect()
    }
}

impl<T: Real, A: Space<T>, B: Space<T>> Space<T> for (A, B) {
    fn axpy(&mut self, alpha: T, y: &Self) {
        self.0.axpy(alpha, &y.0);
        self.1.axpy(alpha, &y.1);
    }
    fn scale_by(&mut self, alpha: T) {
        self.0.scale_by(alpha);
        self.1.scale_by(alpha);
    }
    fn inner_product(&self, y: &Self) -> T {
        self.0.inner_product(&y.0) + self.1.inner_product(&y.1)
    }
    fn sizes(&self) -> Shape {
        Shape([self.0.sizes().0, self.1.sizes().0].concat())
    }
    fn magnitudes(&self) -> Vec<T> {
        [self.0.magnitudes(), self.1.magnitudes()].concat()
    }
    fn zero_like(&self) -> Self {
        (self.0.zero_like(), self.1.zero_like())
    }
}

/// Sizes of the matrices (rows, columns) that an element of a [`Space`] is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape(pub Vec<(usize, usize)>);

impl Shape {
    /// The number of scalars.
    pub fn count(&self) -> usize {
        self.0.iter().map(|(rows, columns)| rows * columns).sum()
    }
}

/// The shape of a matrix.
impl From<(usize, usize)> for Shape {
    fn from(size: (usize, usize)) -> Self {
        Shape(vec![size])
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (rows, columns)) in self.0.iter().enumerate() {
            write!(f, "{}{rows}×{columns}", if i == 0 { "" } else { " + " })?;
        }
        Ok(())
    }
}
