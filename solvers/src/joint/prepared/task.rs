//! The targets of a fit, and the loss of its predictions.

use crate::data::{ClassWeight, Scale, Scaler, Targets, standardise};
use crate::joint::Builder;
use crate::loss::{Head, Loss};
use crate::scalar::Scalar;
use admm::{Error, Result};
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

    /// The weights of the samples, times the factors of their classes.
    pub fn weighted(&self, by: &ClassWeight, weights: Vec<T>) -> Result<Vec<T>> {
        match &self.targets {
            Targets::Classes { labels, count } => by.apply(labels, weights, *count),
            Targets::Numbers(_) if *by == ClassWeight::AsSampled => Ok(weights),
            Targets::Numbers(_) => {
                Err(Error::parameter("class_weight", "is for targets that are classes, and these are numbers"))
            }
        }
    }

    /// The same for some samples.
    pub fn select(&self, samples: &[usize]) -> Self {
        Task { targets: self.targets.select(samples), ..self.clone() }
    }

    /// Checks the targets, and standardises them where the options say so and the loss takes any unit.
    pub fn checked(mut self, options: &Builder, weights: &[T]) -> Result<Self> {
        self.head.check(&self.targets)?;
        let scales = options.standardise_targets && self.output.loss.is_some_and(Loss::takes_any_unit);
        if let (true, Targets::Numbers(y)) = (scales, &self.targets) {
            let (scaled, scaler, _) = standardise((**y).clone().into(), weights, Scale::Standard, &options.exec)?;
            self.targets = scaled.into_dense().into();
            self.output.scaler = Some(scaler);
        }
        Ok(self)
    }
}
