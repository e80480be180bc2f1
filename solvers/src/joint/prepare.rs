//! What all methods share: checked and scaled data, the covariance, the start.

use super::options::{Builder, Method};
use super::row_space::RowSpace;
use super::scaler::Extremes;
use super::start::Start;
use super::warnings::Warnings;
use super::{Constraint, Fitted, JointObjective, Moment, Position, Scaler};
use crate::classifier::Classifier;
use crate::features::Features;
use crate::kronecker::Kronecker;
use crate::pca::{Covariance, Spectrum, VarianceLoss};
use crate::samples::{Samples, check_labels};
use crate::scalar::Scalar;
use crate::smooth::Ridge;
use crate::softmax::Softmax;
use admm::method::DescentMemory;
use admm::{Error, Gradient, Manifold, Result, Shape, Smooth};
use nalgebra::DMatrix;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use crate::lbfgs::Lbfgs;

/// Data and start of a [`JointModel`](super::JointModel), ready for any [`Method`].
///
/// Where d > n everything runs in the space of r ≤ n dimensions that the samples span: X = QY, W = QW̃. On orthonormal
/// W nothing is lost, since a part of W outside the span of X captures no variance and moves no logit.
#[derive(Debug, Clone)]
pub struct Prepared<T: Scalar> {
    pub(super) options: Builder,
    pub(super) scaler: Scaler<T>,
    pub(super) basis: Basis<T>,
    pub(super) objective: Objective<T>,
    pub(super) leading: T,
    pub(super) spectrum: Arc<Spectrum<T>>,
    pub(super) start: Start<T>,
    warnings: Warnings,
}

/// Both losses, with the ridge of a W without a constraint.
pub(super) type Objective<T> = JointObjective<T, Ridge<VarianceLoss<T>>>;

/// Q, where d > n.
type Basis<T> = Option<Arc<RowSpace<T>>>;

/// A gradient method, chosen by the constraint: L-BFGS moves on manifolds, projected gradient on convex sets.
pub(super) type DescentMethod<T, F> =
    Box<dyn admm::Method<T, F, Point = <F as Smooth<T>>::Point, Memory = DescentMemory<T, <F as Smooth<T>>::Point>>>;

pub(super) fn descent_method<T: Scalar, F: Smooth<T, Point = Classifier<T>>>(
    constraint: Constraint,
    max_steps: u64,
    initial: Option<Kronecker<T>>,
) -> DescentMethod<T, F> {
    match constraint {
        Constraint::Ball => Box::new(Gradient { max_steps }),
        _ => Box::new(Lbfgs { max_steps, ..Lbfgs::from(initial) }),
    }
}

impl<T: Scalar> Prepared<T> {
    pub(super) fn new(
        options: &Builder,
        x: Features<T>,
        labels: &[usize],
        classes: usize,
        weights: Option<&[T]>,
    ) -> Result<Self> {
        let clock = Instant::now();
        let weights = weights.map_or_else(|| vec![T::one(); x.ncols()], <[T]>::to_vec);
        check_data(&x, labels, &weights, classes)?;
        let seen = Extremes::of(&x, &options.exec)?;
        let kept: Vec<usize> = (0..x.ncols()).filter(|&sample| weights[sample] > T::zero()).collect();
        if kept.len() < x.ncols() {
            let labels: Vec<usize> = kept.iter().map(|&sample| labels[sample]).collect();
            let weights: Vec<T> = kept.iter().map(|&sample| weights[sample]).collect();
            return Prepared::new(options, x.select(&kept), &labels, classes, Some(&weights));
        }
        check_enough(x.shape(), options.components)?;
        check_batch(options.batch, x.ncols())?;
        check_classes(labels, classes)?;
        let scaler = Scaler::learn(&x, &seen, &weights, options.scale, &options.exec);
        let mut warnings = Warnings::of_features(&seen, &scaler.largest(&seen)?, options.scale);
        let (basis, scaled) = row_space(x.standardised(&scaler), options)?;
        let total = weights.iter().fold(T::zero(), |sum, &weight| sum + weight);
        let weights = weights.into_iter().map(|weight| weight / total).collect();
        let samples = Samples::new(scaled, labels, weights, classes, options.exec.clone())?;
        let covariance = Arc::new(Covariance::of(&samples)?);
        let asked = (options.components + 1).min(covariance.dimension());
        let (values, vectors, spectrum) = Spectrum::with_top(&covariance, asked)?;
        let spectrum = Arc::new(spectrum);
        warnings.add_spectrum(&values, options.components);
        let weight = T::of(options.weight);
        let entropy = Softmax { samples, ridge: T::of(options.ridge), share: T::one() - weight };
        if options.constraint == Constraint::None && options.weight > 0.0 {
            check_bounded(options, values[0].to_f64())?;
        }
        let variance = Ridge { of: VarianceLoss { covariance, weight }, weight: options.shrinkage };
        let objective = JointObjective { variance, entropy };
        let principal = vectors.columns(0, options.components).into_owned();
        let start = Start::find(options, &objective, &spectrum, principal, clock)?;
        warnings.add_separation(&objective.entropy, &start.point)?;
        let options = options.clone();
        let leading = values[0];
        Ok(Prepared { options, scaler, basis, objective, leading, spectrum, start, warnings })
    }

    /// What the user should know about the data and the choices, in sentences that number the features from 1.
    pub fn warnings(&self) -> Vec<String> {
        self.warnings_naming(&[])
    }

    /// The same, in which features have names.
    pub fn warnings_naming(&self, names: &[String]) -> Vec<String> {
        self.warnings.sentences(&self.options, names)
    }

