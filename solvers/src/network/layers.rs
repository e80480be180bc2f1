//! A stack of dense layers: sizes, start, outputs and gradient.

use super::start::{normal, uniform};
use super::{Activation, Network};
use crate::scalar::Scalar;
use crate::view::{multiply, view};
use admm::{Error, Parameter, Result};
use faer::Accum;
use nalgebra::{DMatrix, DMatrixView};

/// Dense layers h(x; θ), one after the other: h₀ = x and hₗ = σ(Wₗᵀhₗ₋₁ + bₗ), with a ridge μ/2 Σₗ ‖Wₗ‖².
///
/// Every layer has the same activation σ, the last one too. The parameters θ are W₁, b₁, W₂, b₂, …: weights with a column
/// for each unit, and biases of one column, which are not penalised.
///
/// The features should be standardised: the initial weights, and the one μ for all of them, expect inputs of size 1.
///
/// # Example
/// Half the mean squared distance of Bᵀh from targets y, where B (p×q) is a parameter of the loss:
///
/// ```
/// use admm::nalgebra::DMatrix;
/// use admm::{Error, Exec, Result};
/// use admm_solvers::data::Features;
/// use admm_solvers::network::{Activation, Layers, Network, OutputLoss, outputs, value_and_gradient};
/// use std::ops::Range;
///
/// struct Squared<'a> {
///     b: &'a DMatrix<f64>, // p×q
///     y: &'a DMatrix<f64>, // q×n
/// }
///
/// impl OutputLoss<f64> for Squared<'_> {
///     type Gradient = DMatrix<f64>;
///
///     fn zero(&self, (p, n): (usize, usize)) -> Result<DMatrix<f64>> {
///         Error::check_size("B", (p, self.y.nrows()), self.b.shape())?;
///         Error::check_size("the targets", (self.y.nrows(), n), self.y.shape())?;
///         Ok(DMatrix::zeros(p, self.y.nrows()))
///     }
///     fn block(
///         &self,
///         samples: Range<usize>,
///         h: &DMatrix<f64>,
///         by_h: &mut DMatrix<f64>,
///         by_b: &mut DMatrix<f64>,
///     ) -> f64 {
///         let n = self.y.ncols() as f64;
///         let residual = self.b.transpose() * h - self.y.columns(samples.start, samples.len());
///         by_h.copy_from(&(self.b * &residual / n));
///         *by_b += h * residual.transpose() / n;
///         residual.norm_squared() / (2.0 * n)
///     }
/// }
///
/// let x = Features::from(DMatrix::from_fn(3, 40, |j, i| ((i * (j + 2)) as f64).sin()));
/// let y = DMatrix::from_fn(1, 40, |_, i| (2.0 * i as f64).sin().abs());
/// let b = DMatrix::from_element(4, 1, 0.5);
///
/// let layers = Layers::new(3, &[8, 4], Activation::Tanh, 1e-3)?; // 3 features, 8 units, 4 outputs
/// let mut theta = layers.initial(1);
/// let value = |theta: &[_]| value_and_gradient(&layers, theta, &x, &Squared { b: &b, y: &y }, &Exec::Serial);
/// let (before, gradient, by_b) = value(&theta)?;
/// assert_eq!(by_b.shape(), (4, 1));
///
/// use admm::space::Space;
/// theta.axpy(-0.1, &gradient);
/// assert!(value(&theta)?.0 < before);
/// assert_eq!(outputs(&layers, &theta, &x, &Exec::Serial)?.shape(), (4, 40));
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Layers {
    /// The sizes d, p₁, p₂, … of x and of the layers.
    widths: Vec<usize>,
    activation: Activation,
    ridge: f64,
}

impl Layers {
    /// Layers of `widths` units, from the first to the last, over samples of `inputs` features, with the weight
    /// `ridge` = μ ≥ 0 of the squared weights.
    ///
    /// # Errors
    /// [`Error::Parameters`] lists all that is wrong: no inputs, no layer, a layer without units, and a ridge that is
    /// negative or not finite.
    pub fn new(inputs: usize, widths: &[usize], activation: Activation, ridge: f64) -> Result<Self> {
        let mut problems = Vec::new();
        if inputs == 0 {
            problems.push(Parameter::new("inputs", "must be at least 1"));
        }
        if widths.is_empty() {
            problems.push(Parameter::new("widths", "must hold one number for each layer, and holds none"));
        }
        if let Some(layer) = widths.iter().position(|&width| width == 0) {
            problems.push(Parameter::new("widths", format!("must be at least 1, got 0 for layer {}", layer + 1)));
        }
        if !ridge.is_finite() || ridge < 0.0 {
            problems.push(Parameter::new("ridge", format!("must be finite and not negative, got {ridge}")));
        }
        Error::check_parameters(problems)?;
        Ok(Layers { widths: [&[inputs], widths].concat(), activation, ridge })
    }
}

