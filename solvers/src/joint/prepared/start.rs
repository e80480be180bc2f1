//! The start of every method.
//!
//! The minimisers of the joint objective, as λ goes from 1 to 0, lead from PCA to the best predictor; for the same λ
//! the branch from each end may arrive at another local minimum. So both ends are computed from the principal
//! components, and all methods but two-stage start from the one whose joint objective is lower.

use super::{JointObjective, Objective};
use crate::descent::{BallLbfgs, Kronecker, Lbfgs, Scaling};
use crate::joint::{Builder, Constraint};
use crate::linalg::{ThinSvd, beside, thin_qr, thin_svd};
use crate::loss::{PredictionLoss, Predictor, directions};
use crate::pca::{Covariance, Spectrum};
use crate::scalar::Scalar;
use crate::view::transposed_product;
use admm::method::DescentMethod;
use admm::space::Space;
use admm::{ConstraintSet, Cost, Geometry, Iterate, Result, Smooth, Target};
use nalgebra::DMatrix;
use std::sync::Arc;
use std::time::Instant;

/// The start of the methods, and the cost of finding it.
#[derive(Debug, Clone)]
pub(crate) struct Start<T: Scalar> {
    /// Principal components: the first of two stages.
    pub principal: DMatrix<T>,
    /// The cost of the principal components, the covariance included.
    pub principal_spent: Spent,
    /// The end with the lower joint objective, or a point that was given.
    pub point: Predictor<T>,
    /// The ends of the path with their prediction losses, which do not depend on λ < 1; none where a point was given.
    pub ends: Vec<(Predictor<T>, T)>,
    /// The cost of the start, from the data on.
    pub spent: Spent,
}

/// Cost in steps and passes, and the seconds that they took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spent {
    pub cost: Cost,
    pub seconds: f64,
}

impl<T: Scalar> Start<T> {
    /// Finds the start from the principal components, which one pass over the data gave. The clock began with that
    /// pass.
    pub(crate) fn find(
        options: &Builder,
        objective: &Objective<T>,
        spectrum: &Arc<Spectrum<T>>,
        principal: DMatrix<T>,
        clock: Instant,
    ) -> Result<Self> {
        let spent = |cost: Cost| Spent { cost, seconds: clock.elapsed().as_secs_f64() };
        let variance = &objective.variance;
        let (share, covariance) = (objective.prediction.share, &variance.of.covariance);
        let alone = objective.prediction.alone();
        // The covariance, and what the models of the Hessian know of it.
        let mut cost = Cost { passes: 1 + Spectrum::passes(covariance), ..Cost::default() };
        let principal_spent = spent(cost);
        let accuracy = if share > T::zero() { SCOUTING.max(options.tolerance) } else { options.tolerance };
        let count = if share > T::zero() { 2 } else { 1 };
        let ends = options.side_by_side().map(count, |end| match end {
            0 => second_stage(&alone, covariance, &principal, accuracy),
            _ => entropic_end(options, &alone, covariance, spectrum, &principal),
        });
        let mut found = Vec::with_capacity(count);
        for end in ends {
            let (end, loss, more) = end?;
            cost += more;
            found.push((end, loss));
        }
        let start = Start { principal, principal_spent, point: found[0].0.clone(), ends: found, spent: spent(cost) };
        start.at_lower_end(objective)
    }

    /// The same ends, and the one with the lower joint objective at this λ.
    pub(crate) fn at_lower_end(self, objective: &Objective<T>) -> Result<Self> {
        let JointObjective { variance, prediction } = objective;
        let (mut point, mut lowest) = (self.point, None);
        for (end, loss) in &self.ends {
            let joint = variance.value_and_gradient(&end.v)?.0 + prediction.share * *loss;
            if lowest.is_none_or(|lowest| joint < lowest) {
                (point, lowest) = (end.clone(), Some(joint));
            }
        }
        Ok(Start { point, ..self })
    }
}

