//! The size of every entry of the residuals, beside what the entry is made of.
//!
//! A norm hides a small entry behind a large one, and an absolute bound has units. So every entry is compared with its
//! own scale, which is the largest of three sizes. The first is its own now. The second is that of a typical entry now,
//! or the most that its own was under this ρ if that is less. The third is [`VANISHED`] of the most that it was lately,
//! since all entries may be 0 at the solution: the first iterations under a ρ may be out of all proportion.

use super::{rounding, tiny};
use crate::Real;
use serde::{Deserialize, Serialize};

/// The share of the largest size of an entry in the run that still counts as its scale. An entry that ends as 0 is small
/// against it, and a start far off does not loosen the bound.
const FADED: f64 = 1e-3;
/// The same share for a single entry: the iterates under a bad ρ may be thousands of times as large as the solution.
const VANISHED: f64 = 1e-6;
/// The share of the largest entry that any entry may have as its scale, lest its rounding decide.
const HIDDEN: f64 = 1e-6;
/// Sizes of the first iterations under a ρ are not kept: they may be out of all proportion.
const SETTLING: u64 = 32;

/// The sizes of the entries of Ax, Bz and c, of Aᵀy, of both as wholes, and of the objective.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scales<T> {
    primal: Recent<T>,
    dual: Recent<T>,
    norms: Recent<T>,
    objective: T,
    /// The iterations since ρ changed.
    age: u64,
}

/// The largest sizes in the last part of a run, a half of it at least.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Recent<T> {
    /// Those since the age was a power of 2.
    now: Vec<T>,
    /// Those of as many iterations before.
    before: Vec<T>,
    /// Those since ρ changed.
    ever: Vec<T>,
}

impl<T: Real> Recent<T> {
    fn new() -> Self {
        Recent { now: Vec::new(), before: Vec::new(), ever: Vec::new() }
    }
    fn take(&mut self, sizes: &[T], age: u64) {
        if age == 1 || self.ever.len() != sizes.len() {
            self.ever = sizes.to_vec();
        }
        self.ever.iter_mut().zip(sizes).for_each(|(most, &size)| *most = most.max(size));
        if age < SETTLING || self.now.len() != sizes.len() {
            (self.now, self.before) = (sizes.to_vec(), sizes.to_vec());
        } else if age.is_power_of_two() {
            self.before = std::mem::replace(&mut self.now, sizes.to_vec());
        } else {
            self.now.iter_mut().zip(sizes).for_each(|(most, &size)| *most = most.max(size));
        }
    }
    /// The scales of entries that have these sizes now.
    fn scales(&self, sizes: &[T]) -> impl Iterator<Item = T> {
        let typical = typical(sizes);
        let entries = sizes.iter().zip(self.ever.iter().zip(self.most()));
        let scales: Vec<T> =
            entries.map(|(&now, (&ever, most))| now.max(typical.min(ever)).max(T::of(VANISHED) * most)).collect();
        scales.into_iter()
    }
    fn most(&self) -> Vec<T> {
        self.now.iter().zip(&self.before).map(|(&now, &before)| now.max(before)).collect()
    }
}

/// The parts of a residual's bound that all its entries share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shares<T> {
    /// The absolute part.
    pub absolute: T,
    /// The relative part, of the scale of the entry.
    pub relative: T,
    /// The size of numbers beside which the residual is rounding.
    pub beside: T,
}

impl<T: Real> Scales<T> {
    /// The scales before the first iteration.
    pub(crate) fn new() -> Self {
        Scales { primal: Recent::new(), dual: Recent::new(), norms: Recent::new(), objective: T::zero(), age: 0 }
    }

    /// Forgets the sizes under another ρ.
    pub(crate) fn restart(&mut self) {
        self.age = 0;
    }

    /// Takes the sizes of an iteration in: those of the entries of both residuals' terms, and of their norms.
    pub(crate) fn take(&mut self, primal: &[T], dual: &[T], norms: [T; 2]) {
        self.age += 1;
        self.primal.take(primal, self.age);
        self.dual.take(dual, self.age);
        self.norms.take(&norms, self.age);
    }

    /// The largest entry of the primal residual in units of its bound; `sizes` are those of what it is made of.
    pub(crate) fn primal_excess(&self, residual: &[T], sizes: &[T], shares: Shares<T>) -> T {
        excess(&self.primal, residual, sizes, shares)
    }

    /// The largest entry of the dual residual in units of its bound.
    pub(crate) fn dual_excess(&self, residual: &[T], sizes: &[T], shares: Shares<T>) -> T {
        excess(&self.dual, residual, sizes, shares)
    }

    /// The scales of both residuals' norms, of which the entries have these sizes.
    pub(crate) fn norms(&self, primal: &[T], dual: &[T]) -> (T, T) {
        let norm = |sizes: &[T], recent: &Recent<T>| recent.scales(sizes).map(|scale| scale * scale).sum::<T>().sqrt();
        (norm(primal, &self.primal), norm(dual, &self.dual))
    }

    /// The scales of both residuals as wholes, of which the norms are these. They may be 0 at the solution as well.
    pub(crate) fn whole(&self, norms: [T; 2]) -> [T; 2] {
        let most = self.norms.most();
        [0, 1].map(|i| norms[i].max(T::of(FADED) * most[i]).max(tiny()))
    }

    /// The scale of an objective.
    pub(crate) fn objective(&mut self, now: T) -> T {
        self.objective = self.objective.max(now.abs());
        now.abs().max(T::of(FADED) * self.objective)
    }
}

/// The median of the sizes that are not 0: a huge one, such as a bound that stands for no bound, does not move it.
fn typical<T: Real>(sizes: &[T]) -> T {
    let mut sizes: Vec<T> = sizes.iter().copied().filter(|&size| size > T::zero()).collect();
    if sizes.is_empty() {
        return T::zero();
    }
    let middle = sizes.len() / 2;
    *sizes.select_nth_unstable_by(middle, |a, b| a.partial_cmp(b).expect("sizes are numbers")).1
}

fn excess<T: Real>(recent: &Recent<T>, residual: &[T], sizes: &[T], shares: Shares<T>) -> T {
    let Shares { absolute, relative, beside } = shares;
    let least = (rounding::<T>().max(relative * T::of(HIDDEN)) * beside).max(tiny());
    let bounds = recent.scales(sizes).map(|scale| (absolute + relative * scale).max(least));
    residual.iter().zip(bounds).fold(T::zero(), |most, (&entry, bound)| most.max(entry / bound))
}
