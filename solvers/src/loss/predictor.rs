//! The variable of a linear predictor: V (d×k), B (k×c) and b (c×1), of which V is coupled.

use crate::scalar::Scalar;
use crate::view::transposed_product;
use admm::check::Sample;
use admm::space::{Shape, Space};
use admm::{Point, Real};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// Weights that reduce x to Vᵀx and predict by the c logits Bᵀ Vᵀ x + b, of classes or of numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Real", deserialize = "T: Real"))]
pub struct Predictor<T: Real> {
    /// V, d×k: shared with the other loss.
    pub v: DMatrix<T>,
    /// The weights B of the logits, k×c.
    pub b: DMatrix<T>,
    /// The bias b of the logits, c×1.
    pub bias: DMatrix<T>,
}

impl<T: Real> Predictor<T> {
    /// The given V with B = 0 and b = 0 for c logits.
    pub fn blank(v: DMatrix<T>, logits: usize) -> Self {
        let b = DMatrix::zeros(v.ncols(), logits);
        Predictor { v, b, bias: DMatrix::zeros(logits, 1) }
    }
}

impl<T: Scalar> Predictor<T> {
    /// The logits BᵀP + b1ᵀ (c×n) of reduced samples P = VᵀX (k×n).
    pub(crate) fn logits(&self, reduced: &DMatrix<T>) -> DMatrix<T> {
        let mut logits = transposed_product(&self.b, reduced);
        logits.column_iter_mut().for_each(|mut column| column += self.bias.column(0));
        logits
    }
}

impl<T: Real> Space<T> for Predictor<T> {
    fn axpy(&mut self, alpha: T, y: &Self) {
        self.v.axpy(alpha, &y.v);
        self.b.axpy(alpha, &y.b);
        self.bias.axpy(alpha, &y.bias);
    }
    fn scale_by(&mut self, alpha: T) {
        self.v.scale_by(alpha);
        self.b.scale_by(alpha);
        self.bias.scale_by(alpha);
    }
    fn inner_product(&self, y: &Self) -> T {
        self.v.dot(&y.v) + self.b.dot(&y.b) + self.bias.dot(&y.bias)
    }
    fn sizes(&self) -> Shape {
        Shape(vec![self.v.shape(), self.b.shape(), self.bias.shape()])
    }
}

impl<T: Real> Sample<T> for Predictor<T> {
    fn sample(&self, entry: &mut dyn FnMut() -> T) -> Self {
        Predictor { v: self.v.sample(entry), b: self.b.sample(entry), bias: self.bias.sample(entry) }
    }
}

impl<T: Real> Point<T> for Predictor<T> {
    fn coupled(&self) -> &DMatrix<T> {
        &self.v
    }
    fn coupled_mut(&mut self) -> &mut DMatrix<T> {
        &mut self.v
    }
}
