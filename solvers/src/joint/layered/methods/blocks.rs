//! The two blocks: W lowers the PCA loss of the present layers, the network with V its own loss, and W = V.

use crate::descent::{Lbfgs, LbfgsMemory};
use crate::joint::layered::{Layered, LayeredLoss, LayeredPoint};
use crate::loss::Predictor;
use crate::pca::Majorize;
use crate::scalar::Scalar;
use crate::set::Stiefel;
use admm::{Descent, Flat, Iterate, Result};
use nalgebra::DMatrix;

/// The block of the PCA loss.
pub(super) type Reduce<T> = Majorize<T, Stiefel>;

/// The block of the predictor.
pub(super) type Predict<T> = Descent<LayeredLoss<T>, Lbfgs, Flat>;

/// The variable of the predictor's block.
pub(super) type PredictVar<T> = Iterate<LayeredPoint<T>, LbfgsMemory<T, LayeredPoint<T>>>;

/// The most steps of a call of the first block, which takes no pass.
const STEPS: u64 = 500;

/// The curvature pairs that the block of the network keeps between its calls. On digits twice as many as by default save a
/// fifth of the passes.
const MEMORY: usize = 40;

/// The block of W for the covariance of what these layers put out.
pub(super) fn reduce<T: Scalar>(prepared: &Layered<T>, layers: &[DMatrix<T>]) -> Result<Reduce<T>> {
    let hidden = prepared.objective.predictor.hidden(layers)?;
    Ok(Majorize { loss: prepared.objective.variance(&hidden), on: Stiefel::default(), max_steps: STEPS })
}

/// The block of the network, with so many steps a call.
pub(super) fn predict<T: Scalar>(prepared: &Layered<T>, max_steps: u64) -> Predict<T> {
    Descent {
        of: prepared.objective.predictor.clone(),
        by: Lbfgs { max_steps, memory: MEMORY, ..Lbfgs::default() },
        on: Flat,
    }
}

/// The feasible W with the layers and the predictor of the other block.
pub(super) fn feasible<T: Scalar>(w: &DMatrix<T>, z: &LayeredPoint<T>) -> LayeredPoint<T> {
    let head = Predictor { v: w.clone(), ..z.head.clone() };
    LayeredPoint { layers: z.layers.clone(), head }
}
