//! The state: all that changes in a run.
//!
//! [`State`] holds the iterates, the dual, ρ and the memories of policies, and the [`Record`] of what the last
//! iteration measured. A checkpoint saves exactly this value.

mod record;
mod run;
mod scales;

pub use record::Record;
pub(crate) use record::{Quantity, rounding, tiny};
pub use run::Run;
pub use scales::Scales;
pub(crate) use scales::{Shares, Sizes, larger};

use crate::space::Space;
use crate::{Real, Subproblem};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// All that changes in a run: what a checkpoint has to keep.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct State<T, X, Z, S> {
    /// The variable of the first block.
    pub x: X,
    /// The variable of the second block.
    pub z: Z,
    /// The image Bz of the second block.
    pub bz: S,
    /// The scaled dual u; the multiplier is y = ρu.
    pub u: S,
    /// The penalty ρ for the next iteration.
    pub rho: T,
    /// The point at which the next iteration starts.
    pub start: Start<S>,
    /// The memory of the penalty policy.
    pub penalty_memory: Memory<T, S>,
    /// The memory of the acceleration.
    pub acceleration_memory: Memory<T, (S, S)>,
    /// The scales of the residuals' entries.
    pub scales: Scales<T>,
    /// The record of the last iteration.
    pub record: Record<T>,
    /// The run under way.
    pub run: Option<Run<Self>>,
}

/// The state type of a pair of blocks.
pub type StateOf<T, P, Q> = State<T, <P as Subproblem<T>>::Var, <Q as Subproblem<T>>::Var, <P as Subproblem<T>>::Image>;

impl<T: Real, X, Z, S> State<T, X, Z, S> {
    /// Before the first iteration, with u = 0.
    pub(crate) fn new(x: X, z: Z, bz: S, rho: T) -> Self
    where
        S: Space<T>,
    {
        State {
            x,
            z,
            u: bz.zero_like(),
            bz,
            rho,
            start: Start::Here,
            penalty_memory: Memory::default(),
            acceleration_memory: Memory::default(),
            scales: Scales::new(),
            record: Record::new(rho),
            run: None,
        }
    }

    /// The multiplier y = ρu of Ax + Bz = c.
    pub fn multiplier(&self) -> S
    where
        S: Space<T>,
    {
        let mut y = self.u.clone();
        y.scale_by(self.rho);
        y
    }

    /// Keeps the iterates, the dual, the penalty, the number of the iteration and the cost: all that does not tell of
    /// functions that have changed. The blocks are to be solved as accurately as at first.
    pub(crate) fn forget(&mut self, inner_tolerance: T) {
        let Record { iteration, penalty_clamped, accepted, rejected, cost, .. } = self.record;
        let counts = Record { iteration, penalty_clamped, accepted, rejected, cost, ..Record::new(self.rho) };
        self.record = Record { inner_tolerance, ..counts };
        self.scales = Scales::new();
        self.start = Start::Here;
        self.penalty_memory = Memory::default();
        self.acceleration_memory = Memory::default();
        self.run = None;
    }

    /// Returns true if the current iterate is the best of this run: it meets the stopping rule, or no earlier one came
    /// closer to it.
    pub(crate) fn is_best(&self) -> bool {
        self.run.as_ref().is_some_and(Run::is_at_best)
    }

    /// The state after an iteration that has found these, and has planned nothing yet.
    pub(crate) fn followed_by(&self, x: X, z: Z, bz: S, u: S, record: Record<T>) -> Self
    where
        Self: Clone,
        S: Clone,
    {
        let State { rho, penalty_memory, acceleration_memory, scales, run, .. } = self;
        State {
            x,
            z,
            bz,
            u,
            rho: *rho,
            start: Start::Here,
            penalty_memory: penalty_memory.clone(),
            acceleration_memory: acceleration_memory.clone(),
            scales: scales.clone(),
            record,
            run: run.clone(),
        }
    }

    /// The point (Bz, u) that the next iteration starts from.
    pub(crate) fn start(&self) -> (&S, &S) {
        match &self.start {
            Start::Here => (&self.bz, &self.u),
            Start::Ahead(bz, u) | Start::Back(bz, u) => (bz, u),
        }
    }
}

/// The point (Bz, u) that an iteration starts from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Start<S> {
    /// The one that the last iteration ended at.
    Here,
    /// An extrapolated one, on trial.
    Ahead(S, S),
    /// An earlier one: the last iteration's start was no good.
    Back(S, S),
}

impl<S> Start<S> {
    /// Returns true if the point is extrapolated.
    pub fn is_ahead(&self) -> bool {
        matches!(self, Start::Ahead(..))
    }
    /// Returns true if it takes the last iteration back.
    pub fn is_back(&self) -> bool {
        matches!(self, Start::Back(..))
    }
}

/// Storage of a penalty policy or an acceleration between iterations. The policy decides what each entry means; the
/// storage is empty at first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Memory<T, S> {
    /// Finite numbers.
    pub numbers: Vec<T>,
    /// Elements of the coupling space, or pairs of them. The states before and after an iteration share those that stay.
    pub elements: Vec<Arc<S>>,
}

impl<T, S> Default for Memory<T, S> {
    fn default() -> Self {
        Memory { numbers: Vec::new(), elements: Vec::new() }
    }
}

/// An iteration as policies see it, between residuals and the next iteration.
#[derive(Debug)]
pub struct Step<'a, T, S> {
    /// The record of the iteration.
    pub record: &'a Record<T>,
    /// The point (Bz, u) that it started from.
    pub from: (&'a S, &'a S),
    /// True if the iteration started from an extrapolated point.
    pub extrapolated: bool,
    /// The image Ax of the first block.
    pub ax: &'a S,
    /// The point (Bz, u) that it ended at.
    pub to: (&'a S, &'a S),
    /// The right-hand side c.
    pub c: &'a S,
}
