//! The same prepared problem at another weight, or from another start: what a path over λ is made of.

use super::Prepared;
use super::check::check_bounded;
use super::start::{Spent, Start};
use crate::joint::Constraint;
use crate::loss::Classifier;
use crate::scalar::Scalar;
use admm::space::{Shape, Space};
use admm::{Cost, Error, Result};
use std::time::Instant;

impl<T: Scalar> Prepared<T> {
    /// The same data at another λ. The start is that of [`prepare`](crate::joint::JointModel::prepare) at this λ, or the
    /// one that was [given](Self::with_start).
    ///
    /// # Errors
    /// A weight outside [0, 1]; [`Error::Unbounded`] as for [`prepare`](crate::joint::JointModel::prepare).
    pub fn with_weight(&self, weight: f64) -> Result<Self> {
        let mut other = self.clone();
        other.options = self.options.clone().weight(weight).build()?.options;
        if other.options.constraint == Constraint::None && weight > 0.0 {
            check_bounded(&other.options, self.leading.to_f64())?;
        }
        other.objective.variance.of.weight = T::of(weight);
        other.objective.entropy.share = T::one() - T::of(weight);
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

    /// The same problem from another start: W (d×k, for scaled features, as in a [`Model`](crate::joint::Model)), B and
    /// b. Every method but [`TwoStage`](crate::joint::Method::TwoStage) starts there, from the point of the constraint
    /// that is nearest to W or from what the losses see of it, and counts its own passes alone.
    ///
    /// ```
    /// use admm_solvers::joint::{JointModel, Method};
    /// use admm::nalgebra::DMatrix;
    /// use std::ops::ControlFlow::Continue;
    ///
    /// let x = DMatrix::from_fn(3, 40, |i, j| ((3 * j + i) as f64).sin() + if i == j % 2 { 1.0 } else { 0.0 });
    /// let labels: Vec<usize> = (0..40).map(|sample| sample % 2).collect();
    /// let prepared = JointModel::builder().components(1).weight(1.0).build()?.prepare(&x, &labels, 2, None)?;
    /// let mut fitted = prepared.fit(Method::TwoStage, &mut |_| Continue(()))?;
    /// for weight in [0.9, 0.5, 0.1] {
    ///     let next = prepared.with_weight(weight)?.with_start(&fitted.weights)?;
    ///     fitted = next.fit(Method::Descent, &mut |_| Continue(()))?;
    /// }
    /// # Ok::<(), admm::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other sizes, entries that are not finite, and a projection that fails.
    pub fn with_start(&self, start: &Classifier<T>) -> Result<Self> {
        let (d, (k, classes)) = (self.scaler.mean.len(), self.start.point.b.shape());
        let shape = Shape(vec![(d, k), (k, classes), (classes, 1)]);
        Error::check_size("the start", shape, start.sizes())?;
        if !start.is_finite() {
            return Err(Error::not_finite("the start"));
        }
        let inner = self.basis.as_ref().map_or_else(|| Ok(start.v.clone()), |space| space.lower(&start.v))?;
        let mut other = self.clone();
        other.start.point = Classifier { v: self.seen(&inner)?, ..start.clone() };
        other.start.ends = Vec::new();
        other.start.spent = Spent { cost: Cost::default(), seconds: 0.0 };
        Ok(other)
    }
}
