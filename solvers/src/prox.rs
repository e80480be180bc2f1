//! Functions with a known proximal operator prox(v, ρ) = argmin f(x) + ρ/2 ‖x − v‖², as [`Prox`](admm::Prox)s.
//!
//! | Kind | Functions |
//! |---|---|
//! | norms, penalties and barriers | [`L0`], [`L1`], [`L2`], [`SquaredL2`], [`LInfinity`], [`ElasticNet`], [`NegativeLog`] |
//! | functions of the spectrum | [`SingularValues`], [`Eigenvalues`] |
//! | losses of residuals | [`Huber`], [`Quantile`] |
//! | losses of scores | [`Hinge`], [`SquaredHinge`] and [`Logistic`], with the classes by [`Margins`]; [`CrossEntropy`] |
//! | quadratic functions | [`Quadratic`], [`LeastSquares`] |
//! | indicators of sets | [`Affine`], [`Halfspace`], [`Simplex`], [`L0Ball`], [`L1Ball`], [`SecondOrderCone`], [`Singleton`], and [`Indicator`] of any set with a projection |
//! | calculus | [`Scaled`], [`Translated`], [`Tilted`], [`Precomposed`], [`Separable`], [`Columnwise`], [`Conjugate`], [`MoreauEnvelope`] |
//!
//! [`Exact`](admm::Exact) makes a block of any of them.

mod affine;
mod columnwise;
mod conjugate;
mod cross_entropy;
mod elastic_net;
mod halfspace;
mod hinge;
mod huber;
mod indicator;
mod l0;
mod l0_ball;
mod l1;
mod l1_ball;
mod l2;
mod l_infinity;
mod least_squares;
mod logistic;
mod margins;
mod moreau_envelope;
mod negative_log;
mod precomposed;
mod quadratic;
mod quantile;
mod scaled;
mod second_order_cone;
mod separable;
mod shifted;
mod simplex;
mod singleton;
mod spectral;
mod squared_hinge;
mod squared_l2;
mod tilted;
mod translated;

pub use affine::Affine;
pub use columnwise::Columnwise;
pub use conjugate::Conjugate;
pub use cross_entropy::CrossEntropy;
pub use elastic_net::ElasticNet;
pub use halfspace::Halfspace;
pub use hinge::Hinge;
pub use huber::Huber;
pub use indicator::Indicator;
pub use l_infinity::LInfinity;
pub use l0::L0;
pub use l0_ball::L0Ball;
pub use l1::L1;
pub use l1_ball::L1Ball;
pub use l2::L2;
pub use least_squares::LeastSquares;
pub use logistic::Logistic;
pub use margins::Margins;
pub use moreau_envelope::MoreauEnvelope;
pub use negative_log::NegativeLog;
pub use precomposed::Precomposed;
pub use quadratic::Quadratic;
pub use quantile::Quantile;
pub use scaled::Scaled;
pub use second_order_cone::SecondOrderCone;
pub use separable::Separable;
pub(crate) use shifted::Shifted;
pub use simplex::Simplex;
pub use singleton::Singleton;
pub use spectral::{Eigenvalues, SingularValues};
pub use squared_hinge::SquaredHinge;
pub use squared_l2::SquaredL2;
pub use tilted::Tilted;
pub use translated::Translated;

use crate::linalg;
use crate::scalar::{Scalar, norm};
use admm::{Error, Result};
use nalgebra::DMatrix;

/// Checks that a target is finite and not empty, and that ρ is above 0.
fn check<T: Scalar>(v: &DMatrix<T>, rho: T) -> Result<()> {
    positive::<T>(rho.to_f64(), "rho")?;
    linalg::check(v, "the target of a proximal operator")
}

/// A parameter as a number of the type T, if it is finite and above 0.
fn positive<T: Scalar>(value: f64, name: &'static str) -> Result<T> {
    let number = T::of(value);
    if number > T::zero() && number.is_finite() {
        return Ok(number);
    }
    Err(Error::parameter(name, format!("must be positive and finite, got {value}")))
}

/// The operator of a sum over entries, from that of one entry.
fn entrywise<T: Scalar>(v: &DMatrix<T>, rho: T, prox: impl FnMut(T) -> T) -> Result<DMatrix<T>> {
    check(v, rho)?;
    Ok(v.map(prox))
}

/// sign(v)·max(|v| − threshold, 0).
fn shrunk<T: Scalar>(v: T, threshold: T) -> T {
    (v - threshold).max(T::zero()) + (v + threshold).min(T::zero())
}

/// 0 where x is its own nearest point in a set, up to rounding, and ∞ elsewhere.
fn indicator<T: Scalar>(x: &DMatrix<T>, nearest: Result<DMatrix<T>>) -> T {
    let room = T::of(256.0) * T::EPSILON * norm(x.as_slice());
    let inside = nearest.is_ok_and(|nearest| norm((x - nearest).as_slice()) <= room);
    if inside { T::zero() } else { T::of(f64::INFINITY) }
}
