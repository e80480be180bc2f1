//! A fitted model: the numbers that transform new samples and predict for them.

use crate::data::{Part, Scaler, Targets, check_weights, share_of};
use crate::linalg::thin_qr;
use crate::loss::{Loss, Predictor, error};
use crate::network::Trained;
use crate::scalar::Scalar;
use crate::view::{product, transposed_product};
use admm::{Error, Exec, Result};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// Scaling, weights and predictor. It exists only after a fit: there is nothing to forget.
///
/// Signs and order are fixed. On orthonormal W both losses are the same for WQ and QᵀB with orthogonal Q. So the
/// components are the principal axes of the data within the span of W, in descending order of variance. Under other
/// constraints the columns are sorted by variance. In each column the entry of largest magnitude is positive.
///
/// Rounding does not decide. Magnitudes that differ by less than a thousandth are equal, and the first of them counts.
/// Variances that differ by less than a millionth of the largest are equal: then principal axes are the directions
/// nearest to a feature, and other columns are sorted by the place of their largest entry.
///
/// Behind hidden layers the outputs of the last one stand for the features. The hidden units keep the order in which
/// they were drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Scalar", deserialize = "T: Scalar"))]
pub struct Model<T: Scalar> {
    /// Centring and scaling.
    pub scaler: Scaler<T>,
    /// The hidden layers, or the network h(x; θ) of your own in their place; none in a linear model.
    pub network: Option<Trained<T>>,
    /// W as `v` (d×k, or p×k for the p outputs of the network), B (k×c) and b (c×1).
    pub weights: Predictor<T>,
    /// The loss that makes predictions of logits; none for a head of your own, which makes them of
    /// [`logits`](Model::logits) itself.
    pub loss: Option<Loss>,
    /// The mean and the scale of the targets, where they were standardised.
    pub targets: Option<Scaler<T>>,
}

impl<T: Scalar> Model<T> {
    /// The components Wᵀz (k×n) of the scaled samples, for X (d×n). Behind hidden layers they are those of the
    /// [outputs](Self::outputs).
    ///
    /// # Errors
    /// Those of [`outputs`](Self::outputs), and entries too large for their components to be finite.
    pub fn transform(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        finite("component", transposed_product(&self.weights.v, &self.outputs(x)?))
    }

    /// The matrix that W reduces, for X (d×n): the outputs h (p×n) of the last hidden layer, or without layers the scaled samples
    /// (d×n).
    ///
    /// # Errors
    /// Another number of features, entries that are not finite, and outputs that overflow.
    pub fn outputs(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        let z = self.scaler.apply(x)?;
        match &self.network {
            Some(network) => network.outputs(&z.into(), &Exec::Serial),
            None => Ok(z),
        }
    }

    /// The samples (d×n) in the affine span of the model whose components are Z (k×n): W(WᵀW)⁻¹Z, scaled back.
    ///
    /// # Errors
    /// Another number of components, columns of W that are linearly dependent, and hidden layers: those are not
    /// invertible.
    pub fn inverse_transform(&self, z: &DMatrix<T>) -> Result<DMatrix<T>> {
        if self.network.is_some() {
            let problem =
                "cannot be taken back to samples: many samples, or none, have the same outputs of hidden layers";
            return Err(Error::parameter("components", problem));
        }
        let k = self.weights.v.ncols();
        Error::check_size("components", (k, z.ncols()), z.shape())?;
        let (q, r) = thin_qr(&self.weights.v)?;
        let mut coordinates = z.clone();
        if !r.tr_solve_upper_triangular_mut(&mut coordinates) {
            return Err(Error::numerical("the columns of W", "are linearly dependent"));
        }
        Ok(self.scaler.undo(&product(&q, &coordinates)))
    }

    /// The logits BᵀWᵀz + b (c×n) of the scaled samples, for X (d×n): a number for each class or target.
    ///
    /// # Errors
    /// Those of [`transform`](Self::transform), and logits that overflow.
    pub fn logits(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        finite("logit", self.weights.logits(&self.transform(x)?))
    }

    /// Probabilities (c×n): of the classes, where each column sums to 1, or of the labels of the logistic loss.
    ///
    /// # Errors
    /// Those of [`logits`](Self::logits), and a loss without probabilities.
    pub fn predict_proba(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        match self.loss {
            Some(loss @ (Loss::Softmax | Loss::Logistic)) => Ok(loss.head().predict(self.logits(x)?)),
            _ => Err(self.not_for("probabilities")),
        }
    }

