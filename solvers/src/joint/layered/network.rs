//! The variable of a network: the layers, and the classifier behind them.

use crate::loss::Classifier;
use crate::network::Dense;
use admm::check::Sample;
use admm::space::{Shape, Space};
use admm::{Point, Real};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// Layers h(x; θ) and a classifier softmax(Bᵀ Vᵀ h + b), of which V (p×k) is coupled to the other block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Real", deserialize = "T: Real"))]
pub struct Network<T: Real> {
    /// The layers θ, from the first to the last.
    pub layers: Vec<Dense<T>>,
    /// V (p×k), B (k×c) and b (c×1), for the p outputs of the last layer.
    pub head: Classifier<T>,
}

impl<T: Real> Space<T> for Network<T> {
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

impl<T: Real> Sample<T> for Network<T> {
    fn sample(&self, entry: &mut dyn FnMut() -> T) -> Self {
        let layers = self
            .layers
            .iter()
            .map(|layer| Dense { weights: layer.weights.sample(entry), bias: layer.bias.sample(entry) });
        Network { layers: layers.collect(), head: self.head.sample(entry) }
    }
}

impl<T: Real> Point<T> for Network<T> {
    fn coupled(&self) -> &DMatrix<T> {
        &self.head.v
    }
    fn coupled_mut(&mut self) -> &mut DMatrix<T> {
        &mut self.head.v
    }
}
