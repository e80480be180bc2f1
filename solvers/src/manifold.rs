//! Constraint sets on which a block moves, as [`Manifold`](admm::Manifold)s.
//!
//! | Set | Condition | Tangent part of G at X | Nearest point |
//! |---|---|---|---|
//! | [`Stiefel`] | XᵀX = I | G − X sym(XᵀG) | UVᵀ of X = UΣVᵀ |
//! | [`UnitColumns`] | ‖xⱼ‖ = 1 | gⱼ − xⱼ(xⱼᵀgⱼ) | xⱼ/‖xⱼ‖ |
//! | [`Ball`] | ‖xⱼ‖ ≤ r | G | xⱼ·min(1, r/‖xⱼ‖) |

mod ball;
mod stiefel;
mod unit_columns;

pub use ball::Ball;
pub use stiefel::{Retraction, Stiefel};
pub use unit_columns::UnitColumns;

#[cfg(test)]
mod tests {
    use admm::Manifold;
    use nalgebra::DMatrix;

    /// The slope of log error(t) against log t, between t = 2⁻⁷ and 2⁻⁹.
    pub(super) fn order(error: impl Fn(f64) -> f64) -> f64 {
        (error(2.0_f64.powi(-7)) / error(2.0_f64.powi(-9))).log2() / 2.0
    }

    /// R(x, tξ) − x − tξ.
    pub(super) fn remainder(m: &impl Manifold<f64>, x: &DMatrix<f64>, xi: &DMatrix<f64>, t: f64) -> DMatrix<f64> {
        m.retract(x, &(xi * t)).unwrap() - x - xi * t
    }

    /// tangent(tangent(g)) = tangent(g) ⟂ g − tangent(g).
    pub(super) fn assert_projector(m: &impl Manifold<f64>, x: &DMatrix<f64>, g: &DMatrix<f64>) {
        let tangent = m.tangent(x, g);
        assert!((m.tangent(x, &tangent) - &tangent).norm() <= 1e-13 * g.norm());
        assert!(tangent.dot(&(g - &tangent)).abs() <= 1e-13 * g.norm_squared());
    }
}
