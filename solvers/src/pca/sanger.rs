//! G − W upper(WᵀG): components in order.

use crate::scalar::Scalar;
use crate::view::{multiply, transposed_product, view};
use admm::{Direction, Result};
use faer::Accum;
use nalgebra::DMatrix;

/// Sanger's generalised Hebbian algorithm for an estimate G of the Hebbian direction. It is the gradient of nothing.
///
/// - **Formula:** D = G − W upper(WᵀG), where upper keeps the diagonal and what is above it: column j is deflated by
///   itself and the columns before it. G is 2λΣW/tr Σ from [`Hebbian`](super::Hebbian), or an estimate of it.
/// - **Source:** Sanger, "Optimal unsupervised learning in a single-layer linear feedforward neural network" (1989),
///   whose rows are the columns here.
/// - **Step size:** as for [`Oja`](super::Oja).
/// - **Rate:** without noise linear, by 1 − η minⱼ≤ₖ(λⱼ − λⱼ₊₁), in units of G: a gap is needed between all components,
///   and each waits for those before it.
/// - **When:** where each column must be a principal component, not only their span. On orthonormal W the extra part
///   W skew(…) of the direction turns the basis within its span, until WᵀΣW is diagonal.
#[derive(Debug, Clone)]
pub struct Sanger<E>(pub E);

impl<T: Scalar, E: Direction<T>> Direction<T> for Sanger<E> {
    type Memory = E::Memory;

    fn value(&self, w: &DMatrix<T>) -> Result<T> {
        self.0.value(w)
    }
    fn direction(&self, w: &DMatrix<T>, memory: &mut E::Memory) -> Result<DMatrix<T>> {
        let mut direction = self.0.direction(w, memory)?;
        let minus_upper = -transposed_product(w, &direction).upper_triangle();
        multiply(&mut direction, Accum::Add, view(w), view(&minus_upper));
        Ok(direction)
    }
    fn passes(&self) -> f64 {
        self.0.passes()
    }
}
