//! The prepared problem that all methods share: checked and scaled data, the covariance, the start.

mod attained;
mod check;
mod objective;
mod random;
mod row_space;
mod start;
mod warm;
mod warnings;

pub(crate) use objective::Objective;
pub use objective::{JointObjective, Reduction};
pub(crate) use start::{SECOND_STAGE, Spent, Start, second_stage};

use super::{Builder, Constraint};
use crate::data::{Extremes, Features, Samples, Scaler, check_weights, standardise};
use crate::descent::Kronecker;
use crate::loss::{Classifier, Softmax, separated};
use crate::pca::{Covariance, Spectrum, VarianceLoss};
use crate::scalar::Scalar;
use crate::smooth::Ridge;
use admm::{ConstraintSet, Exec, Result, Smooth};
use attained::separable;
use check::{check_batch, check_bounded, check_classes, check_data, check_enough, check_varies};
use nalgebra::DMatrix;
use row_space::RowSpace;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;
use warnings::Warnings;

/// Data and start of a [`JointModel`](super::JointModel), ready for any [`Method`](super::Method).
///
/// If d > n, everything runs in the space of r ≤ n dimensions that the samples span: X = QY, W = QW̃. On orthonormal
/// W nothing is lost, since a part of W outside the span of X captures no variance and moves no logit.
#[derive(Debug, Clone)]
pub struct Prepared<T: Scalar> {
    pub(crate) options: Builder,
    pub(crate) scaler: Scaler<T>,
    pub(crate) basis: Basis<T>,
    pub(crate) objective: Objective<T>,
    pub(crate) leading: T,
    pub(crate) spectrum: Arc<Spectrum<T>>,
    pub(crate) start: Start<T>,
    /// True if all features together are known to separate the classes, completely or in part, and nothing bounds B.
    separable: bool,
    warnings: Warnings,
}

/// Q, where d > n.
type Basis<T> = Option<Arc<RowSpace<T>>>;

impl<T: Scalar> Prepared<T> {
    pub(crate) fn new(
        options: &Builder,
        x: Features<T>,
        labels: &[usize],
        classes: usize,
        weights: Option<&[T]>,
    ) -> Result<Self> {
        let clock = Instant::now();
        let weights = weights.map_or_else(|| vec![T::one(); x.ncols()], <[T]>::to_vec);
        check_data(&x, labels, &weights, classes)?;
        let weights = options.class_weight.apply(labels, weights, classes)?;
        check_weights(&weights)?;
        let (x, labels, weights) = without_weightless(x, labels, weights, &options.exec)?;
        check_enough(x.shape(), options.components)?;
        check_batch(options.batch, x.ncols())?;
        check_classes(&labels, classes)?;
        let (x, scaler, seen) = standardise(x, &weights, options.scale, &options.exec)?;
        check_varies(&seen, options.scale)?;
        let mut warnings = Warnings::of_features(&seen, &seen.scaled_by(&scaler), options.scale);
        let (basis, scaled) = row_space(x, options)?;
        let total = weights.iter().fold(T::zero(), |sum, &weight| sum + weight);
        let weights = weights.into_iter().map(|weight| weight / total).collect();
        let samples = Samples::new(scaled, &labels, weights, classes, options.exec.clone())?;
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
        let separable = options.ridge == 0.0 && separable(&objective.entropy.samples)?;
        if separable || options.ridge == 0.0 && separated(&objective.entropy.samples, &start.point.v)? {
            warnings.add_separation();
        }
        let options = options.clone();
        let leading = values[0];
        Ok(Prepared { options, scaler, basis, objective, leading, spectrum, start, separable, warnings })
    }

    /// Returns warnings about the data and the choices, in sentences that number the features from 1.
    pub fn warnings(&self) -> Vec<String> {
        self.warnings_naming(&[])
    }

    /// The same, in which features have names.
    pub fn warnings_naming(&self, names: &[String]) -> Vec<String> {
        self.warnings.sentences(&self.options, names)
    }

    /// The same problem from another start.
    pub(crate) fn started(&self, start: Start<T>) -> Self {
        Prepared { start, ..self.clone() }
    }

    pub(crate) fn set(&self) -> Box<dyn ConstraintSet<T>> {
        self.options.constraint.set()
    }

    /// What the losses see of a W with as many rows as the samples have: the nearest point of the constraint, or N(W).
    pub(crate) fn seen(&self, w: &DMatrix<T>) -> Result<DMatrix<T>> {
        match self.options.constraint.normalisation() {
            Some(normalisation) => normalisation.of(w),
            None => self.set().project(w),
        }
    }

    /// The model of the Hessian of the cross-entropy, with the PCA loss where its weight is given.
    pub(crate) fn model(&self, variance: Option<T>) -> Kronecker<T> {
        let (entropy, spectrum) = (self.objective.entropy.clone(), self.spectrum.clone());
        Kronecker { entropy, spectrum, variance }
    }

    /// The model where nothing pulls. It makes for long steps: where W is orthonormal they stay close; where W is free
    /// there are distant minimisers, and a step may end at one, as on wine.
    pub(crate) fn close_model(&self, variance: Option<T>) -> Option<Kronecker<T>> {
        (self.options.constraint.held() == Constraint::Orthonormal).then(|| self.model(variance))
    }

    /// The tolerance, but not below what T can resolve.
    pub(crate) fn tolerance(&self) -> f64 {
        self.options.tolerance.max(64.0 * T::EPSILON.to_f64())
    }

    /// The joint objective of a feasible point.
    pub(crate) fn objective_at(&self, at: &Classifier<T>) -> Result<f64> {
        let softmax = &self.objective.entropy;
        let ridge = softmax.ridge * T::of(0.5) * at.b.norm_squared();
        let entropy = softmax.share * (softmax.cross_entropy(at)? + ridge);
        Ok((self.objective.variance.value_and_gradient(&at.v)?.0 + entropy).to_f64())
    }
}

/// Features, labels and weights of some samples.
type Chosen<'a, T> = (Features<T>, Cow<'a, [usize]>, Vec<T>);

/// Leaves out the samples of weight 0. Their entries must be finite all the same.
fn without_weightless<'a, T: Scalar>(
    x: Features<T>,
    labels: &'a [usize],
    weights: Vec<T>,
    exec: &Exec,
) -> Result<Chosen<'a, T>> {
    let kept: Vec<usize> = (0..weights.len()).filter(|&sample| weights[sample] > T::zero()).collect();
    if kept.len() == weights.len() {
        return Ok((x, labels.into(), weights));
    }
    if x.categories().is_none() {
        Extremes::of(&x, exec)?;
    }
    let labels = kept.iter().map(|&sample| labels[sample]).collect();
    let weights = kept.iter().map(|&sample| weights[sample]).collect();
    Ok((x.select(&kept), labels, weights))
}

/// Q and Y with X = QY where d > n, else nothing and X. Sparse samples stay as they are: Q would not be sparse.
fn row_space<T: Scalar>(x: Features<T>, options: &Builder) -> Result<(Basis<T>, Features<T>)> {
    if x.nrows() <= x.ncols() || x.is_sparse() {
        return Ok((None, x));
    }
    let (space, y) = RowSpace::of(x.into_dense(), options.components, &options.exec)?;
    Ok((Some(Arc::new(space)), y.into()))
}
