//! G − W(WᵀW)⁻¹WᵀG: the part of G that turns the span.

use crate::linalg::thin_qr;
use crate::scalar::Scalar;
use crate::view::{multiply, transposed_product, view};
use admm::{Direction, Result};
use faer::Accum;
use nalgebra::DMatrix;

/// The matrix form of Krasulina's rule for an estimate G of the Hebbian direction.
///
/// - **Formula:** D = (I − QQᵀ)G with W = QR, so that QQᵀ = W(WᵀW)⁻¹Wᵀ projects on the span of W; G is 2λΣW/tr Σ from
///   [`Hebbian`](super::Hebbian), or an estimate of it. A sample x contributes (x − QQᵀx)xᵀW: its reconstruction error.
/// - **Source:** Krasulina (1969) for k = 1; Tang, "Exponentially convergent stochastic k-PCA without variance
///   reduction" (2019, algorithm 1).
/// - **Step size:** η ≤ 1/(2λλ₁/tr Σ) where a retraction follows; with a minibatch one of order b/(2λ max ‖x‖²/tr Σ).
/// - **Rate:** by 1 − η(λₖ − λₖ₊₁) in units of G. On data of rank k, and nearly so close to it, also with a constant η
///   and minibatches: the noise is proportional to the reconstruction error (Tang 2019, theorem 1).
/// - **When:** data of low rank, one sample or a minibatch at a time. On orthonormal W it equals [`Oja`](super::Oja);
///   on others it never shrinks WᵀW, so a retraction should follow.
#[derive(Debug, Clone)]
pub struct Krasulina<E>(pub E);

impl<T: Scalar, E: Direction<T>> Direction<T> for Krasulina<E> {
    type Memory = E::Memory;

    fn value(&self, w: &DMatrix<T>) -> Result<T> {
        self.0.value(w)
    }
    fn direction(&self, w: &DMatrix<T>, memory: &mut E::Memory) -> Result<DMatrix<T>> {
        let mut direction = self.0.direction(w, memory)?;
        let (q, _) = thin_qr(w)?;
        let minus_inner = -transposed_product(&q, &direction);
        multiply(&mut direction, Accum::Add, view(&q), view(&minus_inner));
        Ok(direction)
    }
    fn passes(&self) -> f64 {
        self.0.passes()
    }
}
