//! Where every method starts.
//!
//! The minimisers of the joint objective, as λ goes from 1 to 0, lead from PCA to the best classifier; for the same λ
//! the branch from each end may arrive at another local minimum. So both ends are computed from the principal
//! components, and all methods start from the one whose joint objective is lower.

use super::JointObjective;
use super::options::Builder;
use super::prepare::descent_method;
use crate::classifier::Classifier;
use crate::lbfgs::Lbfgs;
use crate::pca::VarianceLoss;
use crate::scalar::Scalar;
use crate::smooth::Ridge;
use crate::softmax::Softmax;
use admm::{Iterate, Manifold, Method, Result, Smooth, Space, Target, Work};
use nalgebra::DMatrix;
use std::time::Instant;

/// Both ends of the path and what they cost.
#[derive(Debug, Clone)]
pub(super) struct Start<T: Scalar> {
    /// Principal components with the classifier that fits them best: the answer in two stages.
    pub two_stage: Classifier<T>,
    /// What the second stage took.
    pub two_stage_cost: Cost,
    /// The end with the lower joint objective.
    pub lower: Classifier<T>,
    /// What it took to find, the covariance included.
    pub cost: Cost,
}

/// Work, and the seconds it took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    pub work: Work,
    pub seconds: f64,
}

/// Enough steps to leave the principal components far behind; no accuracy is needed here.
const SCOUTING: (u64, f64) = (100, 1e-3);

impl<T: Scalar> Start<T> {
    /// From the principal components, which one pass over the data gave; the clock runs since that began.
    pub(super) fn find(
        options: &Builder,
        objective: &JointObjective<T, Ridge<VarianceLoss<T>>>,
        principal: DMatrix<T>,
        clock: Instant,
    ) -> Result<Self> {
        let cost = |work: Work| Cost { work, seconds: clock.elapsed().as_secs_f64() };
        let variance = &objective.variance;
        let share = objective.entropy.share;
        let alone = objective.entropy.alone();
        let (two_stage, loss, mut work) = second_stage(&alone, &principal, options.tolerance)?;
        work.passes += 1; // the covariance
        let two_stage_cost = cost(work);
        let mut start = Start { lower: two_stage.clone(), two_stage, two_stage_cost, cost: two_stage_cost };
        if share > T::zero() {
            let (entropic, other, more) = entropic_end(options, &alone, principal)?;
            work += more;
            start.cost = cost(work);
            let joint = |at: &Classifier<T>, loss: T| Ok(variance.value_and_gradient(&at.v)?.0 + share * loss);
            if joint(&entropic, other)? < joint(&start.two_stage, loss)? {
                start.lower = entropic;
            }
        }
        Ok(start)
    }
}

/// Only B and b move: the manifold is a point.
struct Frozen;

impl<T: Scalar> Manifold<T> for Frozen {
    fn tangent(&self, _x: &DMatrix<T>, g: &DMatrix<T>) -> DMatrix<T> {
        Space::zero(g)
    }
    fn retract(&self, x: &DMatrix<T>, _step: &DMatrix<T>) -> Result<DMatrix<T>> {
        Ok(x.clone())
    }
    fn project(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        Ok(x.clone())
    }
    fn residual(&self, _x: &DMatrix<T>) -> T {
        T::zero()
    }
}

/// The classifier of the components WᵀX, which needs no pass over X but their projection; its loss, and its steps.
pub(super) fn second_stage<T: Scalar>(
    alone: &Softmax<T>,
    w: &DMatrix<T>,
    tolerance: f64,
) -> Result<(Classifier<T>, T, Work)> {
    let (k, classes) = (w.ncols(), alone.samples.classes);
    let reduced = alone.samples.with_features(alone.samples.project(w));
    let problem = Softmax { samples: reduced, ..alone.clone() };
    let tolerance = tolerance.max(64.0 * T::EPSILON.to_f64());
    let blank = Classifier::blank(DMatrix::identity(k, k), classes);
    let method = Lbfgs { max_steps: 1_000, ..Lbfgs::default() };
    let (fitted, loss, work) = descend(&method, &problem, &Frozen, blank, tolerance)?;
    Ok((Classifier { v: w.clone(), ..fitted }, loss, Work { passes: 1, ..work }))
}

/// Cross-entropy alone, from the principal components and B = 0.
fn entropic_end<T: Scalar>(options: &Builder, alone: &Softmax<T>, w: DMatrix<T>) -> Result<(Classifier<T>, T, Work)> {
    let (steps, tolerance) = SCOUTING;
    let method = descent_method(options.constraint, steps);
    let blank = Classifier::blank(w, alone.samples.classes);
    descend(&*method, alone, &*options.constraint.manifold(), blank, tolerance)
}

type Steepest<'a, T, F> =
    dyn Method<T, F, Point = Classifier<T>, Memory = admm::method::DescentMemory<T, Classifier<T>>> + 'a;

fn descend<T: Scalar>(
    method: &Steepest<'_, T, Softmax<T>>,
    problem: &Softmax<T>,
    on: &dyn Manifold<T>,
    from: Classifier<T>,
    tolerance: f64,
) -> Result<(Classifier<T>, T, Work)> {
    let origin = Space::zero(&from.v);
    let mut iterate = Iterate::new(from);
    let free = Target { v: &origin, penalty: T::zero(), tolerance: T::of(tolerance) };
    let work = method.minimise(problem, on, &mut iterate, free)?;
    let loss = iterate.memory.here.as_ref().map_or(T::zero(), |here| here.value());
    Ok((iterate.point, loss, work))
}
