//! Anderson mixing with a safeguard.

use super::{Acceleration, owned};
use crate::parameter::not_negative;
use crate::space::Space;
use crate::state::{Memory, Start, Step};
use crate::{Parameter, Real};
use nalgebra::{DMatrix, DVector};
use std::sync::Arc;

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
    /// The memory: the elements and numbers of a `History`.
    fn next(&self, step: &Step<'_, T, S>, memory: &mut Memory<T, (S, S)>) -> Start<S> {
        let (from, to) = (owned(step.from), owned(step.to));
        let moved = to.plus(-T::one(), &from);
        let length = moved.euclidean_norm();
        let History { safety, mut steps, products, elements } = History::of(memory);
        let [shortest, unbeaten] = safety.unwrap_or([length, T::zero()]);
        if step.extrapolated
            && length > T::of(self.safeguard) * shortest / (unbeaten + T::one())
            && let Some(plain) = elements.pop()
        {
            let (bz, u) = Arc::unwrap_or_clone(plain);
            elements.clear();
            memory.numbers = vec![shortest, unbeaten];
            return Start::Back(bz, u);
        }
        let products = take(elements, &mut steps, products, self.memory, (from, moved, to));
        let safety = if length < shortest {
            [length, T::zero()]
        } else {
            [shortest, unbeaten + if step.extrapolated { T::one() } else { T::zero() }]
        };
        let start = mixture(elements, &steps, &products).map_or(Start::Here, |(bz, u)| Start::Ahead(bz, u));
        memory.numbers = safety.into_iter().chain(steps).chain(products.iter().copied()).collect();
        start
    }

    fn problems(&self) -> Vec<Parameter> {
        let mut problems = not_negative(&[("safeguard", self.safeguard)]);
        if self.memory == 0 {
            problems.push(Parameter::new("memory", "must be at least 1, got 0"));
        }
        problems
    }
}

/// What is known of the last iterations: g − w is the move of one, and Δ the difference of two that follow each other.
/// An iteration adds one row to the products of the changes of moves, so that it computes 2m products and not m².
struct History<'a, T, W> {
    /// The shortest move, and the number of mixtures that have not beaten it.
    safety: Option<[T; 2]>,
    /// ‖Δw‖² for each change.
    steps: Vec<T>,
    /// The products of the changes Δ(g − w) with each other, of which the lower triangle counts.
    products: DMatrix<T>,
    /// w and g − w of the last iteration; then g of the oldest one, and the change and g of each that followed.
    elements: &'a mut Vec<Arc<W>>,
}

impl<'a, T: Real, W> History<'a, T, W> {
    fn of(memory: &'a mut Memory<T, W>) -> Self {
        let Memory { numbers, elements } = memory;
        let changes = elements.len().saturating_sub(3) / 2;
        let safety = numbers.first_chunk().copied();
        match numbers.get(2..).and_then(|rest| rest.split_at_checked(changes)) {
            Some((steps, products)) if products.len() == changes * changes => {
                let products = DMatrix::from_column_slice(changes, changes, products);
                History { safety, steps: steps.to_vec(), products, elements }
            }
            _ => {
                elements.clear();
                History { safety, steps: Vec::new(), products: DMatrix::zeros(0, 0), elements }
            }
        }
    }
}

/// Takes an iteration in, with w, g − w and g, and forgets the oldest beyond the memory. Returns the products.
fn take<T: Real, W: Space<T>>(
    elements: &mut Vec<Arc<W>>,
    steps: &mut Vec<T>,
    mut products: DMatrix<T>,
    memory: usize,
    (from, moved, to): (W, W, W),
) -> DMatrix<T> {
    let [last, last_move, _, ..] = &elements[..] else {
        *elements = [from, moved, to].map(Arc::new).into();
        return products;
    };
    let (change, apart) = (moved.plus(-T::one(), last_move), from.plus(-T::one(), last));
    while steps.len() >= memory.max(1) {
        elements.drain(2..4);
        steps.remove(0);
        products = products.remove_row(0).remove_column(0);
    }
    steps.push(apart.inner_product(&apart));
    elements.extend([change, to].map(Arc::new));
    (elements[0], elements[1]) = (Arc::new(from), Arc::new(moved));
    let m = steps.len();
    products = products.resize(m, m, T::zero());
    for j in 0..m {
        products[(m - 1, j)] = elements[2 * m + 1].inner_product(&elements[2 * j + 3]);
    }
    products
}

/// Returns g − ΔG γ with γ = argmin ‖f − ΔF γ‖² + η(‖ΔF‖² + ‖ΔW‖²)‖γ‖². Here f = g − w, and Δ are the differences of
/// successive iterations (Walker and Ni 2011, §2). The regularisation is that of Fu, Zhang and Boyd (2020). η is the
/// root of the machine precision, in 64 bits about their 10⁻⁸.
fn mixture<T: Real, W: Space<T>>(elements: &[Arc<W>], steps: &[T], products: &DMatrix<T>) -> Option<W> {
    let (f, m) = (elements.get(1)?, steps.len());
    if m == 0 {
        return None;
    }
    let ridge = T::EPSILON.sqrt() * products.diagonal().iter().chain(steps).copied().sum::<T>();
    let right = DVector::from_fn(m, |i, _| elements[2 * i + 3].inner_product(f));
    let normal = products + DMatrix::identity(m, m) * ridge; // the factorisation reads the lower triangle
    let gamma = normal.cholesky()?.solve(&right);
    let mut mixed = W::clone(elements.last()?);
    for (i, &gamma) in gamma.iter().enumerate() {
        mixed.axpy(-gamma, &elements[2 * i + 4]);
        mixed.axpy(gamma, &elements[2 * i + 2]);
    }
    mixed.is_finite().then_some(mixed)
}
