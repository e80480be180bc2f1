//! A stack of dense layers: sizes, start, outputs and gradient.

use super::pass::{Pass, Sum};
use super::{Activation, Dense, OutputLoss};
use crate::data::{Features, Part};
use crate::scalar::Scalar;
use admm::space::{Shape, Space};
use admm::{Error, Exec, Parameter, Result};
use nalgebra::DMatrix;
use rand::RngExt;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use rand_distr::{Distribution, StandardNormal};

/// Dense layers h(x; θ), one after the other: h₀ = x and hₗ = σ(Wₗᵀhₗ₋₁ + bₗ), with a ridge μ/2 Σₗ ‖Wₗ‖².
///
/// Every layer has the same activation σ, the last one too. The parameters θ are a `Vec` of [`Dense`], which is a
/// [`Space`]. The biases are not penalised.
///
/// The features should be standardised: the initial weights, and the one μ for all of them, expect inputs of size 1.
///
/// # Example
/// Half the mean squared distance of Bᵀh from targets y, where B (p×q) is a parameter of the loss:
///
/// ```
/// use admm::nalgebra::{DMatrix, DMatrixView, DMatrixViewMut};
/// use admm::{Error, Exec, Result};
/// use admm_solvers::data::Features;
/// use admm_solvers::network::{Activation, Layers, OutputLoss};
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
///         h: DMatrixView<'_, f64>,
///         mut by_h: DMatrixViewMut<'_, f64>,
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
/// let value = |theta: &_| layers.value_and_gradient(theta, &x, &Squared { b: &b, y: &y }, &Exec::Serial);
/// let (before, gradient, by_b) = value(&theta)?;
/// assert_eq!(by_b.shape(), (4, 1));
///
/// use admm::space::Space;
/// theta.axpy(-0.1, &gradient);
/// assert!(value(&theta)?.0 < before);
/// assert_eq!(layers.outputs(&theta, &x, &Exec::Serial)?.shape(), (4, 40));
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Layers {
    /// The sizes d, p₁, p₂, … of x and of the layers.
    sizes: Vec<usize>,
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
        Ok(Layers { sizes: [&[inputs], widths].concat(), activation, ridge })
    }

    /// Returns p, the number of outputs of the last layer.
    pub(crate) fn width(&self) -> usize {
        self.sizes[self.sizes.len() - 1]
    }

    /// Draws θ for a start: weights of independent entries with mean 0, and biases that are 0.
    ///
    /// For a layer of p units over m inputs, with tanh, the entries are uniform in ±√(6/(m + p)) (Glorot and Bengio,
    /// "Understanding the difficulty of training deep feedforward neural networks", 2010, equation 16). With ReLU they
    /// are normal with variance 2/m (He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015, equation 10), and so
    /// they are with softplus. Both keep the variance of the signal from layer to layer.
    ///
    /// The entries depend on the seed alone. In `f32` they are those in `f64`, rounded.
    pub fn initial<T: Scalar>(&self, seed: u64) -> Vec<Dense<T>> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let layers = self.sizes.windows(2).map(|pair| {
            let (inputs, units) = (pair[0], pair[1]);
            let bound = (6.0 / (inputs + units) as f64).sqrt();
            let deviation = (2.0 / inputs as f64).sqrt();
            let weights = DMatrix::from_fn(inputs, units, |_, _| match self.activation {
                Activation::Tanh => T::of(random.random_range(-bound..bound)),
                Activation::Relu | Activation::Softplus => {
                    let entry: f64 = StandardNormal.sample(&mut random);
                    T::of(deviation * entry)
                }
            });
            Dense { weights, bias: DMatrix::zeros(units, 1) }
        });
        layers.collect()
    }

    /// h(x; θ) of all samples, p×n, in one pass over X (d×n).
    ///
    /// # Errors
    /// [`Error::Size`] where X or θ do not fit the layers, and [`Error::NotFinite`] for weights that are not finite and
    /// for the first layer whose output is not.
    pub fn outputs<T: Scalar>(&self, at: &[Dense<T>], x: &Features<T>, exec: &Exec) -> Result<DMatrix<T>> {
        self.outputs_on((exec, &Part::alone(x.ncols())), at, x)
    }

    /// The same for the samples of this rank.
    pub(crate) fn outputs_on<T: Scalar>(
        &self,
        (exec, part): (&Exec, &Part),
        at: &[Dense<T>],
        x: &Features<T>,
    ) -> Result<DMatrix<T>> {
        self.check(at, x, part)?;
        Pass::new(self.activation, x, at).outputs(exec, part)
    }

    /// [Σᵢ wᵢ hᵢhᵢᵀ, Σᵢ wᵢ hᵢ] of the outputs, p×(p+1), in one pass over X (d×n).
    ///
    /// # Errors
    /// Those of [`outputs`](Self::outputs).
    pub(crate) fn moments<T: Scalar>(
        &self,
        at: &[Dense<T>],
        x: &Features<T>,
        weights: &[T],
        (exec, part): (&Exec, &Part),
    ) -> Result<DMatrix<T>> {
        self.check(at, x, part)?;
        Pass::new(self.activation, x, at).moments(weights, exec, part)
    }

    /// f(θ, φ) = Σᵢ ℓᵢ(h(xᵢ; θ); φ) + μ/2 Σₗ ‖Wₗ‖² with ∇θ f and ∇φ f, in one pass over X (d×n).
    ///
    /// The sum is made in a fixed tree: it has the same bits for any number of threads.
    ///
    /// # Errors
    /// [`Error::Size`] where X or θ do not fit the layers, or their outputs the loss. [`Error::NotFinite`] for weights
    /// that are not finite, for the first layer whose output is not, and for the value and the gradient.
    pub fn value_and_gradient<T: Scalar, L: OutputLoss<T>>(
        &self,
        at: &[Dense<T>],
        x: &Features<T>,
        loss: &L,
        exec: &Exec,
    ) -> Result<(T, Vec<Dense<T>>, L::Gradient)> {
        self.value_and_gradient_on((exec, &Part::alone(x.ncols())), at, x, loss)
    }

    /// The same over the samples of all ranks, of which X and the loss have a part.
    pub(crate) fn value_and_gradient_on<T: Scalar, L: OutputLoss<T>>(
        &self,
        (exec, part): (&Exec, &Part),
        at: &[Dense<T>],
        x: &Features<T>,
        loss: &L,
    ) -> Result<Sum<T, L::Gradient>> {
        self.check(at, x, part)?;
        let (mut value, mut gradient, by_parameters) = Pass::new(self.activation, x, at).sum(loss, exec, part)?;
        let ridge = T::of(self.ridge);
        for (gradient, layer) in gradient.iter_mut().zip(at) {
            value += ridge * T::of(0.5) * layer.weights.norm_squared();
            gradient.weights.axpy(ridge, &layer.weights);
        }
        if !value.is_finite() {
            return Err(Error::not_finite("the loss after the layers"));
        }
        if !gradient.is_finite() || !by_parameters.is_finite() {
            return Err(Error::not_finite("the gradient of the loss after the layers"));
        }
        Ok((value, gradient, by_parameters))
    }

    /// X and θ of the sizes of these layers, and θ finite.
    fn check<T: Scalar>(&self, at: &[Dense<T>], x: &Features<T>, part: &Part) -> Result<()> {
        let n = if part.total() == 0 { 1 } else { x.ncols() };
        Error::check_size("x", (self.sizes[0], n), x.shape())?;
        let expected = self.sizes.windows(2).flat_map(|pair| [(pair[0], pair[1]), (pair[1], 1)]).collect();
        let got = at.iter().flat_map(|layer| layer.sizes().0).collect();
        Error::check_size("the weights and biases of the layers", Shape(expected), Shape(got))?;
        for (l, layer) in at.iter().enumerate() {
            for (part, name) in [(&layer.weights, "weight matrix"), (&layer.bias, "bias")] {
                if !part.iter().all(|entry| entry.is_finite()) {
                    return Err(Error::not_finite(format!("the {name} of layer {}", l + 1)));
                }
            }
        }
        Ok(())
    }
}
