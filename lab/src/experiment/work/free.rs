//! Fits of W without any bound, which the joint model refuses, and PCA layers that stand alone.

mod blocks;

use std::time::Instant;

use admm::method::stationarity;
use admm::{
    ConstraintSet, Descent, Error, Flat, Iterate, Point, Rate, Result, ScheduledSteps, Smooth, Status, Subproblem,
    Target,
};
use admm_solvers::descent::{Lbfgs, LbfgsMemory};
use admm_solvers::joint::Model;
use admm_solvers::linalg::thin_qr;
use admm_solvers::loss::{Loss, Predictor};
use admm_solvers::pca::Hebbian;
use admm_solvers::set::{Stiefel, UnitColumns};
use admm_solvers::smooth::{Normalisation, Normalised, Ridge};
use nalgebra::DMatrix;
use serde::Deserialize;

use super::super::synthetic::normal;
use super::losses::{LossParameters, Losses};
use super::{Case, TimedRow, Work};

/// A fit that starts from the principal components and B = 0, on standardised features.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Free {
    method: How,
    constraint: Bound,
    components: usize,
    weight: f64,
    ridge: f64,
    /// γ of γ/2 ‖W‖².
    shrinkage: f64,
    tolerance: f64,
    max_iterations: u64,
}

impl Default for Free {
    fn default() -> Self {
        let (method, constraint) = (How::Joint, Bound::None);
        let (weight, ridge, shrinkage, tolerance) = (0.5, 0.01, 0.0, 1e-6);
        Free { method, constraint, components: 2, weight, ridge, shrinkage, tolerance, max_iterations: 2_000 }
    }
}

/// The method that moves W.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum How {
    /// W ← W + ηΣW with its retraction, and no classifier: a PCA layer that stands alone.
    Layer,
    /// The gradient of both losses, by L-BFGS.
    Joint,
    /// Two blocks in turn, without the dual.
    Alternating,
    /// Two blocks and the dual.
    Admm,
}

/// The normalisation that holds W.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Bound {
    /// Nothing, or the shrinkage.
    None,
    /// Columns of norm 1.
    UnitNorm,
    /// Orthonormal columns, WᵀW = I.
    Orthonormal,
    /// W is free, and both losses see its columns divided by their norms.
    NormalisedColumns,
    /// W is free, and both losses see its factor Q.
    NormalisedQ,
}

/// W is taken to have diverged beyond this norm.
const FAR: f64 = 1e6;

impl Bound {
    fn normalisation(self) -> Option<Normalisation> {
        match self {
            Bound::NormalisedColumns => Some(Normalisation::UnitColumns),
            Bound::NormalisedQ => Some(Normalisation::Orthonormal),
            _ => None,
        }
    }
}

/// The end of a fit.
struct Ended {
    status: Status,
    /// W as it is, with the classifier.
    point: Predictor<f64>,
    iterations: u64,
}

impl Work for Free {
    fn check_settings(&self) -> std::result::Result<(), String> {
        if self.constraint != Bound::None && self.method != How::Layer {
            return Err("a constraint is for the method layer here: the work `fit` has the others".into());
        }
        let positive = self.components > 0 && self.tolerance > 0.0 && self.max_iterations > 0;
        if positive && self.ridge >= 0.0 && self.shrinkage >= 0.0 && (0.0..=1.0).contains(&self.weight) {
            Ok(())
        } else {
            Err("components, tolerance and max-iterations must be positive, ridge and shrinkage must not be \
                          negative, and weight must lie in [0, 1]"
                .into())
        }
    }

    fn run(&self, case: &Case) -> Result<Vec<TimedRow>> {
        let clock = Instant::now();
        let losses = self.losses(case)?;
        let Ended { status, point, iterations } = match self.method {
            How::Layer => self.layer(&losses, case.seed)?,
            How::Joint => self.joint(&losses)?,
            How::Alternating | How::Admm => self.two_blocks(&losses)?,
        };
        let row = TimedRow { seconds: clock.elapsed().as_secs_f64(), ..TimedRow::default() };
        let row = row.with("status", status.to_string()).with("iterations", iterations).with("norm", point.v.norm());
        if status == Status::Diverged {
            return Ok(vec![row]);
        }
        let row = row.with("variance_explained", losses.objective.variance.of.covariance.explained(&point.v)?);
        if self.method == How::Layer {
            return Ok(vec![row]);
        }
        let (objective, gradient) = losses.objective.value_and_gradient(&point)?;
        let row = row.with("objective", objective).with("stationarity", stationarity(&Flat, &point, &gradient)?);
        let model =
            Model { scaler: losses.scaler, network: None, weights: point, loss: Some(Loss::Softmax), targets: None };
        Ok(vec![row.judged(&model, case)?])
    }
}

