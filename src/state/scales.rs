//! The size of every entry of the residuals, beside what the entry is made of.
//!
//! A norm hides a small entry behind a large one, and an absolute bound has units. So every entry is compared with its
//! own scale, which is the larger of two sizes. One is its own now. The other is that of a typical entry now, or the most
//! that its own was in the run if that is less. Where all entries vanish, what is left counts as rounding of the most that
//! they were.

use super::{rounding, tiny};
use crate::Real;
use serde::{Deserialize, Serialize};

/// The share of what a norm or the objective was lately that still counts as its scale. One that ends as 0 is small
/// against it, and a start far off does not loosen the bound.
const FADED: f64 = 1e-3;
/// The share of the largest entry that any entry may have as its scale, lest its rounding decide.
const HIDDEN: f64 = 1e-6;
/// Norms of the first iterations are not kept: they may be out of all proportion.
const SETTLING: u64 = 32;
/// What is left of numbers that have vanished counts as their rounding after so many iterations.
const LASTING: u64 = 100;

/// The sizes of the entries of Ax, Bz and c, of Aᵀy, of both as wholes, and of the objective.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scales<T> {
    /// The most that the entries of the primal residual's terms were.
    primal: Vec<T>,
    /// The same of the dual residual's.
    dual: Vec<T>,
    norms: Recent<T>,
    objective: T,
    /// The iterations so far.
    iterations: u64,
}

/// The largest of two norms in the last part of a run, a half of it at least.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Recent<T> {
    /// Those since the number of iterations was a power of 2.
    now: [T; 2],
    /// Those of as many iterations before.
    before: [T; 2],
}

impl<T: Real> Recent<T> {
    fn take(&mut self, norms: [T; 2], iterations: u64) {
        if iterations < SETTLING {
            (self.now, self.before) = (norms, norms);
        } else if iterations.is_power_of_two() {
            (self.now, self.before) = (norms, self.now);
        } else {
            self.now = [0, 1].map(|i| norms[i].max(self.now[i]));
        }
    }
    fn most(&self) -> [T; 2] {
        [0, 1].map(|i| self.now[i].max(self.before[i]))
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
        let norms = Recent { now: [T::zero(); 2], before: [T::zero(); 2] };
        Scales { primal: Vec::new(), dual: Vec::new(), norms, objective: T::zero(), iterations: 0 }
    }

    /// Takes the sizes of an iteration in: those of the entries of both residuals' terms, and of their norms.
    pub(crate) fn take(&mut self, primal: &[T], dual: &[T], norms: [T; 2]) {
        self.iterations += 1;
        for (most, sizes) in [(&mut self.primal, primal), (&mut self.dual, dual)] {
            most.resize(sizes.len(), T::zero());
            most.iter_mut().zip(sizes).for_each(|(most, &size)| *most = larger(*most, size));
        }
        self.norms.take(norms, self.iterations);
    }

    /// The largest entry of the primal residual in units of its bound; `sizes` are those of what it is made of. Where one
    /// image `is_zero`, the other may be its rounding.
    pub(crate) fn primal_excess(&self, residual: &[T], sizes: &Sizes<T>, is_zero: bool, shares: Shares<T>) -> T {
        let vanished = |most: T| if is_zero && self.is_lasting() { most } else { T::zero() };
        excess((residual, sizes, &self.primal), shares, vanished)
    }

    /// The largest entry of the dual residual in units of its bound. Rounding of `images`, those of a typical size times
    /// ρ, is in it.
    pub(crate) fn dual_excess(&self, residual: &[T], sizes: &Sizes<T>, images: T, shares: Shares<T>) -> T {
        let vanished = |most: T| if self.is_lasting() { images.max(most) } else { T::zero() };
        excess((residual, sizes, &self.dual), shares, vanished)
    }

    /// True once the rest of numbers that have vanished counts as their rounding.
    fn is_lasting(&self) -> bool {
        self.iterations >= LASTING
    }

    /// The scales of both residuals' norms, of which the entries have these sizes.
    pub(crate) fn norms(&self, primal: &Sizes<T>, dual: &Sizes<T>) -> (T, T) {
        let (mut primal, mut dual) = (primal.scales(&self.primal), dual.scales(&self.dual));
        // Side by side: one sum would wait for the other.
        let mut squares = (T::zero(), T::zero());
        loop {
            let (one, other) = (primal.next(), dual.next());
            if one.is_none() && other.is_none() {
                return (squares.0.sqrt(), squares.1.sqrt());
            }
            squares.0 += one.map_or(T::zero(), |scale| scale * scale);
            squares.1 += other.map_or(T::zero(), |scale| scale * scale);
        }
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

/// The sizes of entries now.
pub(crate) struct Sizes<T> {
    /// The size of each entry.
    pub each: Vec<T>,
    /// The typical size: the median of those that are not 0. A huge one, such as a bound that stands for no bound,
    /// does not move it.
    pub typical: T,
}

impl<T: Real> Sizes<T> {
    pub(crate) fn new(each: Vec<T>) -> Self {
        Sizes { typical: median(&each), each }
    }

    /// The scales of the entries, which were these at most.
    fn scales(&self, most: &[T]) -> impl Iterator<Item = T> {
        self.each.iter().zip(most).map(|(&now, &most)| larger(now, smaller(self.typical, most)))
    }
}

/// The larger of two numbers, and the first where one is not a number: unlike `max`, an instruction of the processor.
pub(crate) fn larger<T: Real>(a: T, b: T) -> T {
    if b > a { b } else { a }
}

/// The smaller of two numbers, and the first where one is not a number.
fn smaller<T: Real>(a: T, b: T) -> T {
    if b < a { b } else { a }
}

/// The median of the sizes that are not 0. It is searched among whole numbers, which are compared faster: the bits of
/// positive numbers have the order of the numbers.
fn median<T: Real>(sizes: &[T]) -> T {
    let of = |&size: &T| if size > T::zero() { size.to_f64().to_bits() } else { 0 };
    let mut bits: Vec<u64> = sizes.iter().map(of).collect();
    let zeros = bits.iter().filter(|&&bits| bits == 0).count();
    let others = bits.len() - zeros;
    if others == 0 {
        return T::zero();
    }
    T::of(f64::from_bits(*bits.select_nth_unstable(zeros + others / 2).1))
}

/// The largest entry of a residual in units of its bound, from the sizes now and the most that they were. `vanished` gives
/// the size, from the most, of which nothing but rounding may be left: it counts where no entry is larger than that.
fn excess<T: Real>(
    (residual, sizes, most): (&[T], &Sizes<T>, &[T]),
    shares: Shares<T>,
    vanished: impl Fn(T) -> T,
) -> T {
    let Shares { absolute, relative, beside } = shares;
    let least = (rounding::<T>().max(relative * T::of(HIDDEN)) * beside).max(tiny());
    let gone = sizes.each.iter().zip(most).all(|(&size, &most)| size <= rounding::<T>() * vanished(most));
    let mut largest = T::zero();
    for ((&entry, scale), &most) in residual.iter().zip(sizes.scales(most)).zip(most) {
        let rest = if gone { rounding::<T>() * vanished(most) } else { T::zero() };
        largest = larger(largest, entry / larger(absolute + relative * scale, larger(rest, least)));
    }
    largest
}
