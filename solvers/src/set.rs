//! Constraint sets on which a block moves, as [`ConstraintSet`](admm::ConstraintSet)s.
//!
//! | Set | Condition | Tangent projection of G at X | Projection | Retraction of a step ξ |
//! |---|---|---|---|---|
//! | **Smooth manifolds** | | | | |
//! | [`Stiefel`] | XᵀX = I | G − X sym(XᵀG) | UVᵀ of X = UΣVᵀ | QR, polar, Cayley, exponential |
//! | [`Grassmann`] | XᵀX = I, for the span alone | G − X(XᵀG) | UVᵀ of X = UΣVᵀ | the same |
//! | [`UnitColumns`] | ‖xⱼ‖ = 1 | gⱼ − xⱼ(xⱼᵀgⱼ) | xⱼ/‖xⱼ‖ | projection of X + ξ |
//! | [`GreatCircles`] | ‖xⱼ‖ = 1 | gⱼ − xⱼ(xⱼᵀgⱼ) | xⱼ/‖xⱼ‖ | exponential |
//! | [`GeneralizedStiefel`] | XᵀMX = I | G − MXS, S from a Lyapunov equation | by descent | M^{−½}·polar of M^{½}(X + ξ) |
//! | [`PartlyFixedStiefel`] | XᵀX = I, X = [C Y] | 0 for C, that of Stiefel for Y | C and UVᵀ of Y without CCᵀY | as Stiefel |
//! | [`SpecialOrthogonal`] | XᵀX = I, det X = 1 | G − X sym(XᵀG) | UVᵀ, a sign turned where det UVᵀ < 0 | as Stiefel |
//! | [`FixedRank`] | rank X = r | G − (I − UUᵀ)G(I − VVᵀ) | U₁Σ₁V₁ᵀ, the r largest | projection of X + ξ |
//! | [`PositiveDefinite`] | X = Xᵀ ≻ 0 | sym(G) | λ raised above 0 | X + ξ + ½ξX⁻¹ξ |
//! | [`Multinomial`] | xᵢⱼ > 0, Σᵢxᵢⱼ = 1 | gⱼ − mean(gⱼ)·1 | xⱼ − τ raised above 0 | xⱼ ∘ exp(ξⱼ/xⱼ) over its sum |
//! | **Convex sets** | | | | |
//! | [`Ball`] | ‖xⱼ‖ ≤ r | G; where −G leaves the set, less | xⱼ·min(1, r/‖xⱼ‖) | projection of X + ξ |
//! | [`Bounds`] | lᵢⱼ ≤ xᵢⱼ ≤ uᵢⱼ | G; where −G leaves the set, less | min(u, max(l, xᵢⱼ)) | projection of X + ξ |
//! | **Neither** | | | | |
//! | [`NonNegativeUnitColumns`] | xᵢⱼ ≥ 0, ‖xⱼ‖ = 1 | G; where −G leaves the set, less | xⱼ₊/‖xⱼ₊‖ | projection of X + ξ |
//! | **As their parts** | | | | |
//! | [`Whole`] | of all entries as one column | as for the column | as for the column | as for the column |
//! | [`Product`] | of groups of columns, one each | part by part | part by part | part by part |
//!
//! [`Flat`](admm::Flat) is no constraint. `Whole(UnitColumns)` is the sphere ‖X‖ = 1 and `Whole(Ball { radius })` the
//! ball ‖X‖ ≤ r. [`Ridge`](crate::smooth::Ridge) replaces a constraint by a penalty, and
//! [`Normalised`](crate::smooth::Normalised) by a substitution.
//!
//! [`Gradient`](admm::Gradient) and [`ScheduledSteps`](admm::ScheduledSteps) move on every set.
//! [`Lbfgs`](crate::descent::Lbfgs) carries its memory along tangent spaces, and returns an error on a set with a
//! boundary, where they are cones.
//!
//! `residual` measures drift off a set, and `project` repairs it. Steps of any size land on the set. If the nearest
//! point is not unique, for example if X lacks rank, `project` always takes the same one.

mod ball;
mod bounds;
mod fixed_rank;
mod generalized_stiefel;
mod geodesic;
mod grassmann;
mod great_circles;
mod multinomial;
mod non_negative;
mod partly_fixed_stiefel;
mod positive_definite;
mod product;
mod rotation;
mod special_orthogonal;
mod stiefel;
mod unit_columns;
mod whole;

pub use ball::Ball;
pub use bounds::{Bound, Bounds};
pub use fixed_rank::FixedRank;
pub use generalized_stiefel::GeneralizedStiefel;
pub use grassmann::Grassmann;
pub use great_circles::GreatCircles;
pub use multinomial::Multinomial;
pub use non_negative::NonNegativeUnitColumns;
pub use partly_fixed_stiefel::PartlyFixedStiefel;
pub use positive_definite::PositiveDefinite;
pub use product::Product;
pub use special_orthogonal::SpecialOrthogonal;
pub use stiefel::{Retraction, Stiefel};
pub use unit_columns::UnitColumns;
pub use whole::Whole;

use crate::scalar::Scalar;
use admm::{Error, Result};
use nalgebra::DMatrix;

/// Checks that a step or a gradient has the size of the point x.
fn check_alike<T: Scalar>(x: &DMatrix<T>, vector: &DMatrix<T>) -> Result<()> {
    Error::check_size("a step or a gradient", x.shape(), vector.shape())
}

#[cfg(test)]
mod tests {
    use admm::ConstraintSet;
    use nalgebra::DMatrix;

    /// The slope of log error(t) against log t, between t = 2⁻⁷ and 2⁻⁹.
    pub(super) fn order(error: impl Fn(f64) -> f64) -> f64 {
        (error(2.0_f64.powi(-7)) / error(2.0_f64.powi(-9))).log2() / 2.0
    }

    /// R(x, tξ) − x − tξ.
    pub(super) fn remainder(m: &impl ConstraintSet<f64>, x: &DMatrix<f64>, xi: &DMatrix<f64>, t: f64) -> DMatrix<f64> {
        m.retract(x, &(xi * t)).unwrap() - x - xi * t
    }

    /// tangent(tangent(g)) = tangent(g) ⟂ g − tangent(g).
    pub(super) fn assert_projector(m: &impl ConstraintSet<f64>, x: &DMatrix<f64>, g: &DMatrix<f64>) {
        let tangent = m.tangent(x, g).unwrap();
        assert!((m.tangent(x, &tangent).unwrap() - &tangent).norm() <= 1e-13 * g.norm());
        assert!(tangent.dot(&(g - &tangent)).abs() <= 1e-13 * g.norm_squared());
    }
}