impl Free {
    fn losses(&self, case: &Case) -> Result<Losses> {
        let Free { components, weight, ridge, shrinkage, .. } = *self;
        Losses::of(case, &LossParameters { components, weight, ridge, shrinkage })
    }

    /// The custom rule by itself, from a random W, in steps of 1/L; where W is normalised before use, L-BFGS.
    fn layer(&self, losses: &Losses, seed: u64) -> Result<Ended> {
        let variance = &losses.objective.variance;
        let (d, k) = losses.start.v.shape();
        let start = thin_qr(&normal(d, k, seed))?.0;
        let layered = |v: DMatrix<f64>| Predictor { v, ..losses.start.clone() };
        if let Some(by) = self.constraint.normalisation() {
            return self.descend(Normalised { of: variance.clone(), by }, start, layered);
        }
        let on = || -> Box<dyn ConstraintSet<f64>> {
            match self.constraint {
                Bound::UnitNorm => Box::new(UnitColumns),
                Bound::Orthonormal => Box::new(Stiefel::default()),
                _ => Box::new(Flat),
            }
        };
        let rate = Rate::Lipschitz(variance.of.lipschitz()? + self.shrinkage);
        let rule = Ridge { of: Hebbian(variance.of.clone()), weight: self.shrinkage };
        let slope =
            |w: &Iterate<DMatrix<f64>, _>| on().stationarity(&w.point, &variance.value_and_gradient(&w.point)?.1);
        let block = Descent { of: rule, by: ScheduledSteps { rate, max_steps: 1 }, on: on() };
        let (status, w, iterations) = self.repeat(&block, Iterate::new(start), slope)?;
        Ok(Ended { status, point: layered(w.point), iterations })
    }

    fn joint(&self, losses: &Losses) -> Result<Ended> {
        self.descend(losses.objective.clone(), losses.start.clone(), |point| point)
    }

    /// L-BFGS on a free W.
    fn descend<P: Point<f64>, F: Smooth<f64, Point = P>>(
        &self,
        of: F,
        start: P,
        classifier: impl FnOnce(P) -> Predictor<f64>,
    ) -> Result<Ended> {
        let block = Descent { of, by: Lbfgs { max_steps: 1, ..Lbfgs::default() }, on: Flat };
        let slope = |x: &Iterate<P, LbfgsMemory<f64, P>>| match &x.memory.here {
            Some(here) => stationarity(&Flat, &x.point, here.gradient()),
            None => Ok(f64::INFINITY),
        };
        let (status, last, iterations) = self.repeat(&block, Iterate::new(start), slope)?;
        Ok(Ended { status, point: classifier(last.point), iterations })
    }

    /// One step of a block after the other, with nothing to pull.
    fn repeat<P: Subproblem<f64, Image = DMatrix<f64>>>(
        &self,
        block: &P,
        mut x: P::Var,
        slope: impl Fn(&P::Var) -> Result<f64>,
    ) -> Result<(Status, P::Var, u64)> {
        let origin = block.image(&x) * 0.0;
        let free = Target { v: &origin, rho: 0.0, tolerance: self.tolerance };
        for iteration in 1..=self.max_iterations {
            let before = x.clone();
            match block.argmin(&mut x, free) {
                Err(Error::NotFinite { .. }) => return Ok((Status::Diverged, before, iteration)),
                Err(error) => return Err(error),
                Ok(_) if is_far(&block.image(&x)) => return Ok((Status::Diverged, x, iteration)),
                Ok(_) if slope(&x)? <= self.tolerance => return Ok((Status::Converged, x, iteration)),
                Ok(solved) if solved.cost.steps == 0 => return Ok((Status::Stalled, x, iteration)),
                Ok(_) => {}
            }
        }
        Ok((Status::IterationLimit, x, self.max_iterations))
    }
}

/// Not finite either.
fn is_far(w: &DMatrix<f64>) -> bool {
    let norm = w.norm();
    norm.is_nan() || norm > FAR
}
