//! Data and start of a joint model, with layers or without.

use super::fit::fit_linear;
use super::layered::{Layered, fit_layered};
use super::prepared::{Task, explained_by_columns};
use super::second_order::{examine_layered, examine_linear};
use super::{Fitted, JointModel, Linear, Method, Model, Moment, Position};
use crate::data::{Features, Targets};
use crate::joint::Builder;
use crate::loss::{Head, Predictor};
use crate::scalar::Scalar;
use crate::second_order::SecondOrder;
use admm::ranks::gather;
use admm::{Error, Result, caught};
use std::ops::ControlFlow;
use std::sync::Arc;

/// Data and start of a [`JointModel`], ready for any [`Method`].
#[derive(Debug, Clone)]
pub struct Prepared<T: Scalar>(Problem<T>);

#[derive(Debug, Clone)]
enum Problem<T: Scalar> {
    Linear(Box<Linear<T>>),
    Layered(Box<Layered<T>>),
}

impl JointModel {
    /// Fits by the chosen method. X is d×n, a sample is a column; labels are class numbers 0 … c−1.
    ///
    /// X is whatever becomes [`Features`]: a matrix that is handed over is scaled in place, a borrowed one is copied,
    /// one in an `Arc`, a mapped file and a sparse one are left as they are.
    ///
    /// # Errors
    /// Those of [`prepare`](Self::prepare), and of a block that fails.
    pub fn fit<T: Scalar>(&self, x: impl Into<Features<T>>, labels: &[usize]) -> Result<Fitted<T>> {
        let count = labels.iter().max().map_or(0, |last| last.saturating_add(1));
        let count = gather(&*self.options.ranks, Ok(count))?.into_iter().max().unwrap_or(0);
        self.fit_targets(x, Targets::Classes { labels: labels.into(), count })
    }

    /// The same for targets of any kind, which the [`loss`](Builder::loss) must take: classes, or numbers Y (q×n).
    ///
    /// ```
    /// use admm_solvers::joint::JointModel;
    /// use admm_solvers::loss::Loss;
    /// use admm::nalgebra::DMatrix;
    ///
    /// let x = DMatrix::from_fn(3, 40, |i, j| ((3 * j + i * i) as f64).sin());
    /// let y = DMatrix::from_fn(1, 40, |_, j| 50.0 + 20.0 * x[(1, j)]);
    /// let model = JointModel::builder().loss(Loss::Squared).weight(0.1).ridge(1e-6).build()?;
    /// let fitted = model.fit_targets(&x, &y)?;
    /// assert!(fitted.report.training_error < 1e-3, "1 − R²");
    /// assert!((fitted.predict_values(&x)? - &y).amax() < 2.0);
    /// # Ok::<(), admm::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`prepare_targets`](Self::prepare_targets), and of a block that fails.
    pub fn fit_targets<T: Scalar>(
        &self,
        x: impl Into<Features<T>>,
        targets: impl Into<Targets<T>>,
    ) -> Result<Fitted<T>> {
        let prepared = self.prepare_targets(x, targets, None)?;
        prepared.other_starts(prepared.fit(self.options.method, &mut |_| ControlFlow::Continue(()))?, &|| false)
    }

    /// Checks and scales the data, forms the covariance and finds the start: what all methods share.
    ///
    /// # Errors
    /// Empty, constant or non-finite data; lengths that differ; fewer than two classes, or one without samples; more
    /// components than min(n, d). Behind hidden layers the units of the last one count in place of d. Weights that are
    /// negative, not finite, or all zero. Class weights of another number than the classes. Samples of weight 0 are left
    /// out.
    /// [`Error::Unbounded`] without a constraint, for a shrinkage that does not bound the
    /// objective.
    pub fn prepare<T: Scalar>(
        &self,
        x: impl Into<Features<T>>,
        labels: &[usize],
        classes: usize,
        weights: Option<&[T]>,
    ) -> Result<Prepared<T>> {
        self.prepare_targets(x, Targets::Classes { labels: labels.into(), count: classes }, weights)
    }

    /// The same for targets of any kind, which the [`loss`](Builder::loss) must take.
    ///
    /// Numbers are standardised first if the loss takes them in any unit, unless
    /// [`standardise_targets`](Builder::standardise_targets) is off. Predictions come in the unit of the targets again.
    ///
    /// # Errors
    /// Those of [`prepare`](Self::prepare), and targets that the loss does not take.
    pub fn prepare_targets<T: Scalar>(
        &self,
        x: impl Into<Features<T>>,
        targets: impl Into<Targets<T>>,
        weights: Option<&[T]>,
    ) -> Result<Prepared<T>> {
        Prepared::new(&self.options, x.into(), Task::new(&self.options, targets.into()), weights)
    }

    /// The same for a head of your own, in place of the loss that was chosen. The targets stay as they are.
    ///
    /// # Errors
    /// Those of [`prepare_targets`](Self::prepare_targets).
    pub fn prepare_head<T: Scalar>(
        &self,
        x: impl Into<Features<T>>,
        targets: impl Into<Targets<T>>,
        head: Arc<dyn Head<T>>,
        weights: Option<&[T]>,
    ) -> Result<Prepared<T>> {
        Prepared::new(&self.options, x.into(), Task::own(targets.into(), head), weights)
    }
}

