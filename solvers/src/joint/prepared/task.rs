//! The targets of a fit, and the loss of its predictions.

use crate::data::{Scaler, Targets};
use crate::joint::Builder;
use crate::loss::{Head, Loss};
use crate::scalar::Scalar;
use std::sync::Arc;

/// Targets with the loss that compares predictions with them.
#[derive(Debug, Clone)]
pub(crate) struct Task<T: Scalar> {
    pub targets: Targets<T>,
    pub head: Arc<dyn Head<T>>,
    pub output: Output<T>,
}

/// The quantities that make predictions of logits.
#[derive(Debug, Clone)]
pub(crate) struct Output<T: Scalar> {
    /// The loss, if it is one of this library.
    pub loss: Option<Loss>,
    /// The mean and the scale of the targets, if they are standardised.
    pub scaler: Option<Scaler<T>>,
}

impl<T: Scalar> Task<T> {
    /// Targets for the loss of the options.
    pub fn new(options: &Builder, targets: Targets<T>) -> Self {
        let output = Output { loss: Some(options.loss), scaler: None };
        Task { targets, head: options.loss.head(), output }
    }

    /// Targets for a head of the user.
    pub fn own(targets: Targets<T>, head: Arc<dyn Head<T>>) -> Self {
        Task { targets, head, output: Output { loss: None, scaler: None } }
    }
}

impl<T: Scalar> Output<T> {
    /// Returns true if targets that are numbers are standardised: where the options say so and the loss takes any unit.
    pub fn scales_targets(&self, options: &Builder) -> bool {
        options.standardise_targets && self.loss.is_some_and(Loss::takes_any_unit)
    }
}
