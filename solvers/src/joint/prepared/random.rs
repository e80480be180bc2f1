//! Random starts.

use super::start::{SCOUTING, second_stage};
use super::{Linear, Spent, Start};
use crate::scalar::Scalar;
use admm::Result;
use admm::random::SplitMix64;
use nalgebra::DMatrix;

impl<T: Scalar> Linear<T> {
    /// The same problem from a random start. Its W is what the losses see of a Gaussian matrix, whose columns have a length
    /// near 1: under a constraint the nearest point. An orthonormal W is then uniform. B and b fit that W.
    pub(crate) fn at_random(&self, seed: u64) -> Result<Self> {
        let (d, k) = self.start.point.v.shape();
        let mut random = SplitMix64(seed);
        let length = (d as f64).sqrt();
        let gaussian = DMatrix::from_fn(d, k, |_, _| T::of(random.normal() / length));
        let (prediction, covariance) = (self.objective.prediction.alone(), &self.objective.variance.of.covariance);
        let w = self.seen(&gaussian)?;
        let (point, _, more) = second_stage(&prediction, covariance, &w, SCOUTING.max(self.options.tolerance))?;
        let mut cost = self.start.principal_spent.cost;
        cost += more;
        let spent = Spent { cost, seconds: 0.0 };
        Ok(self.started(Start { point, spent, ends: Vec::new(), ..self.start.clone() }))
    }
}
