//! The parameters of one dense layer.

use admm::Real;
use admm::space::{Shape, Space};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// The parameters of a dense layer of p units over m inputs: h = σ(Wᵀx + b).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Real", deserialize = "T: Real"))]
pub struct Dense<T: Real> {
    /// The weights W, m×p: a column is a unit.
    pub weights: DMatrix<T>,
    /// The bias b of the units, p×1.
    pub bias: DMatrix<T>,
}

impl<T: Real> Space<T> for Dense<T> {
    fn axpy(&mut self, alpha: T, y: &Self) {
        self.weights.axpy(alpha, &y.weights);
        self.bias.axpy(alpha, &y.bias);
    }
    fn scale_by(&mut self, alpha: T) {
        self.weights.scale_by(alpha);
        self.bias.scale_by(alpha);
    }
    fn inner_product(&self, y: &Self) -> T {
        self.weights.dot(&y.weights) + self.bias.dot(&y.bias)
    }
    fn sizes(&self) -> Shape {
        Shape(vec![self.weights.shape(), self.bias.shape()])
    }
}
