//! A rule that is the gradient of nothing, in the ADMM block and in the joint descent: Sanger's, as a closure.
//!
//! Both minimise λ·L₁(W) + (1−λ)·L₂(W, B, b), but what flows back from L₁ is the rule. On orthonormal W it differs from
//! the gradient of L₁ by a turn within the span, so both end at a minimum: in the basis where WᵀΣW is diagonal.

use crate::data;
use admm::{Coordinator, Descent, Flat, Gradient, Iterate, Negated, Rate, Result, ScheduledSteps, Subproblem, Target};
use admm_solvers::descent::Lbfgs;
use admm_solvers::joint::JointObjective;
use admm_solvers::loss::{PredictionLoss, Predictor};
use admm_solvers::pca::{Covariance, Custom, Overridden, VarianceLoss};
use admm_solvers::set::Stiefel;
use nalgebra::DMatrix;

const WEIGHT: f64 = 0.5;

pub(crate) fn main() -> Result<()> {
    let samples = data::labelled()?;
    let loss = VarianceLoss { covariance: Covariance::of(&samples)?.into(), weight: WEIGHT };
    let prediction = PredictionLoss::softmax(samples, 0.01, 1.0 - WEIGHT);
    let start = Predictor::blank(loss.covariance.top(2)?.1, 3);
    let (rate, on) = (Rate::Lipschitz(loss.lipschitz()?), Stiefel::default());

    // Yours: a direction in the place of −∇L₁.
    let rule = Custom::new(loss.clone(), |loss, w| {
        let g = loss.ascent(w);
        &g - w * (w.transpose() * &g).upper_triangle()
    });

    // The joint objective, which is returned, and the shares of the variance WᵀΣW/tr Σ.
    let report = |name: &str, at: &Predictor<f64>| -> Result<f64> {
        let ridge = 0.5 * prediction.ridge * at.b.norm_squared();
        let objective = loss.value(&at.v) + prediction.share * (prediction.mean_loss(at)? + ridge);
        let shares = at.v.transpose() * loss.covariance.times(&at.v);
        let [first, second, between] = [shares[(0, 0)], shares[(1, 1)], shares[(0, 1)].abs()];
        println!("{name}: objective {objective:.8}; shares {first:.6} and {second:.6}, between them {between:.0e}");
        assert!(between < 1e-4);
        Ok(objective)
    };

    // In the ADMM block.
    let block = Descent { of: rule.clone(), by: ScheduledSteps { rate, max_steps: 100 }, on };
    let classify = Negated(Descent { of: prediction.clone(), by: Lbfgs::default(), on: Flat });
    let (w, z) = (Iterate::new(start.v.clone()), Iterate::new(start.clone()));
    let outcome = Coordinator::new(block, classify, w, z, 0.1)?.run(())?;
    let admm = Predictor { v: outcome.best.x.point, ..outcome.best.z.point };
    let coordinated = report("ADMM", &admm)?;

    // In the joint descent: the value of L₁ with the rule for its gradient.
    let objective = JointObjective { variance: Overridden(rule), prediction: prediction.clone() };
    let descent = Descent { of: objective, by: Gradient { max_steps: 10_000 }, on };
    let mut joint = Iterate::new(start);
    let free = Target { v: &DMatrix::zeros(6, 2), rho: 0.0, tolerance: 1e-6 };
    descent.argmin(&mut joint, free)?;
    let direct = report("joint", &joint.point)?;
    assert!((coordinated - direct).abs() < 1e-6 * direct);
    Ok(())
}
