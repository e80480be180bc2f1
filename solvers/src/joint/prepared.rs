//! The prepared problem that all methods share: checked and scaled data, the covariance, the start.

mod attained;
mod check;
mod checked;
mod explained;
mod objective;
mod random;
mod row_space;
mod start;
mod task;
mod together;
mod warm;
mod warnings;

pub(crate) use super::{Builder, Constraint};
use crate::data::{Features, Samples, Scale, Scaler};
use crate::descent::{Kronecker, Spheres};
use crate::loss::{PredictionLoss, Predictor, separated};
use crate::pca::{Covariance, Spectrum, VarianceLoss};
use crate::scalar::Scalar;
use crate::smooth::Ridge;
use admm::{ConstraintSet, Result, Smooth};
use attained::separable;
use check::check_bounded;
pub(crate) use checked::Checked;
pub(crate) use explained::explained_by_columns;
use nalgebra::DMatrix;
pub(crate) use objective::Objective;
pub use objective::{JointObjective, Reduction};
use row_space::RowSpace;
pub(crate) use start::{SCOUTING, SECOND_STAGE, Spent, Start, second_stage};
use std::sync::Arc;
use std::time::Instant;
pub(crate) use task::{Output, Task};
pub(crate) use warnings::Warnings;

/// Data and start of a model without layers.
///
/// If d > n, everything runs in the space of r ≤ n dimensions that the samples span: X = QY, W = QW̃. On orthonormal
/// W nothing is lost, since a part of W outside the span of X captures no variance and moves no logit.
#[derive(Debug, Clone)]
pub(crate) struct Linear<T: Scalar> {
    pub(crate) options: Builder,
    pub(crate) scaler: Scaler<T>,
    pub(crate) output: Output<T>,
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

impl<T: Scalar> Linear<T> {
    pub(crate) fn new(options: &Builder, x: Features<T>, task: Task<T>, weights: Option<&[T]>) -> Result<Self> {
        let clock = Instant::now();
        let Checked { samples, head, output, scaler, mut warnings } = Checked::new(options, x, task, weights)?;
        let (basis, samples) = row_space(samples, options)?;
        let covariance = Arc::new(Covariance::of(&samples)?);
        let asked = (options.components + 1).min(covariance.dimension());
        let (values, vectors, spectrum) = Spectrum::with_top(&covariance, asked)?;
        let spectrum = Arc::new(spectrum);
        warnings.add_spectrum(&values, options.components);
        let weight = T::of(options.weight);
        let prediction = PredictionLoss { samples, head, ridge: T::of(options.ridge), share: T::one() - weight };
        if options.constraint == Constraint::None && options.weight > 0.0 {
            check_bounded(options, values[0].to_f64())?;
        }
        let variance = Ridge { of: VarianceLoss { covariance, weight }, weight: options.shrinkage };
        let objective = JointObjective { variance, prediction };
        let principal = vectors.columns(0, options.components).into_owned();
        let start = Start::find(options, &objective, &spectrum, principal, clock)?;
        let separable = options.ridge == 0.0 && separable(&objective.prediction)?;
        if separable || options.ridge == 0.0 && separated(&objective.prediction, &start.point.v)? {
            warnings.add_separation();
        }
        let options = options.clone();
        let leading = values[0];
        Ok(Linear { options, scaler, output, basis, objective, leading, spectrum, start, separable, warnings })
    }

    /// Warnings about the data and the choices, in sentences in which features have names.
    pub fn warnings_naming(&self, names: &[String]) -> Vec<String> {
        self.warnings.sentences(&self.options, names)
    }

    /// The same problem from another start.
    pub(crate) fn started(&self, start: Start<T>) -> Self {
        Linear { start, ..self.clone() }
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

    /// The model of the Hessian of the prediction loss, with the PCA loss where its weight is given.
    pub(crate) fn model(&self, variance: Option<T>) -> Kronecker<T> {
        let (prediction, spectrum) = (self.objective.prediction.clone(), self.spectrum.clone());
        Kronecker { prediction, spectrum, variance }
    }

    /// The model where nothing pulls. It makes for long steps: where W is orthonormal they stay close; where W is free
    /// there are distant minimisers, and a step may end at one, as on wine.
    pub(crate) fn close_model(&self, variance: Option<T>) -> Option<Kronecker<T>> {
        (self.options.constraint.held() == Constraint::Orthonormal).then(|| self.model(variance))
    }

    /// The model where each column moves by itself and nothing pulls: for features without a common scale. On
    /// standardised features plain L-BFGS converges as well.
    pub(crate) fn spheres(&self) -> Option<Spheres<T>> {
        let Builder { constraint, scale, weight, components, .. } = self.options;
        let unknowns = components.saturating_mul(self.objective.prediction.samples.targets.width());
        let serves = constraint.moves_columns() && scale != Scale::Standard && unknowns <= Spheres::<T>::MOST;
        serves.then(|| Spheres { of: self.model(None), weight: T::of(weight) })
    }

    /// The tolerance, but not below what T can resolve.
    pub(crate) fn tolerance(&self) -> f64 {
        self.options.tolerance.max(64.0 * T::EPSILON.to_f64())
    }

    /// A W of the space where the methods run, in that of the features.
    pub(crate) fn lift(&self, w: &DMatrix<T>) -> Result<DMatrix<T>> {
        self.basis.as_ref().map_or_else(|| Ok(w.clone()), |space| space.lift(w))
    }

    /// The joint objective of a feasible point.
    pub(crate) fn objective_at(&self, at: &Predictor<T>) -> Result<f64> {
        let prediction = &self.objective.prediction;
        let ridge = prediction.ridge * T::of(0.5) * at.b.norm_squared();
        let prediction = prediction.share * (prediction.mean_loss(at)? + ridge);
        Ok((self.objective.variance.value_and_gradient(&at.v)?.0 + prediction).to_f64())
    }
}

/// Q and Y with X = QY where d > n, else nothing and X. Sparse samples stay as they are: Q would not be sparse.
fn row_space<T: Scalar>(samples: Samples<T>, options: &Builder) -> Result<(Basis<T>, Samples<T>)> {
    if samples.x.nrows() <= samples.total() || samples.x.is_sparse() {
        return Ok((None, samples));
    }
    let Samples { x, targets, weights, exec, part } =
        samples.everywhere("with more features than samples, all samples are needed there")?;
    let (space, y) = RowSpace::of(x.into_dense(), options.components, &exec)?;
    Ok((Some(Arc::new(space)), Samples { x: y.into(), targets, weights, exec, part }))
}
