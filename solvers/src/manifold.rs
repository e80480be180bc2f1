//! Constraint sets on which a block moves, as [`Manifold`](admm::Manifold)s.
//!
//! | Set | Condition | Tangent part of G at X | Nearest point | Retraction of a step ξ |
//! |---|---|---|---|---|
//! | [`Stiefel`] | XᵀX = I | G − X sym(XᵀG) | UVᵀ of X = UΣVᵀ | QR, polar, Cayley, exponential |
//! | [`Grassmann`] | XᵀX = I, for the span alone | G − X(XᵀG) | UVᵀ of X = UΣVᵀ | the same |
//! | [`UnitColumns`] | ‖xⱼ‖ = 1 | gⱼ − xⱼ(xⱼᵀgⱼ) | xⱼ/‖xⱼ‖ | nearest to X + ξ |
//! | [`GreatCircles`] | ‖xⱼ‖ = 1 | gⱼ − xⱼ(xⱼᵀgⱼ) | xⱼ/‖xⱼ‖ | exponential |
//! | [`NonNegativeUnitColumns`] | xᵢⱼ ≥ 0, ‖xⱼ‖ = 1 | G; where −G leaves the set, less | xⱼ₊/‖xⱼ₊‖ | nearest to X + ξ |
//! | [`Ball`] | ‖xⱼ‖ ≤ r | G; where −G leaves the set, less | xⱼ·min(1, r/‖xⱼ‖) | nearest to X + ξ |
//! | [`Bounds`] | lᵢⱼ ≤ xᵢⱼ ≤ uᵢⱼ | G; where −G leaves the set, less | min(u, max(l, xᵢⱼ)) | nearest to X + ξ |
//! | [`Whole`] | of all entries as one column | as for the column | as for the column | as for the column |
//! | [`Product`] | of groups of columns, one each | part by part | part by part | part by part |
//!
//! [`Flat`](admm::Flat) is no constraint. `Whole(UnitColumns)` is the sphere ‖X‖ = 1 and `Whole(Ball { radius })` the
//! ball ‖X‖ ≤ r. The constraint as a penalty is [`Ridge`](crate::smooth::Ridge), by substitution
//! [`Normalised`](crate::smooth::Normalised).
//!
//! The sets with inequalities have a boundary, where the tangent part is a projection on a cone, which is not linear:
//! move on them with [`Gradient`](admm::Gradient), as the memory of [`Lbfgs`](crate::descent::Lbfgs) is carried along
//! tangent spaces.
//!
//! Drift off a set is measured by `residual` and repaired by `project`. Steps of any size land on the set, and where
//! the nearest point is not unique, as where X lacks rank, one of them is taken, always the same.

mod ball;
mod bounds;
mod geodesic;
mod grassmann;
mod great_circles;
mod non_negative;
mod product;
mod rotation;
mod stiefel;
mod unit_columns;
mod whole;

pub use ball::Ball;
pub use bounds::{Bound, Bounds};
pub use grassmann::Grassmann;
pub use great_circles::GreatCircles;
pub use non_negative::NonNegativeUnitColumns;
pub use product::Product;
pub use stiefel::{Retraction, Stiefel};
pub use unit_columns::UnitColumns;
pub use whole::Whole;

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
