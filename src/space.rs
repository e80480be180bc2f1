//! The coupling space, where Ax, Bz, c and the dual u live: four operations.

use crate::{Real, Shape};
use nalgebra::DMatrix;
use serde::{Serialize, de::DeserializeOwned};

/// A vector space with an inner product. The coordinator and the descent methods know nothing else.
///
/// Implemented for [`DMatrix`] (Frobenius inner product), for `Vec<S>` and for pairs (products of spaces).
pub trait Space<T: Real>: Clone + Send + Sync + Serialize + DeserializeOwned {
    /// self ← self + αy.
    fn axpy(&mut self, alpha: T, y: &Self);
    /// self ← α·self.
    fn scale(&mut self, alpha: T);
    /// ⟨self, y⟩.
    fn dot(&self, y: &Self) -> T;
    /// The sizes of the matrices it is made of. Two elements of one space have equal shapes.
    fn shape(&self) -> Shape;

    /// ‖self‖ = √⟨self, self⟩.
    fn norm(&self) -> T {
        self.dot(self).sqrt()
    }
    /// The zero of this element's space.
    fn zero(&self) -> Self {
        let mut zero = self.clone();
        zero.scale(T::zero());
        zero
    }
    /// self + αy as a new element.
    fn plus(&self, alpha: T, y: &Self) -> Self {
        let mut sum = self.clone();
        sum.axpy(alpha, y);
        sum
    }
    /// Whether the norm is a finite number, which it is not if any entry is NaN or infinite.
    fn is_finite(&self) -> bool {
        self.norm().is_finite()
    }
}

impl<T: Real> Space<T> for DMatrix<T> {
    fn axpy(&mut self, alpha: T, y: &Self) {
        self.zip_apply(y, |a, b| *a += alpha * b);
    }
    fn scale(&mut self, alpha: T) {
        *self *= alpha;
    }
    fn dot(&self, y: &Self) -> T {
        DMatrix::dot(self, y)
    }
    fn shape(&self) -> Shape {
        Shape(vec![self.shape()])
    }
    fn zero(&self) -> Self {
        DMatrix::zeros(self.nrows(), self.ncols())
    }
}

impl<T: Real, S: Space<T>> Space<T> for Vec<S> {
    fn axpy(&mut self, alpha: T, y: &Self) {
        self.iter_mut().zip(y).for_each(|(a, b)| a.axpy(alpha, b));
    }
    fn scale(&mut self, alpha: T) {
        self.iter_mut().for_each(|a| a.scale(alpha));
    }
    fn dot(&self, y: &Self) -> T {
        self.iter().zip(y).fold(T::zero(), |sum, (a, b)| sum + a.dot(b))
    }
    fn shape(&self) -> Shape {
        Shape(self.iter().flat_map(|a| a.shape().0).collect())
    }
    fn zero(&self) -> Self {
        self.iter().map(S::zero).collect()
    }
}

impl<T: Real, A: Space<T>, B: Space<T>> Space<T> for (A, B) {
    fn axpy(&mut self, alpha: T, y: &Self) {
        self.0.axpy(alpha, &y.0);
        self.1.axpy(alpha, &y.1);
    }
    fn scale(&mut self, alpha: T) {
        self.0.scale(alpha);
        self.1.scale(alpha);
    }
    fn dot(&self, y: &Self) -> T {
        self.0.dot(&y.0) + self.1.dot(&y.1)
    }
    fn shape(&self) -> Shape {
        Shape([self.0.shape().0, self.1.shape().0].concat())
    }
    fn zero(&self) -> Self {
        (self.0.zero(), self.1.zero())
    }
}
