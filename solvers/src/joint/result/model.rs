//! A fitted model: the numbers that transform and classify new samples.

use crate::data::{Scaler, check_weights, share_of};
use crate::linalg::thin_qr;
use crate::loss::{Classifier, probabilities};
use crate::network::{Activation, Dense, Layers};
use crate::scalar::Scalar;
use crate::view::{product, transposed_product};
use admm::{Error, Exec, Result};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// Scaling, weights and classifier. It exists only after a fit: there is nothing to forget.
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
    /// The hidden layers h(x; θ), from the first to the last; none in a linear model.
    pub layers: Vec<Dense<T>>,
    /// The function of the hidden units.
    pub activation: Activation,
    /// W as `v` (d×k, or p×k for the p outputs of the last layer), B (k×c) and b (c×1).
    pub weights: Classifier<T>,
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
        if self.layers.is_empty() {
            return Ok(z);
        }
        let widths: Vec<usize> = self.layers.iter().map(|layer| layer.bias.len()).collect();
        let layers = Layers::new(z.nrows(), &widths, self.activation, 0.0)?;
        layers.outputs(&self.layers, &z.into(), &Exec::Serial)
    }

    /// The samples (d×n) in the affine span of the model whose components are Z (k×n): W(WᵀW)⁻¹Z, scaled back.
    ///
    /// # Errors
    /// Another number of components, columns of W that are linearly dependent, and hidden layers: those are not
    /// invertible.
    pub fn inverse_transform(&self, z: &DMatrix<T>) -> Result<DMatrix<T>> {
        if !self.layers.is_empty() {
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

    /// Class probabilities (c×n); each column sums to 1.
    ///
    /// # Errors
    /// Those of [`transform`](Self::transform).
    pub fn predict_proba(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        let mut logits = transposed_product(&self.weights.b, &self.transform(x)?);
        logits.column_iter_mut().for_each(|mut column| column += &self.weights.bias);
        Ok(probabilities(finite("logit", logits)?))
    }

    /// The most probable class of each sample; the first of several.
    ///
    /// # Errors
    /// Those of [`transform`](Self::transform).
    pub fn predict(&self, x: &DMatrix<T>) -> Result<Vec<usize>> {
        Ok(self.predict_proba(x)?.column_iter().map(|column| column.argmax().0).collect())
    }

    /// The share of samples whose class is predicted.
    ///
    /// # Errors
    /// Those of [`transform`](Self::transform), no samples, a different number of labels, or a label that the model
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
}

/// A column per sample, or an error that names the first number too large for its type.
fn finite<T: Scalar>(what: &str, of: DMatrix<T>) -> Result<DMatrix<T>> {
    let place = |at: usize| format!("{what} {} of sample {}", at % of.nrows() + 1, at / of.nrows() + 1);
    match of.iter().position(|number| !number.is_finite()) {
        Some(at) => Err(Error::not_finite(place(at))),
        None => Ok(of),
    }
}
