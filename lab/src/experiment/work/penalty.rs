//! ADMM on the joint model from a given ρ, under a policy that changes it.

use std::sync::Arc;
use std::time::Instant;

use admm::penalty::{Balance, Fixed, Penalty, RelativeBalance, Spectral, SquareRoot};
use admm::{Accuracy, Coordinator, Descent, Flat, Iterate, Negated, Result, Status, Tolerance};
use admm_solvers::descent::Lbfgs;
use admm_solvers::loss::{Classifier, Softmax};
use admm_solvers::pca::{Covariance, Majorize, VarianceLoss};
use nalgebra::DMatrix;
use serde::Deserialize;

use super::{Case, TimedRow, Work};

/// Orthonormal W by majorisation, from the principal components and B = 0; standardised features.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Policy {
    policy: Name,
    /// ρ₀ > 0.
    rho: f64,
    components: usize,
    weight: f64,
    ridge: f64,
    /// Of ‖W − V‖ and of ρ‖ΔV‖.
    tolerance: f64,
    max_iterations: u64,
}

impl Default for Policy {
    fn default() -> Self {
        let (rho, weight, ridge, tolerance) = (0.1, 0.5, 0.01, 1e-6);
        Policy { policy: Name::default(), rho, components: 2, weight, ridge, tolerance, max_iterations: 2_000 }
    }
}

/// The policies.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Name {
    Fixed,
    #[default]
    Balance,
    RelativeBalance,
    SquareRoot,
    Spectral,
}

impl Name {
    fn policy(self) -> Box<dyn Penalty<f64, DMatrix<f64>>> {
        match self {
            Name::Fixed => Box::new(Fixed),
            Name::Balance => Box::new(Balance::default()),
            Name::RelativeBalance => Box::new(RelativeBalance::default()),
            Name::SquareRoot => Box::new(SquareRoot::default()),
            Name::Spectral => Box::new(Spectral::default()),
        }
    }
}

impl Work for Policy {
    fn check_settings(&self) -> std::result::Result<(), String> {
        let positive = self.rho > 0.0 && self.components > 0 && self.tolerance > 0.0 && self.max_iterations > 0;
        if positive && self.ridge >= 0.0 && (0.0..=1.0).contains(&self.weight) {
            Ok(())
        } else {
            Err("rho, components, tolerance and max-iterations must be positive, ridge must not be negative, and \
                          weight must lie in [0, 1]"
                .into())
        }
    }

    fn run(&self, case: &Case) -> Result<Vec<TimedRow>> {
        let clock = Instant::now();
        let (_, samples) = case.standardised()?;
        let loss = VarianceLoss { covariance: Arc::new(Covariance::of(&samples)?), weight: self.weight };
        let entropy = Softmax { samples, ridge: self.ridge, share: 1.0 - self.weight };
        let (_, w) = loss.covariance.top(self.components)?;
        let z = Iterate::new(Classifier::blank(w.clone(), case.classes));
        let classify = Negated(Descent { of: entropy.clone(), by: Lbfgs::default(), on: Flat });
        let entries = w.len() as f64;
        let mut admm = Coordinator::new(Majorize { loss: loss.clone(), max_steps: 500 }, classify, w, z, self.rho)?;
        admm.penalty_policy = self.policy.policy();
        admm.tolerance = Tolerance { absolute: self.tolerance / entries.sqrt(), relative: 0.0 };
        let floor = 0.01 * self.tolerance;
        admm.accuracy = Accuracy::Relative { first: floor.max(1e-2), factor: 0.3, floor };
        admm.max_iterations = self.max_iterations;
        let outcome = admm.run(())?;
        let (best, record) = (&outcome.best, admm.state().record);
        let at = Classifier { v: best.x.clone(), ..best.z.point.clone() };
        let ridge = 0.5 * self.ridge * at.b.norm_squared();
        let objective = loss.value(&at.v) + entropy.share * (entropy.cross_entropy(&at)? + ridge);
        let iterations = (outcome.status == Status::Converged).then_some(record.iteration);
        let row = TimedRow { seconds: clock.elapsed().as_secs_f64(), ..TimedRow::default() };
        let row = row.with("status", outcome.status.to_string()).with("objective", objective);
        let row = row.with("iterations", iterations).with("passes", record.cost.passes);
        Ok(vec![row.with("final_rho", record.rho).with("changes", record.penalty_changes)])
    }
}
