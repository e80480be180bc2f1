//! Passes over the data that each rule takes to find the leading space of one spectrum: the table of docs/rules.md.

use admm::{
    ConstraintSet, Cost, Descent, Direction, Exec, Flat, Iterate, Rate, Result, ScheduledSteps, Subproblem, Target,
};
use admm_solvers::data::Samples;
use admm_solvers::descent::Lbfgs;
use admm_solvers::linalg::thin_qr;
use admm_solvers::pca::{
    Batches, Covariance, Hebbian, Krasulina, Majorize, Minibatch, Oja, Power, Sanger, VarianceLoss, VrPca,
};
use admm_solvers::set::Stiefel;
use nalgebra::{DMatrix, DVector};

const DIMENSION: usize = 50;
const SAMPLES: usize = 2000;
const COMPONENTS: usize = 3;
const ACCURACIES: [f64; 3] = [1e-3, 1e-6, 1e-12];
const MOST_PASSES: u64 = 500;

pub(crate) fn main() -> Result<()> {
    let samples = samples()?;
    let loss = VarianceLoss { covariance: Covariance::matrix_free(&samples)?.into(), weight: 0.5 };
    let single = Minibatch { loss: loss.clone(), batches: Batches::new(samples, 1, 0)? };
    let reduced = VrPca { batch: single.clone(), epoch: SAMPLES as u64 };
    let hebbian = || Hebbian(loss.clone());

    let lipschitz = loss.lipschitz()?;
    let (full, half, tenfold) = (1.0 / lipschitz, 0.5 / lipschitz, 10.0 / lipschitz);
    let root = 1.0 / (SAMPLES as f64).sqrt();
    let decaying = Rate::Decaying { lipschitz: 1.0 / root, horizon: SAMPLES as f64 };

    println!("| Rule | W | Step η | Passes to 1e-3 | 1e-6 | 1e-12 |");
    println!("|---|---|---|---|---|---|");
    let table = Table::new(loss.clone())?;
    table.steps("Hebbian", "1/L", hebbian(), Rate::Constant(full), ORTHONORMAL)?;
    table.steps("Hebbian", "10/L", hebbian(), Rate::Constant(tenfold), ORTHONORMAL)?;
    table.steps("Krasulina", "1/L", Krasulina(hebbian()), Rate::Constant(full), ORTHONORMAL)?;
    table.steps("Oja", "1/(2L)", Oja(hebbian()), Rate::Constant(half), FREE)?;
    table.steps("Sanger", "1/(2L)", Sanger(hebbian()), Rate::Constant(half), FREE)?;
    table.row("Power", "orthonormal", "none", Power { loss: loss.clone(), max_steps: 1 }, table.start.clone())?;
    table.row(
        "Majorize",
        "orthonormal",
        "none",
        Majorize { loss: loss.clone(), on: Stiefel::default(), max_steps: 1 },
        table.start.clone(),
    )?;
    let lbfgs = Descent { of: loss, by: Lbfgs { max_steps: 1, ..Lbfgs::default() }, on: Stiefel::default() };
    table.row("L-BFGS", "orthonormal", "line search", lbfgs, Iterate::new(table.start.clone()))?;
    table.steps("Minibatch, b = 1", "1/√n, decaying", single.clone(), decaying, ORTHONORMAL)?;
    table.steps("Oja, b = 1", "1/√n, decaying", Oja(single.clone()), decaying, FREE)?;
    table.steps("Sanger, b = 1", "1/√n, decaying", Sanger(single), decaying, FREE)?;
    table.steps("VR-PCA, b = 1, m = n", "1/√n", reduced.clone(), Rate::Constant(root), ORTHONORMAL)?;
    table.steps("Sanger of VR-PCA", "1/√n", Sanger(reduced), Rate::Constant(root), ORTHONORMAL)
}

/// n samples with the variances 1, 0.9, 0.8 and then 0.6, 0.57, …, along orthonormal directions.
fn samples() -> Result<Samples<f64>> {
    let scattered = |rows: usize, columns: usize| {
        let entry = |i: usize, j: usize| ((i * columns + j) as f64 * 12.9898).sin() * 43758.5453;
        thin_qr(&DMatrix::from_fn(rows, columns, |i, j| entry(i, j).fract())).map(|(q, _)| q)
    };
    let variance =
        |i: usize| if i < COMPONENTS { 1.0 - 0.1 * i as f64 } else { 0.6 * 0.95_f64.powi((i - COMPONENTS) as i32) };
    let deviations = DVector::from_fn(DIMENSION, |i, _| (variance(i) * SAMPLES as f64).sqrt());
    let x = scattered(DIMENSION, DIMENSION)?
        * DMatrix::from_diagonal(&deviations)
        * scattered(SAMPLES, DIMENSION)?.transpose();
    Samples::new(x, &[0; SAMPLES], vec![1.0 / SAMPLES as f64; SAMPLES], 1, Exec::Serial)
}

/// A name and a set.
type Set<M> = (&'static str, M);
const ORTHONORMAL: Set<Stiefel> = ("orthonormal", Stiefel { retraction: admm_solvers::set::Retraction::Polar });
const FREE: Set<Flat> = ("free", Flat);

struct Table {
    loss: VarianceLoss<f64>,
    start: DMatrix<f64>,
    best: f64,
}

impl Table {
    fn new(loss: VarianceLoss<f64>) -> Result<Self> {
        let (start, _) = thin_qr(&DMatrix::from_fn(DIMENSION, COMPONENTS, |i, j| ((3 * i + j) as f64).sin()))?;
        let best = loss.covariance.top(COMPONENTS)?.0.sum();
        Ok(Table { loss, start, best })
    }

    /// A direction, watched every tenth of a pass.
    fn steps<D: Direction<f64>>(
        &self,
        name: &str,
        step: &str,
        of: D,
        rate: Rate<f64>,
        (set, on): Set<impl ConstraintSet<f64>>,
    ) -> Result<()> {
        let max_steps = ((0.1 / of.passes()) as u64).max(1);
        self.row(
            name,
            set,
            step,
            Descent { of, by: ScheduledSteps { rate, max_steps }, on },
            Iterate::new(self.start.clone()),
        )
    }

    /// Calls a block until it is as accurate as can be asked for: 1 − the variance of its span/the most possible.
    fn row<P>(&self, name: &str, set: &str, step: &str, block: P, mut w: P::Var) -> Result<()>
    where
        P: Subproblem<f64, Image = DMatrix<f64>>,
    {
        let origin = DMatrix::zeros(DIMENSION, COMPONENTS);
        let mut cost = Cost::default();
        let mut reached = [None; ACCURACIES.len()];
        while cost.passes < MOST_PASSES && reached.contains(&None) {
            cost += block.argmin(&mut w, Target { v: &origin, rho: 0.0, tolerance: 0.0 })?.cost;
            let error = 1.0 - self.loss.covariance.explained(&block.image(&w))? / self.best;
            for (reached, accuracy) in reached.iter_mut().zip(ACCURACIES) {
                *reached = reached.or((error <= accuracy).then_some(cost.passes));
            }
        }
        let [low, middle, high] = reached.map(|passes| passes.map_or("–".into(), |passes| passes.to_string()));
        println!("| {name} | {set} | {step} | {low} | {middle} | {high} |");
        Ok(())
    }
}
