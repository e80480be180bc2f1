//! Anderson mixing with a safeguard.

use super::{Acceleration, owned};
use crate::parameter::not_negative;
use crate::space::Space;
use crate::state::{Memory, Start, Step};
use crate::{Parameter, Real};
use nalgebra::{DMatrix, DVector};
use std::cmp::Ordering;

/// Anderson acceleration of type II, Walker and Ni (2011).
///
/// One iteration of ADMM is a map g on w = (Bz, u). The next iteration starts at the mixture Σ αⱼ g(wⱼ) over the last
/// iterations, where α minimises ‖Σ αⱼ (g(wⱼ) − wⱼ)‖ subject to Σ αⱼ = 1.
///
/// The safeguard compares the move ‖g(w) − w‖ from a mixture with the shortest move so far, which k mixtures have not
/// beaten. If it is longer than D/(k + 1) times that, the iteration is taken back. It costs itself and the memory, and
/// the run goes on where plain ADMM would have. If mixtures do not help, two iterations of three are plain ones.
#[derive(Debug, Clone, Copy)]
pub struct Anderson {
    /// m ≥ 1: the differences of so many iterations are mixed.
    pub memory: usize,
    /// D, not negative; 0 takes every mixture back.
    pub safeguard: f64,
}

impl Default for Anderson {
    /// Ten iterations, and moves up to ten times as long.
    fn default() -> Self {
        Anderson { memory: 10, safeguard: 10.0 }
    }
}

impl<T: Real, S: Space<T>> Acceleration<T, S> for Anderson {
    /// The memory: the shortest move and k; w and g(w) of the last m + 1 iterations in turn, the oldest first.
    fn next(&self, step: &Step<'_, T, S>, memory: &mut Memory<T, (S, S)>) -> Start<S> {
        let (from, to) = (owned(step.from), owned(step.to));
        let length = to.plus(-T::one(), &from).euclidean_norm();
        let [shortest, unbeaten] = <[T; 2]>::try_from(&memory.numbers[..]).unwrap_or([length, T::zero()]);
        let history = &mut memory.elements;
        if step.extrapolated
            && length > T::of(self.safeguard) * shortest / (unbeaten + T::one())
            && let Some((bz, u)) = history.pop()
        {
            history.clear();
            return Start::Back(bz, u);
        }
        memory.numbers = if length < shortest {
            vec![length, T::zero()]
        } else {
            vec![shortest, unbeaten + if step.extrapolated { T::one() } else { T::zero() }]
        };
        history.extend([from, to]);
        history.drain(..history.len().saturating_sub(2 * (self.memory + 1)));
        mixture(history).map_or(Start::Here, |(bz, u)| Start::Ahead(bz, u))
    }

    fn problems(&self) -> Vec<Parameter> {
        let mut problems = not_negative(&[("safeguard", self.safeguard)]);
        if self.memory == 0 {
            problems.push(Parameter::new("memory", "must be at least 1, got 0"));
        }
        problems
    }
}

/// Returns g − ΔG γ with γ = argmin ‖f − ΔF γ‖² + η(‖ΔF‖² + ‖ΔW‖²)‖γ‖². Here f = g − w, and Δ are the differences of
/// successive iterations (Walker and Ni 2011, §2). The regularisation is that of Fu, Zhang and Boyd (2020). η is the
/// root of the machine precision, in 64 bits about their 10⁻⁸.
fn mixture<T: Real, W: Space<T>>(history: &[W]) -> Option<W> {
    let apart = |to: &W, from: &W| to.plus(-T::one(), from);
    let moves: Vec<W> = history.chunks(2).map(|pair| apart(&pair[1], &pair[0])).collect();
    let changes: Vec<W> = moves.windows(2).map(|pair| apart(&pair[1], &pair[0])).collect();
    let steps: Vec<W> = history.windows(3).step_by(2).map(|three| apart(&three[2], &three[0])).collect();
    if changes.is_empty() {
        return None;
    }
    let ridge =
        T::EPSILON.sqrt() * changes.iter().chain(&steps).map(|difference| difference.inner_product(difference)).sum();
    let normal = |i: usize, j: usize| match i.cmp(&j) {
        Ordering::Less => T::zero(), // the factorisation reads the lower triangle
        Ordering::Equal => changes[i].inner_product(&changes[i]) + ridge,
        Ordering::Greater => changes[i].inner_product(&changes[j]),
    };
    let (f, m) = (moves.last()?, changes.len());
    let right = DVector::from_fn(m, |i, _| changes[i].inner_product(f));
    let gamma = DMatrix::from_fn(m, m, normal).cholesky()?.solve(&right);
    let mut mixed = history.last()?.clone();
    for (i, &gamma) in gamma.iter().enumerate() {
        mixed.axpy(-gamma, &history[2 * i + 3]);
        mixed.axpy(gamma, &history[2 * i + 1]);
    }
    mixed.is_finite().then_some(mixed)
}
