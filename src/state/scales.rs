//! The size of every entry of the residuals, beside what the entry is made of.
//!
//! A norm hides a small entry behind a large one, and an absolute bound has units. So every entry is compared with its
//! own scale, which is the largest of three sizes. The first is its own now. The second is that of a typical entry now,
//! or the most that its own was in the run if that is less. The third is [`FADED`] of that most, since all entries may
//! be 0 at the solution.

use super::tiny;
use crate::Real;
use serde::{Deserialize, Serialize};

/// The share of the largest size of an entry in the run that still counts as its scale. An entry that ends as 0 is small
/// against it, and a start far off does not loosen the bound.
const FADED: f64 = 1e-3;
/// Rounding in units of ε.
const ROUNDING: f64 = 64.0;

/// The largest sizes in a run of the entries of Ax, Bz and c, of Aᵀy, and of the objective.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scales<T> {
    primal: Vec<T>,
    dual: Vec<T>,
    norms: [T; 2],
    objective: T,
    /// The typical size of the numbers whose rounding is in every residual.
    rounded: T,
}

/// The parts of a residual's bound that all its entries share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shares<T> {
    /// The absolute part.
    pub absolute: T,
    /// The relative part, of the scale of the entry.
    pub relative: T,
    /// The size below which a residual is rounding, whatever its own entry.
    pub floor: T,
}

impl<T: Real> Scales<T> {
    /// The scales before the first iteration.
    pub(crate) fn new() -> Self {
        Scales { primal: Vec::new(), dual: Vec::new(), norms: [T::zero(); 2], objective: T::zero(), rounded: T::zero() }
    }

    /// Keeps the sizes of the images. Those of the dual and the objective belong to functions that have changed.
    pub(crate) fn forget(&mut self) {
        let [primal, _] = self.norms;
        let (primal_sizes, rounded) = (std::mem::take(&mut self.primal), self.rounded);
        *self = Scales { primal: primal_sizes, norms: [primal, T::zero()], rounded, ..Scales::new() };
    }

    /// The largest entry of the primal residual in units of its bound; `sizes` are those of what it is made of, and
    /// `images` those of Ax and Bz, by which rounding is measured. Where one of them is huge, such as the slack of a bound
    /// that stands for no bound, the other one counts: its rounding is in its own entry alone.
    pub(crate) fn primal_excess(&mut self, residual: &[T], sizes: &[T], images: [&[T]; 2], shares: Shares<T>) -> T {
        let smaller = |(&a, &b): (&T, &T)| if a > T::zero() && b > T::zero() { a.min(b) } else { a.max(b) };
        let rounded = typical(&images[0].iter().zip(images[1]).map(smaller).collect::<Vec<_>>());
        self.rounded = self.rounded.max(rounded);
        excess(&mut self.primal, residual, sizes, Shares { floor: rounding::<T>() * rounded, ..shares })
    }

    /// The largest entry of the dual residual in units of its bound. Rounding of the images, times ρ, is in it.
    pub(crate) fn dual_excess(&mut self, rho: T, residual: &[T], sizes: &[T], shares: Shares<T>) -> T {
        let floor = rounding::<T>() * rho * self.rounded;
        excess(&mut self.dual, residual, sizes, Shares { floor, ..shares })
    }

    /// The scales of both residuals' norms, of which the entries have these sizes.
    pub(crate) fn norms(&self, primal: &[T], dual: &[T]) -> (T, T) {
        let norm = |sizes: &[T], most: &[T]| {
            let typical = typical(sizes);
            let scales = sizes.iter().zip(most).map(|(&now, &most)| scale(now, most, typical));
            scales.map(|scale| scale * scale).sum::<T>().sqrt()
        };
        (norm(primal, &self.primal), norm(dual, &self.dual))
    }

    /// The scales of both residuals as wholes, of which the norms are these. They may be 0 at the solution as well.
    pub(crate) fn whole(&mut self, norms: [T; 2]) -> [T; 2] {
        self.norms = [norms[0].max(self.norms[0]), norms[1].max(self.norms[1])];
        [0, 1].map(|i| scale(norms[i], self.norms[i], T::zero()).max(tiny()))
    }

    /// The scale of an objective.
    pub(crate) fn objective(&mut self, now: T) -> T {
        self.objective = self.objective.max(now.abs());
        scale(now.abs(), self.objective, T::zero())
    }
}

fn scale<T: Real>(now: T, most: T, typical: T) -> T {
    now.max(typical.min(most)).max(T::of(FADED) * most)
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

fn rounding<T: Real>() -> T {
    T::of(ROUNDING) * T::EPSILON
}

fn excess<T: Real>(most: &mut Vec<T>, residual: &[T], sizes: &[T], shares: Shares<T>) -> T {
    most.resize(sizes.len(), T::zero());
    let (typical, mut largest) = (typical(sizes), T::zero());
    for ((&entry, &now), most) in residual.iter().zip(sizes).zip(most) {
        *most = most.max(now);
        let bound = shares.absolute + shares.relative * scale(now, *most, typical);
        largest = largest.max(entry / bound.max(shares.floor).max(rounding::<T>() * *most).max(tiny()));
    }
    largest
}