impl<T: Scalar> Prepared<T> {
    pub(crate) fn new(options: &Builder, x: Features<T>, task: Task<T>, weights: Option<&[T]>) -> Result<Self> {
        caught(|| match options.is_layered() {
            false => Ok(Self::linear(Linear::new(options, x, task, weights)?)),
            true => Ok(Self::layered(Layered::new(options, x, task, weights)?)),
        })
    }

    fn linear(of: Linear<T>) -> Self {
        Prepared(Problem::Linear(Box::new(of)))
    }

    fn layered(of: Layered<T>) -> Self {
        Prepared(Problem::Layered(Box::new(of)))
    }

    pub(crate) fn options(&self) -> &Builder {
        match &self.0 {
            Problem::Linear(of) => &of.options,
            Problem::Layered(of) => &of.options,
        }
    }

    /// Returns warnings about the data and the choices, in sentences that number the features from 1.
    pub fn warnings(&self) -> Vec<String> {
        self.warnings_naming(&[])
    }

    /// The same, in which features have names.
    pub fn warnings_naming(&self, names: &[String]) -> Vec<String> {
        match &self.0 {
            Problem::Linear(of) => of.warnings_naming(names),
            Problem::Layered(of) => of.warnings_naming(names),
        }
    }

    /// The same data at another λ. The start is that of [`prepare`](crate::joint::JointModel::prepare) at this λ, or the
    /// one that was [given](Self::with_start).
    ///
    /// # Errors
    /// A weight outside [0, 1]; [`Error::Unbounded`] as for
    /// [`prepare`](crate::joint::JointModel::prepare).
    pub fn with_weight(&self, weight: f64) -> Result<Self> {
        caught(|| match &self.0 {
            Problem::Linear(of) => Ok(Self::linear(of.with_weight(weight)?)),
            Problem::Layered(of) => Ok(Self::layered(of.with_weight(weight)?)),
        })
    }

    /// The same problem from another start: W (d×k, for scaled features, as in a [`Model`](crate::joint::Model)), B and
    /// b. Every method but [`TwoStage`](crate::joint::Method::TwoStage) starts there, from the point of the constraint
    /// that is nearest to W or from what the losses see of it, and counts its own passes alone.
    ///
    /// ```
    /// use admm_solvers::joint::{JointModel, Method};
    /// use admm::nalgebra::DMatrix;
    /// use std::ops::ControlFlow::Continue;
    ///
    /// let x = DMatrix::from_fn(3, 40, |i, j| ((3 * j + i) as f64).sin() + if i == j % 2 { 1.0 } else { 0.0 });
    /// let labels: Vec<usize> = (0..40).map(|sample| sample % 2).collect();
    /// let prepared = JointModel::builder().components(1).weight(1.0).build()?.prepare(&x, &labels, 2, None)?;
    /// let mut fitted = prepared.fit(Method::TwoStage, &mut |_| Continue(()))?;
    /// for weight in [0.9, 0.5, 0.1] {
    ///     let next = prepared.with_weight(weight)?.with_start(&fitted.weights)?;
    ///     fitted = next.fit(Method::Descent, &mut |_| Continue(()))?;
    /// }
    /// # Ok::<(), admm::Error>(())
    /// ```
    /// Hidden layers start as they would without it, see [`with_model`](Self::with_model).
    ///
    /// # Errors
    /// Other sizes, entries that are not finite, and a projection that fails.
    pub fn with_start(&self, start: &Predictor<T>) -> Result<Self> {
        match &self.0 {
            Problem::Linear(of) => Ok(Self::linear(of.with_start(start)?)),
            Problem::Layered(of) => Ok(Self::layered(of.with_start(&of.start.layers, start)?)),
        }
    }

    /// The same problem from another model as its start, see [`with_start`](Self::with_start), the hidden layers of the
    /// model included.
    ///
    /// # Errors
    /// Those of [`with_start`](Self::with_start).
    pub fn with_model(&self, start: &Model<T>) -> Result<Self> {
        match &self.0 {
            Problem::Linear(of) => Ok(Self::linear(of.with_start(&start.weights)?)),
            Problem::Layered(of) => {
                let parameters = start.network.as_ref().map_or(&[][..], |network| &network.parameters);
                Ok(Self::layered(of.with_start(parameters, &start.weights)?))
            }
        }
    }

