//! Anderson mixing with a safeguard.

use super::{Acceleration, owned};
use crate::parameter::not_negative;
use crate::{Memory, Real, Space, Start, Step};
use nalgebra::{DMatrix, DVector};
use std::cmp::Ordering;

/// Anderson acceleration of type II, Walker and Ni (2011), of the map w ↦ g(w) that an iteration is on w = (Bz, u): the
/// next one starts from the mixture Σ αⱼ g(wⱼ) of the last ends, Σ αⱼ = 1, whose mixed moves Σ αⱼ (g(wⱼ) − wⱼ) are shortest.
///
/// The safeguard: an iteration from a mixture whose move ‖g(w) − w‖ is longer than the shortest so far, times a factor, is
/// taken back. It costs itself and the memory; the run goes on where plain ADMM would have.
#[derive(Debug, Clone, Copy)]
pub struct Anderson {
    /// m ≥ 1: the differences of so many iterations are mixed.
    pub memory: usize,
    /// The factor, not negative; 0 takes every mixture back.
    pub safeguard: f64,
}

impl Default for Anderson {
    /// Ten iterations, and moves up to twice as long.
    fn default() -> Self {
        Anderson { memory: 10, safeguard: 2.0 }
    }
}

impl<T: Real, S: Space<T>> Acceleration<T, S> for Anderson {
    /// The memory: the shortest move; w and g(w) of the last m + 1 iterations in turn, the oldest first.
    fn next(&self, step: &Step<'_, T, S>, memory: &mut Memory<T, (S, S)>) -> Start<S> {
        let (from, to) = (owned(step.from), owned(step.to));
        let length = to.plus(-T::one(), &from).norm();
        let shortest = memory.numbers.first().copied().unwrap_or(length);
        let history = &mut memory.elements;
        if step.extrapolated
            && length > T::of(self.safeguard) * shortest
            && let Some((bz, u)) = history.pop()
        {
            history.clear();
            return Start::Back(bz, u);
        }
        memory.numbers = vec![length.min(shortest)];
        history.extend([from, to]);
        history.drain(..history.len().saturating_sub(2 * (self.memory + 1)));
        mixture(history).map_or(Start::Here, |(bz, u)| Start::Ahead(bz, u))
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = not_negative(&[("safeguard of Anderson acceleration", self.safeguard)]);
        if self.memory == 0 {
            problems.push("the memory of Anderson acceleration must be at least 1".into());
        }
        problems
    }
}

/// g − ΔG γ with γ = argmin ‖f − ΔF γ‖², where f = g − w and Δ are the differences of successive iterations, Walker and Ni
/// (2011, §2). The normal equations are scaled to a unit diagonal and regularised, as in Scieur, d'Aspremont and Bach (2016).
fn mixture<T: Real, W: Space<T>>(history: &[W]) -> Option<W> {
    let one = T::one();
    let moves: Vec<W> = history.chunks(2).map(|pair| pair[1].plus(-one, &pair[0])).collect();
    let changes: Vec<W> = moves.windows(2).map(|pair| pair[1].plus(-one, &pair[0])).collect();
    let (f, m) = (moves.last()?, changes.len());
    let sizes = DVector::from_iterator(m, changes.iter().map(W::norm));
    if m == 0 || sizes.min() <= T::zero() {
        return None;
    }
    let normal = |i: usize, j: usize| match i.cmp(&j) {
        Ordering::Less => T::zero(), // the factorisation reads the lower triangle
        Ordering::Equal => one + T::of(1e3) * T::EPSILON,
        Ordering::Greater => changes[i].dot(&changes[j]) / (sizes[i] * sizes[j]),
    };
    let right = DVector::from_fn(m, |i, _| changes[i].dot(f) / sizes[i]);
    let gamma = DMatrix::from_fn(m, m, normal).cholesky()?.solve(&right).component_div(&sizes);
    let mut mixed = history.last()?.clone();
    for (i, &gamma) in gamma.iter().enumerate() {
        mixed.axpy(-gamma, &history[2 * i + 3]);
        mixed.axpy(gamma, &history[2 * i + 1]);
    }
    mixed.is_finite().then_some(mixed)
}
