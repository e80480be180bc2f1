//! A network with its parameters, as a model keeps it.

use super::{Activation, Layers, Network, outputs};
use crate::data::Features;
use crate::scalar::Scalar;
use admm::{Exec, Result};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A network h(x; θ) with its parameters θ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Scalar", deserialize = "T: Scalar"))]
pub struct Trained<T: Scalar> {
    /// The map that θ belongs to.
    pub architecture: Architecture<T>,
    /// The matrices of θ. For dense layers they are W₁ (d×p₁), b₁ (p₁×1), W₂ (p₁×p₂), b₂ (p₂×1) and so on.
    pub parameters: Vec<DMatrix<T>>,
}

/// The map h(x; θ) of a model.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Scalar", deserialize = "T: Scalar"))]
pub enum Architecture<T: Scalar> {
    /// Dense layers with this function of every unit, of the sizes that θ has.
    Layers(Activation),
    /// A network of your own. It cannot be written, and serde says so: write the parts of the model, which are public,
    /// and put them together again where your program reads them.
    #[serde(skip)]
    Own(Arc<dyn Network<T>>),
}

/// Networks of your own are equal if they are the same in memory.
impl<T: Scalar> PartialEq for Architecture<T> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Architecture::Layers(one), Architecture::Layers(other)) => one == other,
            (Architecture::Own(one), Architecture::Own(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

impl<T: Scalar> Trained<T> {
    /// h(x; θ) of all samples, p×n, for X (d×n).
    ///
    /// # Errors
    /// Those of [`outputs`].
    pub fn outputs(&self, x: &Features<T>, exec: &Exec) -> Result<DMatrix<T>> {
        match &self.architecture {
            Architecture::Own(network) => outputs(&**network, &self.parameters, x, exec),
            Architecture::Layers(activation) => {
                let widths: Vec<usize> = self.parameters.chunks(2).map(|layer| layer[0].ncols()).collect();
                outputs(&Layers::new(x.nrows(), &widths, *activation, 0.0)?, &self.parameters, x, exec)
            }
        }
    }
}
