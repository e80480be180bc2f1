//! The first block of the methods with two: the PCA loss by the chosen rule, on the chosen set.

use super::admm::admm;
use super::alternating::alternating;
use super::blocks::FirstBlock;
use super::log::{Found, Log};
use super::schedule::turned;
use crate::descent::{Lbfgs, NormalisedDescent};
use crate::joint::{Constraint, Linear, Method, Rule};
use crate::loss::Predictor;
use crate::pca::{Batches, Hebbian, Krasulina, Majorize, Minibatch, Oja, Power, Sanger, Unconstrained, VrPca};
use crate::scalar::Scalar;
use crate::smooth::Ridge;
use admm::method::DescentMethod;
use admm::{Descent, Direction, Iterate, Rate, Result, ScheduledSteps, Subproblem};
use nalgebra::DMatrix;

/// The most steps of one call of the block.
const STEPS: u64 = 500;
/// b, for the rules that read batches.
const BATCH: usize = 32;
/// The seed of the batches.
const SEED: u64 = 0;

/// A fit by a method with two blocks, which waits for the first of them.
pub(crate) struct TwoBlocks<'a, 'o, T: Scalar> {
    pub prepared: &'a Linear<T>,
    pub method: Method,
    pub log: &'a mut Log<'o>,
}

impl<T: Scalar> TwoBlocks<'_, '_, T> {
    /// Fits with the block of the chosen rule. Blocks with one kind of variable share the code of the coordinator.
    pub fn fit(self) -> Result<Found<Predictor<T>>> {
        let variance = self.prepared.objective.variance.clone();
        let loss = variance.of.clone();
        let (on, max_steps) = (self.prepared.set(), STEPS);
        match (self.prepared.options.rule, self.prepared.options.constraint) {
            (Rule::Majorize, Constraint::None) => self.minimise(Box::new(Unconstrained::new(variance)?)),
            (Rule::Majorize, _) => self.minimise(Box::new(Majorize { loss, on, max_steps })),
            (Rule::Hebbian, _) => self.follow(Box::new(Hebbian(loss))),
            (Rule::Oja, _) => self.follow(Box::new(Oja(Hebbian(loss)))),
            (Rule::Sanger, _) => self.follow(Box::new(Sanger(Hebbian(loss)))),
            (Rule::Krasulina, _) => self.follow(Box::new(Krasulina(Hebbian(loss)))),
            (Rule::Power, _) => self.minimise(Box::new(Power { loss, max_steps })),
            (Rule::Lbfgs, constraint) => {
                let by = Lbfgs { max_steps, ..Lbfgs::default() };
                match constraint.normalisation() {
                    Some(normalisation) => self.point(NormalisedDescent { of: variance, by, normalisation }),
                    None => self.descend(variance, by),
                }
            }
            (Rule::Minibatch, _) => {
                let (of, epoch) = self.minibatch()?;
                let lipschitz = T::of(2.0) * loss.weight + T::of(variance.weight);
                self.steps(of, Rate::Decaying { lipschitz, horizon: T::of(epoch as f64) }, epoch)
            }
            (Rule::VrPca, _) => {
                let (batch, epoch) = self.minibatch()?;
                let rate = Rate::Lipschitz(T::of(2.0 * (epoch as f64).sqrt()) * loss.weight + T::of(variance.weight));
                self.steps(VrPca { batch, epoch }, rate, STEPS.max(epoch))
            }
        }
    }

    /// Minibatches, and how many of them are a pass.
    fn minibatch(&self) -> Result<(Minibatch<T>, u64)> {
        let samples = &self.prepared.objective.prediction.samples;
        let n = samples.total();
        let size = BATCH.min(n);
        let batches = Batches::new(samples.clone(), size, SEED)?;
        Ok((Minibatch { loss: self.prepared.objective.variance.of.clone(), batches }, n.div_ceil(size) as u64))
    }

    /// A direction without noise, in steps of 1/(2λλ₁/tr Σ + γ + ρ).
    fn follow(self, of: Box<dyn Direction<T, Memory = ()>>) -> Result<Found<Predictor<T>>> {
        let Ridge { of: loss, weight: shrinkage } = &self.prepared.objective.variance;
        let rate = Rate::Lipschitz(T::of(2.0) * loss.weight * self.prepared.leading + T::of(*shrinkage));
        self.steps(of, rate, STEPS)
    }

    /// A direction of the PCA loss, with that of γ/2 ‖W‖².
    fn steps(self, of: impl Direction<T>, rate: Rate<T>, max_steps: u64) -> Result<Found<Predictor<T>>> {
        let weight = self.prepared.objective.variance.weight;
        self.descend(Ridge { of, weight }, ScheduledSteps { rate, max_steps })
    }

    fn descend<F: Send + Sync, D: DescentMethod<T, F, Point = DMatrix<T>>>(
        self,
        of: F,
        by: D,
    ) -> Result<Found<Predictor<T>>> {
        let on = self.prepared.set();
        self.point(Descent { of, by, on })
    }

    /// A block whose variable is W with a memory.
    fn point<M: Default, P>(self, block: P) -> Result<Found<Predictor<T>>>
    where
        P: Subproblem<T, Var = Iterate<DMatrix<T>, M>, Image = DMatrix<T>>,
    {
        let start = Iterate::new(self.start()?);
        self.run(FirstBlock { block, start, w: |w| &w.point })
    }

    /// A block whose variable is W.
    fn minimise(
        self,
        block: Box<dyn Subproblem<T, Var = DMatrix<T>, Image = DMatrix<T>>>,
    ) -> Result<Found<Predictor<T>>> {
        let start = self.start()?;
        self.run(FirstBlock { block, start, w: |w| w })
    }

    /// The first W, as the method turns it.
    fn start(&self) -> Result<DMatrix<T>> {
        match self.method {
            Method::Admm => Ok(turned(self.prepared)?.v),
            _ => Ok(self.prepared.start.point.v.clone()),
        }
    }

    fn run<P: Subproblem<T, Image = DMatrix<T>>>(self, first: FirstBlock<T, P>) -> Result<Found<Predictor<T>>> {
        match self.method {
            Method::Alternating => alternating(self.prepared, self.log, first),
            _ => admm(self.prepared, self.log, first),
        }
    }
}