    /// The class with the largest logit of each sample; the first of several.
    ///
    /// # Errors
    /// Those of [`logits`](Self::logits), and a loss that does not take classes.
    pub fn predict(&self, x: &DMatrix<T>) -> Result<Vec<usize>> {
        match self.loss {
            Some(Loss::Softmax) => Ok(self.predict_proba(x)?.column_iter().map(|column| column.argmax().0).collect()),
            Some(Loss::Squared | Loss::Huber | Loss::Poisson) => Err(self.not_for("classes")),
            _ => Ok(self.logits(x)?.column_iter().map(|column| column.argmax().0).collect()),
        }
    }

    /// The predictions (q×n) for targets that are numbers, in their unit: means, rates of counts, probabilities of
    /// labels or classes, and logits for the squared hinge.
    ///
    /// # Errors
    /// Those of [`logits`](Self::logits), predictions that overflow, and a head of your own.
    pub fn predict_values(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        let loss = self.loss.ok_or_else(|| self.not_for("predictions"))?;
        let predicted = loss.head().predict(self.logits(x)?);
        finite("prediction", self.in_units(predicted))
    }

    /// Standardised targets (q×n) in their unit again.
    fn in_units(&self, standardised: DMatrix<T>) -> DMatrix<T> {
        match &self.targets {
            Some(scaler) => scaler.undo(&standardised),
            None => standardised,
        }
    }

    fn not_for(&self, what: &str) -> Error {
        let loss = self.loss.map_or("a head of your own".into(), |loss| format!("the loss {loss}"));
        Error::parameter("loss", format!("{loss} makes no {what}"))
    }

    /// The share of samples whose class is predicted.
    ///
    /// # Errors
    /// Those of [`predict`](Self::predict), no samples, a different number of labels, or a label that the model
    /// does not know.
    pub fn score(&self, x: &DMatrix<T>, labels: &[usize]) -> Result<f64> {
        self.weighted_score(x, labels, &vec![T::one(); x.ncols()])
    }

    /// The share of samples, by weight, whose class is predicted.
    ///
    /// # Errors
    /// Those of [`score`](Self::score), and weights of another number, negative, not finite, or all 0.
    pub fn weighted_score(&self, x: &DMatrix<T>, labels: &[usize], weights: &[T]) -> Result<f64> {
        let row = |count: usize| (1, count);
        Error::check_size("labels", row(x.ncols()), row(labels.len()))?;
        Error::check_size("sample weights", row(x.ncols()), row(weights.len()))?;
        let classes = self.weights.bias.len();
        if let Some(sample) = labels.iter().position(|&label| label >= classes) {
            let (label, sample) = (labels[sample], sample + 1);
            let problem = format!("must be known to the model: label {label} of sample {sample} is not");
            return Err(Error::parameter("labels", problem));
        }
        if labels.is_empty() {
            return Err(Error::parameter("x", "has no samples to score"));
        }
        check_weights(weights)?;
        Ok(share_of(self.predict(x)?.iter().zip(labels).map(|(predicted, label)| predicted == label), weights))
    }

    /// R² of the predictions for numbers (q×n), by weight, the mean over the targets; for labels that are 0 or 1 the share
    /// that is predicted.
    ///
    /// # Errors
    /// Those of [`logits`](Self::logits), no samples, targets or weights of another size or not finite, and a head of
    /// your own.
    pub fn score_values(&self, x: &DMatrix<T>, y: &DMatrix<T>, weights: &[T]) -> Result<f64> {
        let loss = self.loss.ok_or_else(|| self.not_for("predictions"))?;
        Error::check_size("targets", (self.weights.bias.len(), x.ncols()), y.shape())?;
        Error::check_size("sample weights", (1, x.ncols()), (1, weights.len()))?;
        if y.is_empty() {
            return Err(Error::parameter("x", "has no samples to score"));
        }
        check_weights(weights)?;
        let targets = Targets::from(y);
        targets.check()?;
        let (alone, logits) = (Part::alone(x.ncols()), self.in_units(self.logits(x)?));
        Ok(1.0 - error((&Exec::Serial, &alone), &*loss.head(), &logits, &targets, weights)?)
    }
}

/// A column per sample, or an error that names the first number too large for its type.
fn finite<T: Scalar>(what: &str, of: DMatrix<T>) -> Result<DMatrix<T>> {
    let place = |at: usize| format!("{what} {} of sample {}", at % of.nrows() + 1, at / of.nrows() + 1);
    match of.iter().position(|number| !number.is_finite()) {
        Some(at) => Err(Error::not_finite(place(at))),
        None => Ok(of),
    }
}
