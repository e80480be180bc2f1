//! Our methods for the joint objective.

use std::ffi::OsStr;
use std::ops::ControlFlow;

use admm::Exec;
use admm_solvers::data::Scale;
use admm_solvers::joint::{JointModel, Method};
use nalgebra::DMatrix;

use super::{GAPS, Trace};
use crate::data::{self, Labelled, ReadOptions, Source};
use crate::failure::Failure;

/// Data, and the objective that a gap is counted from.
pub struct BenchProblem {
    pub x: DMatrix<f64>,
    pub labels: Vec<usize>,
    pub components: usize,
    /// The weights λ and μ.
    pub weights: (f64, f64),
    pub scale: Scale,
    /// The objective that is best known, in the units of the model; without one a run goes to its end.
    pub best: Option<f64>,
    /// The factor from our units of the objective to those of the scripts.
    pub unit: f64,
}

/// The embedded digits with the default settings.
pub fn digits() -> Result<BenchProblem, Failure> {
    let Labelled { x, labels, .. } = load("digits".as_ref())?;
    let weights = (0.5, 0.01);
    let mut problem = BenchProblem { x, labels, components: 2, weights, scale: Scale::Standard, best: None, unit: 1.0 };
    let mut best = f64::INFINITY;
    problem.run(&mut |_, trace| best = trace.iter().fold(best, |best, &(_, _, gap)| best.min(gap)))?;
    problem.best = Some(best);
    Ok(problem)
}

/// Samples and class numbers.
pub fn load(data: &OsStr) -> Result<Labelled, Failure> {
    Ok(data::load(&Source { data, test: None, reading: ReadOptions::default() })?.train)
}

impl BenchProblem {
    /// ADMM and the direct method, each with a start of its own. Counted from where the data are in memory.
    pub fn run(&self, report: &mut dyn FnMut(&str, Trace)) -> Result<(), Failure> {
        let (weight, ridge) = self.weights;
        for method in [Method::Admm, Method::Descent] {
            let failed = |error| Failure::library(method.to_string())(error);
            let exec = Exec::threads(0).map_err(Failure::library("threads"))?;
            let builder = JointModel::builder().components(self.components).weight(weight).ridge(ridge);
            let model = builder.scale(self.scale).tolerance(1e-8).max_iterations(2_000).trace(true).exec(exec).build();
            let model = model.map_err(Failure::library("bench"))?;
            let classes = self.labels.iter().max().map_or(0, |last| last + 1);
            let least = GAPS.iter().fold(f64::INFINITY, |least, &gap| least.min(gap)) / 10.0;
            let mut trace = Trace::new();
            let prepared = model.prepare(self.x.clone(), &self.labels, classes, None).map_err(failed)?;
            let fitted = prepared.fit(method, &mut |progress| {
                let gap = progress.objective.map_or(f64::INFINITY, |f| self.unit * (f - self.best.unwrap_or(0.0)));
                trace.push((progress.seconds, progress.passes as f64, gap));
                if self.best.is_some() && gap <= least { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            fitted.map_err(failed)?;
            report(&method.to_string(), trace);
        }
        Ok(())
    }
}
