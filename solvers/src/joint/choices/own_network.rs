//! A network of the user among the choices.

use crate::network::Network;
use crate::scalar::Scalar;
use std::any::Any;
use std::sync::Arc;

/// A network of the user for both precisions, since a model is chosen before its data are seen.
#[derive(Debug, Clone)]
pub(crate) struct OwnNetwork {
    single: Arc<dyn Network<f32>>,
    double: Arc<dyn Network<f64>>,
}

impl OwnNetwork {
    pub fn new(network: impl Network<f32> + Network<f64> + 'static) -> Self {
        let network = Arc::new(network);
        OwnNetwork { single: network.clone(), double: network }
    }

    /// The network for the numbers of the data.
    pub fn of<T: Scalar>(&self) -> Arc<dyn Network<T>> {
        let either: [&dyn Any; 2] = [&self.single, &self.double];
        let of: Option<&Arc<dyn Network<T>>> = either.into_iter().find_map(|one| one.downcast_ref());
        of.expect("numbers are f32 or f64").clone()
    }

    /// Returns p, the number of outputs.
    pub fn outputs(&self) -> usize {
        self.double.stages().last().copied().unwrap_or(0)
    }
}
