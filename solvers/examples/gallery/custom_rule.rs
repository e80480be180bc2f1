//! A rule that is the gradient of nothing, in the ADMM block and in the joint descent: Sanger's, as a closure.
//!
//! Both minimise λ·L₁(W) + (1−λ)·L₂(W, B, b), but what flows back from L₁ is the rule. On orthonormal W it differs from
//! the gradient of L₁ by a turn within the span, so both end at a minimum: in the basis where WᵀΣW is diagonal.

use admm::{Coordinator, Descent, Exec, Flat, Gradient, Iterate, Minus, Rate, Result, Steps, Subproblem, Target};
use admm_solvers::data::Samples;
use admm_solvers::descent::Lbfgs;
use admm_solvers::joint::JointObjective;
use admm_solvers::loss::{Classifier, Softmax};
use admm_solvers::manifold::Stiefel;
use admm_solvers::pca::{Covariance, Custom, Overridden, VarianceLoss};
use nalgebra::DMatrix;

const WEIGHT: f64 = 0.5;

pub(crate) fn main() -> Result<()> {
    let samples = samples()?;
    let loss = VarianceLoss { covariance: Covariance::of(&samples)?.into(), weight: WEIGHT };
    let entropy = Softmax { samples, ridge: 0.01, share: 1.0 - WEIGHT };
    let start = Classifier::blank(loss.covariance.top(2)?.1, 3);
    let (rate, on) = (Rate::Lipschitz(loss.lipschitz()?), Stiefel::default());

    // Yours: a direction in the place of −∇L₁.
    let rule = Custom::new(loss.clone(), |loss, w| {
        let g = loss.ascent(w);
        &g - w * (w.transpose() * &g).upper_triangle()
    });

    // In the ADMM block.
    let block = Descent { of: rule.clone(), by: Steps { rate, max_steps: 100 }, on };
    let classify = Minus(Descent { of: entropy.clone(), by: Lbfgs::default(), on: Flat });
    let (w, z) = (Iterate::new(start.v.clone()), Iterate::new(start.clone()));
    let outcome = Coordinator::new(block, classify, w, z, 0.1)?.run(())?;
    let admm = Classifier { v: outcome.best.x.point, ..outcome.best.z.point };
    report("ADMM", &outcome.status.to_string(), &loss, &entropy, &admm)?;

    // In the joint descent: the value of L₁ with the rule for its gradient.
    let objective = JointObjective { variance: Overridden(rule), entropy: entropy.clone() };
    let descent = Descent { of: objective, by: Gradient { max_steps: 10_000 }, on };
    let mut joint = Iterate::new(start);
    let free = Target { v: &DMatrix::zeros(DIMENSION, 2), penalty: 0.0, tolerance: 1e-6 };
    let work = descent.argmin(&mut joint, free)?;
    report("joint", &format!("{} steps", work.steps), &loss, &entropy, &joint.point)
}

/// The joint objective and WᵀΣW/tr Σ.
fn report(name: &str, end: &str, loss: &VarianceLoss<f64>, entropy: &Softmax<f64>, at: &Classifier<f64>) -> Result<()> {
    let ridge = 0.5 * entropy.ridge * at.b.norm_squared();
    let objective = loss.value(&at.v) + entropy.share * (entropy.cross_entropy(at)? + ridge);
    let inner = at.v.transpose() * loss.covariance.times(&at.v);
    println!(
        "{name}: objective {objective:.8}, {end}; shares of the variance {:.6} and {:.6}, between them {:.0e}",
        inner[(0, 0)],
        inner[(1, 1)],
        inner[(0, 1)].abs()
    );
    Ok(())
}

const DIMENSION: usize = 6;

/// Three classes that differ where the variance is small.
fn samples() -> Result<Samples<f64>> {
    let (n, labels) = (300, (0..300).map(|sample| sample % 3).collect::<Vec<_>>());
    let x = DMatrix::from_fn(DIMENSION, n, |feature, sample| {
        let noise = ((1 + feature) as f64 * (0.7 + sample as f64 * 1.3)).sin() * 3.0 / (1 + feature) as f64;
        noise + if feature >= 3 { (labels[sample] as f64 * 2.1 + feature as f64).cos() } else { 0.0 }
    });
    Samples::new(x, &labels, vec![1.0 / n as f64; n], 3, Exec::Serial)
}