/// Towards the least prediction loss alone. A span is found by Fisher's discriminants, with the predictor that fits them
/// best, and a few steps on. Where each column counts, discriminants are close to saddle points (on wine at λ = 0.1
/// ADMM stands for a thousand iterations there): many steps lead away from the principal components.
fn entropic_end<T: Scalar>(
    options: &Builder,
    alone: &PredictionLoss<T>,
    covariance: &Covariance<T>,
    spectrum: &Arc<Spectrum<T>>,
    principal: &DMatrix<T>,
) -> Result<(Predictor<T>, T, Cost)> {
    let (from, max_steps, model, mut cost) = if options.constraint.held() == Constraint::Orthonormal {
        let w = discriminant(alone, spectrum, principal)?;
        let (from, _, mut cost) = second_stage(alone, covariance, &w, SCOUTING)?;
        cost.passes += alone.passes(); // the gradient of the predictor without features
        let (prediction, spectrum) = (alone.clone(), spectrum.clone());
        (from, 2, Some(Kronecker { prediction, spectrum, variance: Some(T::zero()) }), cost)
    } else {
        (Predictor::blank(principal.clone(), alone.samples.targets.width()), 100, None, Cost::default())
    };
    let (on, tolerance) = (options.constraint.set(), T::of(SCOUTING));
    let (entropic, loss, more) = if on.geometry().is_smooth() {
        descend(&Lbfgs { max_steps, ..Lbfgs::from(model) }, alone, &*on, from, tolerance)?
    } else {
        descend(&BallLbfgs::new(max_steps, Scaling), alone, &*on, from, tolerance)?
    };
    cost += more;
    Ok((entropic, loss, cost))
}

/// The accuracy that tells the branch.
pub(crate) const SCOUTING: f64 = 1e-3;

/// Orthonormal W (d×k) whose first columns span the leading discriminants of Fisher (1936) and Rao (1948), Σ^{−½}u for
/// the left singular vectors u of Σ^{−½}M, and whose others are what the principal components add.
///
/// Column j of M is the negative gradient by the logit j at the predictor that knows no feature, over the root of the
/// curvature there. For a class that is √πⱼ(μⱼ − μ) with its share πⱼ and mean μⱼ. For a number it is the covariance with
/// the features, and the u span the reduced-rank regression of Izenman (1975).
fn discriminant<T: Scalar>(
    alone: &PredictionLoss<T>,
    spectrum: &Spectrum<T>,
    principal: &DMatrix<T>,
) -> Result<DMatrix<T>> {
    let (d, k) = principal.shape();
    let (samples, head) = (&alone.samples, &alone.head);
    let c = samples.targets.width();
    let (bias, curvatures) = head.constant(&alone.target_means());
    let blind = Predictor { v: DMatrix::zeros(d, c), b: DMatrix::identity(c, c), bias };
    let mut slopes = -alone.value_and_gradient(&blind)?.1.v;
    slopes.column_iter_mut().zip(curvatures.iter()).for_each(|(mut slope, curvature)| slope /= curvature.sqrt());
    let whiten = |x: &DMatrix<T>| spectrum.map(x, |_, value| (value + T::of(DAMPING)).sqrt().recip());
    let leading = k.min(directions(&**head, c)).min(d);
    let ThinSvd { left, .. } = thin_svd(&whiten(&slopes))?;
    let found = whiten(&left.columns(0, leading).into_owned());
    Ok(thin_qr(&beside(found, &principal.columns(0, k - leading).into_owned()))?.0)
}

/// The number that whitening adds to the shares of the variance: directions below it count for less.
const DAMPING: f64 = 1e-6;

/// A manifold of one point: B and b move, and the coupled matrix stays where it is.
struct Frozen;

impl<T: Scalar> ConstraintSet<T> for Frozen {
    fn geometry(&self) -> Geometry {
        Geometry::Manifold
    }
    fn project(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        Ok(x.clone())
    }
    fn residual(&self, _x: &DMatrix<T>) -> Result<T> {
        Ok(T::zero())
    }
    fn tangent(&self, _x: &DMatrix<T>, g: &DMatrix<T>) -> Result<DMatrix<T>> {
        Ok(g.zero_like())
    }
    fn retract(&self, x: &DMatrix<T>, _step: &DMatrix<T>) -> Result<DMatrix<T>> {
        Ok(x.clone())
    }
}

