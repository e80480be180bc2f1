//! G = Σ̃(W − W̃R) + ΣW̃R: minibatches whose noise vanishes at the solution.

use super::minibatch::Minibatch;
use crate::generator::Generator;
use crate::linalg::polar;
use crate::scalar::Scalar;
use crate::view::{product, transposed_product};
use admm::{Direction, Result};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// The Hebbian direction by VR-PCA in its block form.
///
/// - **Formula:** G = (2λ/tr Σ)(Σ̃(W − W̃R) + ΣW̃R) with an anchor W̃, the W of every m-th step, whose ΣW̃ is computed
///   in full, and the rotation R = polar(W̃ᵀW) that brings the anchor nearest to W (Procrustes). The mean is ΣW for
///   every R; the variance falls with ‖W − W̃R‖.
/// - **Source:** Shamir, "Fast stochastic algorithms for SVD and PCA: convergence properties and convexity" (2016,
///   algorithm 2); for k = 1 "A stochastic PCA and SVD algorithm with an exponential convergence rate" (2015).
/// - **Step size:** η = 1/(r̄√m) with r̄ the mean of ‖x‖² and m = n/b (Shamir 2015, §4). That is 1/(2λ√m)
///   in units of G, the Hebbian direction.
/// - **Rate:** linear in epochs, of two passes each where Σ is not formed, once η and m fit the gap: three digits an
///   epoch or so for a gap above 1/√n.
/// - **When:** many samples and high accuracy, where Σ is too large to form; also on columns of norm 1 or at most 1.
#[derive(Debug, Clone)]
pub struct VrPca<T: Scalar> {
    /// The batches, and the loss.
    pub batch: Minibatch<T>,
    /// m ≥ 1, the steps between two anchors.
    pub epoch: u64,
}

/// The memory of [`VrPca`] between steps.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Scalar", deserialize = "T: Scalar"))]
pub struct VrMemory<T: Scalar> {
    /// The generator of the random sample numbers.
    pub generator: Option<Generator>,
    /// W̃, once there is one.
    pub anchor: Option<Anchor<T>>,
}

/// W̃, its full direction, and how many steps it has served.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Scalar", deserialize = "T: Scalar"))]
pub struct Anchor<T: Scalar> {
    /// The point W̃ at which the full gradient was taken.
    pub point: DMatrix<T>,
    /// The ascent direction 2λΣW̃/tr Σ at the anchor.
    pub ascent: DMatrix<T>,
    /// Steps since it was set.
    pub served: u64,
}

impl<T: Scalar> Default for VrMemory<T> {
    fn default() -> Self {
        VrMemory { generator: None, anchor: None }
    }
}

impl<T: Scalar> Direction<T> for VrPca<T> {
    type Memory = VrMemory<T>;

    fn value(&self, w: &DMatrix<T>) -> Result<T> {
        self.batch.value(w)
    }
    fn direction(&self, w: &DMatrix<T>, memory: &mut VrMemory<T>) -> Result<DMatrix<T>> {
        self.batch.loss.check(w)?;
        memory.anchor.take_if(|anchor| anchor.served >= self.epoch);
        let anchor = memory.anchor.get_or_insert_with(|| Anchor {
            ascent: self.batch.loss.ascent(w),
            point: w.clone(),
            served: 0,
        });
        anchor.served += 1;
        let rotation = polar(&transposed_product(&anchor.point, w))?;
        let difference = w - product(&anchor.point, &rotation);
        let batch = self.batch.batches.draw(&mut memory.generator);
        Ok(self.batch.of_batch(&batch, &difference) + product(&anchor.ascent, &rotation))
    }
    fn passes(&self) -> f64 {
        self.batch.passes() + self.batch.loss.covariance.passes() as f64 / self.epoch.max(1) as f64
    }
}
