//! The kind of a prediction, and the words for how good it is.

use admm_solvers::loss::Loss;

use crate::words::count;

/// The kind of what a model predicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prediction {
    pub loss: Loss,
    /// True if targets are numbers or labels of which a sample may have several, and not classes.
    pub numbers: bool,
}

impl Prediction {
    /// Classes by the softmax.
    pub const CLASSES: Self = Self { loss: Loss::Softmax, numbers: false };

    /// Returns true if targets are labels that are 0 or 1.
    pub fn is_labels(self) -> bool {
        self.numbers && matches!(self.loss, Loss::Logistic | Loss::SquaredHinge)
    }

    /// Returns true if targets are values or counts, of which R² says how well they are predicted.
    pub fn is_values(self) -> bool {
        self.numbers && !self.is_labels()
    }

    /// The prediction above which a label counts as predicted: of its probability, or of its logit.
    pub fn threshold(self) -> f64 {
        if self.loss == Loss::Logistic { 0.5 } else { 0.0 }
    }

    /// Returns the number of classes or targets in a few words, with the loss if it is no softmax.
    pub fn outputs(self, number: usize) -> String {
        let of = if self.loss == Loss::Softmax { String::new() } else { format!(", {} loss", self.loss) };
        match self.numbers {
            true => format!("{}{of}", count(number, "target")),
            false => format!("{number} classes{of}"),
        }
    }

    /// The mean loss, in words.
    pub fn mean_loss(self) -> &'static str {
        match self.loss {
            Loss::Softmax => "cross-entropy",
            Loss::Squared => "½ ‖error‖²",
            Loss::Huber => "Huber loss",
            Loss::Poisson => "½ deviance",
            Loss::Logistic => "logistic loss",
            _ => "squared hinge loss",
        }
    }

    /// The predictor, in words.
    pub fn predictor(self) -> &'static str {
        match (self.is_values(), self.loss) {
            (true, _) => "regression",
            (false, Loss::Softmax) => "softmax classifier",
            (false, Loss::Logistic) => "logistic classifier",
            (false, _) => "support vector classifier",
        }
    }

    /// The name of an error.
    pub fn error(self) -> &'static str {
        if self.is_values() { "1 − R²" } else { "error" }
    }

    /// The name of what is right of the predictions.
    pub fn success(self) -> &'static str {
        match (self.is_values(), self.is_labels()) {
            (true, _) => "R²",
            (_, true) => "label accuracy",
            _ => "accuracy",
        }
    }
}