/// The most steps of [`second_stage`].
pub(crate) const SECOND_STAGE: u64 = 1_000;

/// The predictor of the components WᵀX, which needs no pass over X but their projection; its loss, and its steps.
pub(crate) fn second_stage<T: Scalar>(
    alone: &PredictionLoss<T>,
    covariance: &Covariance<T>,
    w: &DMatrix<T>,
    tolerance: f64,
) -> Result<(Predictor<T>, T, Cost)> {
    let (k, logits) = (w.ncols(), alone.samples.targets.width());
    let reduced = alone.samples.with_features(alone.samples.project(w));
    let problem = PredictionLoss { samples: reduced, ..alone.clone() };
    let captured = transposed_product(w, &covariance.times(w));
    let spectrum = Arc::new(Spectrum::within(&captured, covariance.trace())?);
    let initial = Kronecker { prediction: problem.clone(), spectrum, variance: Some(T::zero()) };
    let method = Lbfgs { max_steps: SECOND_STAGE, ..Lbfgs::from(initial) };
    let blank = Predictor::blank(DMatrix::identity(k, k), logits);
    let tolerance = T::of(tolerance.max(64.0 * T::EPSILON.to_f64()));
    let (fitted, loss, cost) = descend(&method, &problem, &Frozen, blank, tolerance)?;
    Ok((Predictor { v: w.clone(), ..fitted }, loss, Cost { passes: 1 + covariance.passes(), ..cost }))
}

/// Minimises without a pull: the point, its loss and the work.
fn descend<T: Scalar>(
    method: &impl DescentMethod<T, PredictionLoss<T>, Point = Predictor<T>>,
    problem: &PredictionLoss<T>,
    on: &dyn ConstraintSet<T>,
    from: Predictor<T>,
    tolerance: T,
) -> Result<(Predictor<T>, T, Cost)> {
    let origin = from.v.zero_like();
    let mut iterate = Iterate::new(from);
    let cost = method.minimise(problem, on, &mut iterate, Target { v: &origin, rho: T::zero(), tolerance })?.cost;
    let loss = method.value(problem, &iterate)?;
    Ok((iterate.point, loss, cost))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Samples;
    use crate::linalg::{polar, scattered};
    use admm::Exec;

    /// The discriminant of two classes is Σ⁻¹(μ₂ − μ₁).
    #[test]
    fn the_discriminant_is_fishers() {
        let labels: Vec<usize> = (0..60).map(|i| usize::from(i % 3 == 0)).collect();
        let x = DMatrix::from_fn(4, 60, |i, j| scattered::<f64>(4, 60, 1)[(i, j)] * (i + 1) as f64 + labels[j] as f64);
        let mean = x.column_mean();
        let x = DMatrix::from_fn(4, 60, |i, j| x[(i, j)] - mean[i]);
        let of = |class: usize| {
            let members: Vec<usize> = (0..60).filter(|&j| labels[j] == class).collect();
            x.select_columns(&members).column_mean()
        };
        let sigma = &x * x.transpose() / 60.0;
        let expected = sigma.cholesky().unwrap().solve(&(of(1) - of(0)));
        let samples = Samples::new(x.clone(), &labels, vec![1.0 / 60.0; 60], 2, Exec::Serial).unwrap();
        let covariance = Covariance::of(&samples).unwrap();
        let principal = covariance.top(2).unwrap().1;
        let spectrum = Spectrum::of(&covariance, &principal).unwrap();
        let alone = PredictionLoss::softmax(samples, 0.0, 1.0);
        let w = discriminant(&alone, &spectrum, &principal).unwrap();
        let cosine = w.column(0).dot(&expected) / expected.norm();
        assert!(cosine.abs() >= 1.0 - 1e-8, "{cosine}");
        assert!((polar(&w).unwrap() - &w).norm() <= 1e-12);
    }
}