/// The parameters are W₁, b₁, W₂, b₂, …, and the stages are the outputs of the layers.
///
/// For a start the biases are 0, and the weights are independent with mean 0. For a layer of p units over m inputs, with
/// tanh, they are uniform in ±√(6/(m + p)) (Glorot and Bengio, "Understanding the difficulty of training deep feedforward
/// neural networks", 2010, equation 16). With ReLU they are normal with variance 2/m (He, Zhang, Ren and Sun, "Delving
/// deep into rectifiers", 2015, equation 10), and so they are with softplus. Both keep the variance of the signal from
/// layer to layer.
impl<T: Scalar> Network<T> for Layers {
    fn inputs(&self) -> usize {
        self.widths[0]
    }
    fn sizes(&self) -> Vec<(usize, usize)> {
        self.widths.windows(2).flat_map(|pair| [(pair[0], pair[1]), (pair[1], 1)]).collect()
    }
    fn stages(&self) -> Vec<usize> {
        self.widths[1..].to_vec()
    }
    fn initial(&self, seed: u64) -> Vec<DMatrix<T>> {
        let sizes: Vec<_> = self.widths.windows(2).map(|pair| (pair[0], pair[1])).collect();
        let weights = match self.activation {
            Activation::Tanh => uniform(&sizes, seed),
            Activation::Relu | Activation::Softplus => normal(&sizes, seed),
        };
        weights
            .into_iter()
            .flat_map(|weights: DMatrix<T>| {
                let bias = DMatrix::zeros(weights.ncols(), 1);
                [weights, bias]
            })
            .collect()
    }

    /// Hₗ = σ(WₗᵀHₗ₋₁ + bₗ1ᵀ) layer by layer.
    fn forward(&self, at: &[DMatrix<T>], _: DMatrixView<'_, T>, stages: &mut [DMatrix<T>]) -> Result<()> {
        for l in 0..stages.len() {
            let (before, rest) = stages.split_at_mut(l);
            if let Some(h) = before.last() {
                multiply(&mut rest[0], Accum::Replace, view(&at[2 * l]).transpose(), view(h));
            }
            let (bias, z) = (at[2 * l + 1].as_slice(), rest[0].as_mut_slice());
            for column in z.chunks_exact_mut(bias.len()) {
                column.iter_mut().zip(bias).for_each(|(z, &bias)| *z += bias);
            }
            // Before σ: tanh would make a number of an infinity, and so would ReLU.
            if !z.iter().fold(true, |finite, z| finite & z.is_finite()) {
                return Err(Error::not_finite(format!("the output of layer {}", l + 1)));
            }
            self.activation.apply(z);
        }
        Ok(())
    }

    /// Reverse accumulation (Rumelhart, Hinton and Williams 1986), from G = ∂ℓ/∂H of the last layer on: G ← G∘σ′,
    /// ∇Wₗ += Hₗ₋₁Gᵀ and ∇bₗ += G1, and then WₗG for the layer before.
    fn backward(
        &self,
        at: &[DMatrix<T>],
        _: DMatrixView<'_, T>,
        stages: &[DMatrix<T>],
        slopes: &mut [DMatrix<T>],
        gradient: &mut [DMatrix<T>],
    ) {
        for l in (0..stages.len()).rev() {
            let (before, rest) = slopes.split_at_mut(l);
            let (g, bias) = (rest[0].as_mut_slice(), gradient[2 * l + 1].as_mut_slice());
            self.activation.chain(stages[l].as_slice(), g);
            for column in g.chunks_exact(bias.len()) {
                bias.iter_mut().zip(column).for_each(|(bias, &g)| *bias += g);
            }
            if let Some(pull) = before.last_mut() {
                let g = view(&rest[0]);
                multiply(&mut gradient[2 * l], Accum::Add, view(&stages[l - 1]), g.transpose());
                multiply(pull, Accum::Replace, view(&at[2 * l]), g);
            }
        }
    }

    fn penalty(&self, at: &[DMatrix<T>], gradient: &mut [DMatrix<T>]) -> T {
        let (mut squares, ridge) = (T::zero(), T::of(self.ridge));
        for (weights, gradient) in at.iter().zip(gradient).step_by(2) {
            squares += weights.norm_squared();
            gradient.zip_apply(weights, |g, w| *g += ridge * w);
        }
        ridge * T::of(0.5) * squares
    }
    fn begins_with_product(&self) -> bool {
        true
    }
    fn name(&self, matrix: usize) -> String {
        let part = if matrix.is_multiple_of(2) { "weight matrix" } else { "bias" };
        format!("the {part} of layer {}", matrix / 2 + 1)
    }
}