    /// Fits by one method, from the same start as every other. The observer sees each outer iteration, and may stop it.
    ///
    /// # Errors
    /// A block that fails, with its iteration.
    pub fn fit(&self, method: Method, observer: &mut dyn FnMut(&Moment<'_>) -> ControlFlow<()>) -> Result<Fitted<T>> {
        super::fit::fit(self, method, None, observer)
    }

    /// Continues a fit from where another, of the same data with the same choices, stood.
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit), and a position of another kind of fit.
    pub fn resume(
        &self,
        position: Position,
        observer: &mut dyn FnMut(&Moment<'_>) -> ControlFlow<()>,
    ) -> Result<Fitted<T>> {
        super::fit::fit(self, position.method, Some(position), observer)
    }

    pub(super) fn manifold(&self) -> Box<dyn Manifold<T>> {
        self.options.constraint.manifold()
    }

    /// The model of the Hessian of the cross-entropy, with the PCA loss where its weight is given. It makes for long
    /// steps: where W is orthonormal they stay close; where W is free there are distant minimisers, and a step may end
    /// at one, as on wine.
    pub(super) fn model(&self, variance: Option<T>) -> Option<Kronecker<T>> {
        let close = self.options.constraint == Constraint::Orthonormal;
        let (entropy, spectrum) = (&self.objective.entropy, &self.spectrum);
        close.then(|| Kronecker { entropy: entropy.clone(), spectrum: spectrum.clone(), variance })
    }

    /// The tolerance, but not below what T can resolve.
    pub(super) fn tolerance(&self) -> f64 {
        self.options.tolerance.max(64.0 * T::EPSILON.to_f64())
    }

    /// The joint objective of a feasible point.
    pub(super) fn objective_at(&self, w: &DMatrix<T>, rest: &Classifier<T>) -> Result<f64> {
        let at = Classifier { v: w.clone(), ..rest.clone() };
        let softmax = &self.objective.entropy;
        let ridge = softmax.ridge * T::of(0.5) * at.b.norm_squared();
        let entropy = softmax.share * (softmax.cross_entropy(&at)? + ridge);
        Ok((self.objective.variance.value_and_gradient(w)?.0 + entropy).to_f64())
    }
}

/// What each sample must satisfy, whatever its weight.
fn check_data<T: Scalar>(x: &Features<T>, labels: &[usize], weights: &[T], classes: usize) -> Result<()> {
    let (d, n) = x.shape();
    if n == 0 || d == 0 {
        return Err(Error::parameter("x", format!("is empty: {n} samples of {d} features")));
    }
    let row = |count: usize| Shape(vec![(1, count)]);
    Error::check_size("labels", row(n), row(labels.len()))?;
    Error::check_size("sample weights", row(n), row(weights.len()))?;
    check_labels(labels, classes)?;
    check_weights(weights)
}

/// What the samples that count must satisfy together.
fn check_enough((d, n): (usize, usize), components: usize) -> Result<()> {
    if n == 1 {
        return Err(Error::parameter("x", "has one sample, which has no variance: at least 2 are needed"));
    }
    let largest = n.min(d);
    if components > largest {
        return Err(Error::parameter(
            "components",
            format!("must be at most {largest}, got {components} components of {n} samples × {d} features"),
        ));
    }
    Ok(())
}

fn check_batch(batch: Option<usize>, n: usize) -> Result<()> {
    match batch {
        Some(size) if size > n => Err(Error::parameter("batch", format!("must be between 1 and {n}, got {size}"))),
        _ => Ok(()),
    }
}

fn check_classes(labels: &[usize], classes: usize) -> Result<()> {
    if classes < 2 {
        return Err(Error::parameter("classes", format!("must be at least 2 for a classifier, got {classes}")));
    }
    // Of n + 1 classes one has no sample.
    let mut seen = vec![false; classes.min(labels.len() + 1)];
    labels.iter().for_each(|&label| seen.get_mut(label).into_iter().for_each(|seen| *seen = true));
    match seen.iter().position(|seen| !seen) {
        Some(class) => Err(Error::parameter("labels", format!("leave a class out: class {class} has no samples"))),
        None => Ok(()),
    }
}

fn check_weights<T: Scalar>(weights: &[T]) -> Result<()> {
    if let Some(sample) = weights.iter().position(|&weight| !weight.is_finite() || weight < T::zero()) {
        let (weight, sample) = (weights[sample], sample + 1);
        let problem = format!("must be finite and not negative, got {weight} for sample {sample}");
        return Err(Error::parameter("weights", problem));
    }
    let total = weights.iter().fold(T::zero(), |sum, &weight| sum + weight);
    match total {
        _ if total == T::zero() => Err(Error::parameter("weights", "are all 0")),
        _ if !total.is_finite() => Err(Error::parameter("weights", "have a sum that overflows")),
        _ => Ok(()),
    }
}

/// That γ/2 ‖W‖² holds what the PCA loss pulls: its curvature is 2λλ₁/tr Σ at most.
pub(super) fn check_bounded(options: &Builder, leading: f64) -> Result<()> {
    let (penalty, smallest) = (options.shrinkage, 2.0 * options.weight * leading);
    if penalty > smallest { Ok(()) } else { Err(Error::Unbounded { penalty, smallest }) }
}

/// Q and Y with X = QY where d > n, else nothing and X. Sparse samples stay as they are: Q would not be sparse.
fn row_space<T: Scalar>(x: Features<T>, options: &Builder) -> Result<(Basis<T>, Features<T>)> {
    if x.nrows() <= x.ncols() || x.is_sparse() {
        return Ok((None, x));
    }
    let (space, y) = RowSpace::of(x.into_dense(), options.components, &options.exec)?;
    Ok((Some(Arc::new(space)), y.into()))
}
