//! G − WWᵀG: a rule that keeps W orthonormal by itself.

use crate::scalar::Scalar;
use crate::view::{multiply, transposed_product, view};
use admm::{Direction, Result};
use faer::Accum;
use nalgebra::DMatrix;

/// Oja's subspace rule for an estimate G of the Hebbian direction; for k = 1 it is his rule for one neuron.
///
/// - **Formula:** D = (I − WWᵀ)G with G = 2λΣW/tr Σ from [`Hebbian`](super::Hebbian), or an estimate of it from
///   [`Minibatch`](super::Minibatch) or [`VrPca`](super::VrPca). One sample at a time and k = 1 it is the rule
///   w ← w + ηy(x − yw) with y = xᵀw, the first-order part of w ← (w + ηyx)/‖w + ηyx‖.
/// - **Source:** Oja, "A simplified neuron model as a principal component analyzer" (1982, equation 3); Oja, "Neural
///   networks, principal components, and subspaces" (1989).
/// - **Step size:** η < 1/L with L = 2λλ₁/tr Σ and ‖W‖ ≤ 1 at the start, best η = 1/(2L): at 1/L the lengths swing for
///   ever. With noise a decaying one, c/(τ + t). Where a retraction follows, as for [`Hebbian`](super::Hebbian).
/// - **Rate:** without noise linear, by 1 − η(λₖ − λₖ₊₁) for the space and 1 − 2ηλₖ for WᵀW → I, in units of G; with
///   noise and c large enough the mean square of the angle falls as 1/t.
/// - **When:** without a constraint, where a retraction is too dear: W becomes orthonormal, in a basis of the space
///   that the start decides. On orthonormal W it is the Riemannian gradient.
#[derive(Debug, Clone)]
pub struct Oja<E>(pub E);

impl<T: Scalar, E: Direction<T>> Direction<T> for Oja<E> {
    type Memory = E::Memory;

    fn value(&self, w: &DMatrix<T>) -> Result<T> {
        self.0.value(w)
    }
    fn direction(&self, w: &DMatrix<T>, memory: &mut E::Memory) -> Result<DMatrix<T>> {
        let mut direction = self.0.direction(w, memory)?;
        let minus_inner = -transposed_product(w, &direction);
        multiply(&mut direction, Accum::Add, view(w), view(&minus_inner));
        Ok(direction)
    }
    fn passes(&self) -> f64 {
        self.0.passes()
    }
}
