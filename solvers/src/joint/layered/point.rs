//! The variable of a model with a network: its parameters, and the predictor behind it.

use crate::loss::Predictor;
use admm::check::Sample;
use admm::space::{Shape, Space};
use admm::{Point, Real};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// The parameters of a network h(x; θ) and a predictor softmax(Bᵀ Vᵀ h + b), of which V (p×k) is coupled to the other
/// block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Real", deserialize = "T: Real"))]
pub struct LayeredPoint<T: Real> {
    /// The parameters θ of the network.
    pub layers: Vec<DMatrix<T>>,
    /// V (p×k), B (k×c) and b (c×1), for the p outputs of the network.
    pub head: Predictor<T>,
}

impl<T: Real> Space<T> for LayeredPoint<T> {
    fn axpy(&mut self, alpha: T, y: &Self) {
        self.layers.axpy(alpha, &y.layers);
        self.head.axpy(alpha, &y.head);
    }
    fn scale_by(&mut self, alpha: T) {
        self.layers.scale_by(alpha);
        self.head.scale_by(alpha);
    }
    fn inner_product(&self, y: &Self) -> T {
        self.layers.inner_product(&y.layers) + self.head.inner_product(&y.head)
    }
    fn sizes(&self) -> Shape {
        Shape([self.layers.sizes().0, self.head.sizes().0].concat())
    }
}

impl<T: Real> Sample<T> for LayeredPoint<T> {
    fn sample(&self, entry: &mut dyn FnMut() -> T) -> Self {
        LayeredPoint { layers: self.layers.sample(entry), head: self.head.sample(entry) }
    }
}

impl<T: Real> Point<T> for LayeredPoint<T> {
    fn coupled(&self) -> &DMatrix<T> {
        &self.head.v
    }
    fn coupled_mut(&mut self) -> &mut DMatrix<T> {
        &mut self.head.v
    }
}
