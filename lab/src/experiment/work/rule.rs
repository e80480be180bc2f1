//! A PCA rule by itself: how many passes over the samples each digit takes.

use std::sync::Arc;
use std::time::Instant;

use admm::{Cost, Descent, Direction, Error, Iterate, Rate, Result, ScheduledSteps, Subproblem, Target};
use admm_solvers::descent::Lbfgs;
use admm_solvers::joint::Rule;
use admm_solvers::linalg::thin_qr;
use admm_solvers::pca::{
    Batches, Covariance, Hebbian, Krasulina, Majorize, Minibatch, Oja, Power, Sanger, VarianceLoss, VrPca,
};
use admm_solvers::set::Stiefel;
use nalgebra::DMatrix;
use serde::Deserialize;

use super::super::synthetic::normal;
use super::losses::standardised;
use super::{Case, TimedRow, Work};

/// One rule on orthonormal W, from a random start; standardised features, products with Σ as passes over the samples.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Passes {
    rule: Rule,
    components: usize,
    /// Samples a batch, for the rules that read batches.
    batch: usize,
    /// The number of passes after which it ends.
    max_passes: u64,
}

impl Default for Passes {
    fn default() -> Self {
        Passes { rule: Rule::default(), components: 2, batch: 1, max_passes: 500 }
    }
}

/// The last digit asked for.
const DIGITS: i32 = 12;

impl Work for Passes {
    fn check_settings(&self) -> std::result::Result<(), String> {
        if self.components > 0 && self.batch > 0 && self.max_passes > 0 {
            Ok(())
        } else {
            Err("components, batch and max-passes must be positive".into())
        }
    }

    fn run(&self, case: &Case) -> Result<Vec<TimedRow>> {
        let (d, n) = case.train.x.shape();
        let (_, samples) = standardised(case)?;
        let loss = VarianceLoss { covariance: Arc::new(Covariance::matrix_free(&samples)?), weight: 1.0 };
        let best = loss.covariance.top(self.components)?.0.sum();
        let (start, _) = thin_qr(&normal(d, self.components, case.seed))?;
        let on = Stiefel::default();
        let race = Race { loss: &loss, best, start: &start, max_passes: self.max_passes };
        let size = self.batch.min(n);
        let epoch = n.div_ceil(size) as u64;
        let batches = || Ok(Minibatch { loss: loss.clone(), batches: Batches::new(samples.clone(), size, case.seed)? });
        let (full, root) = (Rate::Lipschitz(loss.lipschitz()?), (epoch as f64).sqrt());
        let hebbian = || Hebbian(loss.clone());
        match self.rule {
            Rule::Hebbian => race.follow(hebbian(), full),
            Rule::Oja => race.follow(Oja(hebbian()), full),
            Rule::Sanger => race.follow(Sanger(hebbian()), full),
            Rule::Krasulina => race.follow(Krasulina(hebbian()), full),
            Rule::Minibatch => race.follow(batches()?, Rate::Decaying { lipschitz: root, horizon: epoch as f64 }),
            Rule::VrPca => race.follow(VrPca { batch: batches()?, epoch }, Rate::Constant(1.0 / root)),
            Rule::Power => race.run(Power { loss: loss.clone(), max_steps: 1 }, start.clone()),
            Rule::Majorize => {
                race.run(Majorize { loss: loss.clone(), on: Stiefel::default(), max_steps: 1 }, start.clone())
            }
            Rule::Lbfgs => {
                let by = Lbfgs { max_steps: 1, ..Lbfgs::default() };
                race.run(Descent { of: loss.clone(), by, on }, Iterate::new(start.clone()))
            }
            rule => Err(Error::parameter("rule", format!("must be one that an experiment can race, got {rule}"))),
        }
    }
}

struct Race<'a> {
    loss: &'a VarianceLoss<f64>,
    /// The most that so many components can explain.
    best: f64,
    start: &'a DMatrix<f64>,
    max_passes: u64,
}

impl Race<'_> {
    /// A direction, looked at every tenth of a pass.
    fn follow(&self, of: impl Direction<f64>, rate: Rate<f64>) -> Result<Vec<TimedRow>> {
        let max_steps = ((0.1 / of.passes()) as u64).max(1);
        let block = Descent { of, by: ScheduledSteps { rate, max_steps }, on: Stiefel::default() };
        self.run(block, Iterate::new(self.start.clone()))
    }

    /// A row a digit: the passes until the span of W lacks no more than that share of the most possible variance.
    fn run<P: Subproblem<f64, Image = DMatrix<f64>>>(&self, block: P, mut w: P::Var) -> Result<Vec<TimedRow>> {
        let origin = DMatrix::zeros(self.start.nrows(), self.start.ncols());
        let (mut cost, mut rows, clock) = (Cost::default(), Vec::new(), Instant::now());
        while cost.passes < self.max_passes && rows.len() < DIGITS as usize {
            cost += block.argmin(&mut w, Target { v: &origin, rho: 0.0, tolerance: 0.0 })?.cost;
            let gap = 1.0 - self.loss.covariance.explained(&block.image(&w))? / self.best;
            while rows.len() < DIGITS as usize && gap <= 10_f64.powi(-(rows.len() as i32) - 1) {
                let row = TimedRow { seconds: clock.elapsed().as_secs_f64(), ..TimedRow::default() };
                let digits = rows.len() as u64 + 1;
                rows.push(
                    row.with("digits", digits).with("passes", cost.passes).with("gap", 10_f64.powi(-(digits as i32))),
                );
            }
        }
        Ok(rows)
    }
}
