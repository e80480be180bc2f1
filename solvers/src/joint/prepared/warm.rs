//! The same prepared problem at another weight, or from another start: what a path over λ is made of.

use super::Linear;
use super::check::check_bounded;
use super::start::{Spent, Start};
use crate::joint::Constraint;
use crate::loss::Predictor;
use crate::scalar::Scalar;
use admm::space::{Shape, Space};
use admm::{Cost, Error, Result};
use std::time::Instant;

impl<T: Scalar> Linear<T> {
    /// The same data at another λ, see [`Prepared::with_weight`](crate::joint::Prepared::with_weight).
    pub fn with_weight(&self, weight: f64) -> Result<Self> {
        let mut other = self.clone();
        other.options = self.options.clone().weight(weight).build()?.options;
        if other.options.constraint == Constraint::None && weight > 0.0 {
            check_bounded(&other.options, self.leading.to_f64())?;
        }
        other.objective.variance.of.weight = T::of(weight);
        other.objective.prediction.share = T::one() - T::of(weight);
        let given = self.start.ends.is_empty();
        other.start = if given || (weight == 1.0) == (self.options.weight == 1.0) {
            self.start.clone().at_lower_end(&other.objective)?
        } else {
            // At λ = 1 there is one end alone, which is found more accurately.
            let principal = self.start.principal.clone();
            Start::find(&other.options, &other.objective, &other.spectrum, principal, Instant::now())?
        };
        Ok(other)
    }

    /// The same problem from another start, see [`Prepared::with_start`](crate::joint::Prepared::with_start).
    pub fn with_start(&self, start: &Predictor<T>) -> Result<Self> {
        let (d, (k, classes)) = (self.scaler.mean.len(), self.start.point.b.shape());
        let shape = Shape(vec![(d, k), (k, classes), (classes, 1)]);
        Error::check_size("the start", shape, start.sizes())?;
        if !start.is_finite() {
            return Err(Error::not_finite("the start"));
        }
        let inner = self.basis.as_ref().map_or_else(|| Ok(start.v.clone()), |space| space.lower(&start.v))?;
        let mut other = self.clone();
        other.start.point = Predictor { v: self.seen(&inner)?, ..start.clone() };
        other.start.ends = Vec::new();
        other.start.spent = Spent { cost: Cost::default(), seconds: 0.0 };
        Ok(other)
    }
}
