//! ADMM on the joint model from a given ρ, under a policy that changes it.

use std::time::Instant;

use admm::penalty::Balance;
use admm::{Coordinator, Descent, Flat, Iterate, Negated, Result, Status};
use admm_solvers::descent::Lbfgs;
use admm_solvers::joint::{PenaltyChoice, set_tolerance};
use admm_solvers::loss::Predictor;
use admm_solvers::pca::Majorize;
use admm_solvers::set::Stiefel;
use serde::Deserialize;

use super::losses::{LossParameters, Losses};
use super::{Case, TimedRow, Work};

/// Orthonormal W by majorisation, from the principal components and B = 0; standardised features.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Policy {
    policy: PenaltyChoice,
    /// The first penalty ρ₀ > 0.
    rho: f64,
    components: usize,
    weight: f64,
    ridge: f64,
    /// The tolerance for ‖W − V‖ and for ρ‖ΔV‖.
    tolerance: f64,
    max_iterations: u64,
}

impl Default for Policy {
    fn default() -> Self {
        let (rho, weight, ridge, tolerance) = (0.1, 0.5, 0.01, 1e-6);
        Policy { policy: PenaltyChoice::default(), rho, components: 2, weight, ridge, tolerance, max_iterations: 2_000 }
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
        let Policy { components, weight, ridge, .. } = *self;
        let losses = Losses::of(case, &LossParameters { components, weight, ridge, shrinkage: 0.0 })?;
        let (loss, prediction) = (losses.objective.variance.of, losses.objective.prediction);
        let (w, z) = (losses.start.v.clone(), Iterate::new(losses.start));
        let classify = Negated(Descent { of: prediction.clone(), by: Lbfgs::default(), on: Flat });
        let mut admm = Coordinator::new(
            Majorize { loss: loss.clone(), on: Stiefel::default(), max_steps: 500 },
            classify,
            w,
            z,
            self.rho,
        )?;
        admm.penalty_policy = self.policy.policy(Balance::default().threshold);
        set_tolerance(&mut admm, self.tolerance);
        admm.max_iterations = self.max_iterations;
        let outcome = admm.run(())?;
        let (best, record) = (&outcome.best, admm.state().record);
        let at = Predictor { v: best.x.clone(), ..best.z.point.clone() };
        let ridge = 0.5 * self.ridge * at.b.norm_squared();
        let objective = loss.value(&at.v) + prediction.share * (prediction.mean_loss(&at)? + ridge);
        let iterations = (outcome.status == Status::Converged).then_some(record.iteration);
        let row = TimedRow { seconds: clock.elapsed().as_secs_f64(), ..TimedRow::default() };
        let row = row.with("status", outcome.status.to_string()).with("objective", objective);
        let row = row.with("iterations", iterations).with("passes", record.cost.passes);
        Ok(vec![row.with("final_rho", record.rho).with("changes", record.penalty_changes)])
    }
}