    /// Returns wⱼᵀΣwⱼ / (‖wⱼ‖² tr Σ) for each column of W of a model: the share of the variance along it, and 0 for a
    /// column of zeros. Σ is the covariance of what W reduces, the features of this problem or the outputs of the hidden
    /// layers of the model.
    ///
    /// The columns of an orthonormal W explain different parts. They add up to
    /// [`variance_explained`](crate::joint::Report::variance_explained).
    ///
    /// ```
    /// use admm_solvers::joint::{JointModel, Method};
    /// use admm::nalgebra::DMatrix;
    /// use std::ops::ControlFlow::Continue;
    ///
    /// let x = DMatrix::from_fn(3, 40, |i, j| ((3 * j + i) as f64).sin() + if i == j % 2 { 1.0 } else { 0.0 });
    /// let labels: Vec<usize> = (0..40).map(|sample| sample % 2).collect();
    /// for hidden in [&[][..], &[4]] {
    ///     let prepared = JointModel::builder().hidden(hidden).build()?.prepare(&x, &labels, 2, None)?;
    ///     let fitted = prepared.fit(Method::TwoStage, &mut |_| Continue(()))?;
    ///     let shares = prepared.explained_by_columns(&fitted.model)?;
    ///     assert!((shares.iter().sum::<f64>() - fitted.report.variance_explained).abs() < 1e-12);
    /// }
    /// # Ok::<(), admm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Size`] for a model of another size.
    pub fn explained_by_columns(&self, model: &Model<T>) -> Result<Vec<f64>> {
        let w = &model.weights.v;
        caught(|| match &self.0 {
            Problem::Linear(of) => {
                Error::check_size("W", (of.scaler.mean.len(), w.ncols()), w.shape())?;
                let w = of.basis.as_ref().map_or_else(|| Ok(w.clone()), |space| space.lower(w))?;
                Ok(explained_by_columns(&of.objective.variance.of.covariance, &w))
            }
            Problem::Layered(of) => {
                let parameters = model.network.as_ref().map_or(&[][..], |network| &network.parameters);
                let hidden = of.objective.predictor.hidden(parameters)?;
                Error::check_size("W", (hidden.covariance.dimension(), w.ncols()), w.shape())?;
                Ok(explained_by_columns(&hidden.covariance, w))
            }
        })
    }

    /// The certificate of second order of a model of this problem: whether it is a local minimum of the joint objective,
    /// strict but for the symmetries of the model. These are W → WQ with B → QᵀB, where the constraint allows it, and for
    /// the softmax a number that is added to all entries of b, and without a ridge to a row of B.
    ///
    /// It takes two passes for each product with the Hessian, and up to 300 products. As many as the objective has
    /// directions are enough. See [`second_order`](crate::second_order) for what it is worth.
    ///
    /// It certifies what the losses see, where W is normalised before use. In the ball, a column inside moves freely, and
    /// one at the boundary on the sphere. A column at the boundary whose multiplier is 0 within the tolerance is not
    /// decided, nor is a model whose hidden layers stop the PCA loss.
    ///
    /// ```
    /// use admm_solvers::joint::{JointModel, Method};
    /// use admm_solvers::second_order::Verdict;
    /// use admm::nalgebra::DMatrix;
    /// use std::ops::ControlFlow::Continue;
    ///
    /// let x = DMatrix::from_fn(3, 40, |i, j| ((3 * j + i) as f64).sin() + if i == j % 2 { 1.0 } else { 0.0 });
    /// let labels: Vec<usize> = (0..40).map(|sample| sample % 2).collect();
    /// let prepared = JointModel::builder().build()?.prepare(&x, &labels, 2, None)?;
    /// let fitted = prepared.fit(Method::Admm, &mut |_| Continue(()))?;
    /// let certificate = prepared.second_order(&fitted.model)?;
    /// assert_eq!((certificate.verdict, certificate.symmetries), (Verdict::Minimum, 2));
    /// # Ok::<(), admm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Size`] for a model of another size, and those of the losses.
    pub fn second_order(&self, model: &Model<T>) -> Result<SecondOrder> {
        caught(|| match &self.0 {
            Problem::Linear(of) => examine_linear(of, model),
            Problem::Layered(of) => examine_layered(of, model),
        })
    }

    /// The same problem from a random start.
    pub(crate) fn at_random(&self, seed: u64) -> Result<Self> {
        caught(|| match &self.0 {
            Problem::Linear(of) => Ok(Self::linear(of.at_random(seed)?)),
            Problem::Layered(of) => Ok(Self::layered(of.at_random(seed)?)),
        })
    }

    /// Fits by one method, from the same start as every other. The observer sees each outer iteration, and may stop it.
    ///
    /// A fit that does not converge returns the point with the lowest joint objective that it knows of. No objective in
    /// its history is lower, nor is that of its start. Where the PCA loss is [stopped](crate::joint::Reach) before
    /// hidden layers, no function is minimised, and such a fit returns the point where the field is smallest.
    ///
    /// # Errors
    /// A block that fails, with its iteration. [`Error::Parameters`] for a method that does not
    /// serve the reach of the PCA loss into hidden layers, or λ = 1 before them.
    pub fn fit(&self, method: Method, observer: &mut dyn FnMut(&Moment<'_>) -> ControlFlow<()>) -> Result<Fitted<T>> {
        self.resume(Position { method, history: Vec::new(), state: Vec::new() }, observer)
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
        caught(|| match &self.0 {
            Problem::Linear(of) => fit_linear(of, position, observer),
            Problem::Layered(of) => fit_layered(of, position, observer),
        })
    }
}
