//! Penalties and losses that are not convex. Their operators return a global minimiser.
//!
//! Each is a sum of one function φ(|xᵢ|) over the entries, but for [`L1MinusL2`]. Since φ increases, the minimiser has the
//! sign of vᵢ and a magnitude t between 0 and |vᵢ|. So one variable is left, t ↦ φ(t) + ρ/2 (t − |vᵢ|)², and each function
//! knows a few candidates among which its global minimiser is. The best of them is taken.

mod exponential_penalty;
mod geman_mcclure;
mod geman_reynolds;
mod l1_minus_l2;
mod l_half;
mod log_sum;
mod mcp;
mod scad;
mod student_t;
mod truncated_squares;
mod tukey;

pub use exponential_penalty::ExponentialPenalty;
pub use geman_mcclure::GemanMcClure;
pub use geman_reynolds::GemanReynolds;
pub use l_half::LHalf;
pub use l1_minus_l2::L1MinusL2;
pub use log_sum::LogSum;
pub use mcp::Mcp;
pub use scad::Scad;
pub use student_t::StudentT;
pub use truncated_squares::TruncatedSquares;
pub use tukey::Tukey;

use super::entrywise;
use crate::scalar::Scalar;
use admm::Result;
use nalgebra::DMatrix;

/// The most steps of Newton's method for one candidate. It converges quadratically, and where two stationary points meet
/// it halves the distance.
const STEPS: usize = 100;

/// The operator of Σ φ(|xᵢ|), from the candidates for |vᵢ|, all of them points from 0 on: of those with the least value of
/// φ(t) + ρ/2 (t − |vᵢ|)² the first.
fn best<T: Scalar, const N: usize>(
    v: &DMatrix<T>,
    rho: T,
    value: impl Fn(T) -> T,
    candidates: impl Fn(T) -> [T; N],
) -> Result<DMatrix<T>> {
    let half = T::of(0.5);
    entrywise(v, rho, |v| {
        let length = v.abs();
        let cost = |t: T| value(t) + half * rho * (t - length) * (t - length);
        let better = |a: T, b: T| if cost(b) < cost(a) { b } else { a };
        candidates(length).into_iter().reduce(better).unwrap_or(length).copysign(v)
    })
}

/// The operator of Σ φ(|xᵢ|) for a φ with the derivatives φ′ ≥ 0 and φ″, whose φ′ is concave on [0, m] and convex beyond.
///
/// The derivative of the objective is g(t) = φ′(t) + ρ(t − |v|), with g(0) = −ρ|v| or, at a kink, 0 as a candidate, and
/// g(|v|) ≥ 0. It is concave on [0, m]: a tangent is above it, so Newton's method from 0 goes up to the first root, without
/// going too far. It is convex on [m, |v|]: by the same reason Newton's method from |v| goes down to the last root. A
/// local minimiser is a root at which g changes from − to +. A concave function does that at its first root alone, and a
/// convex function at its last one. So there are no others.
fn between<T: Scalar>(
    v: &DMatrix<T>,
    rho: T,
    inflection: T,
    value: impl Fn(T) -> T,
    derivatives: impl Fn(T) -> (T, T),
) -> Result<DMatrix<T>> {
    let newton = |t: T, length: T| {
        let (first, second) = derivatives(t);
        t - (first + rho * (t - length)) / (second + rho).max(T::zero())
    };
    // Up to the inflection, or down to it. Where g falls, the step is infinite, and there is no root.
    let root = |from: T, sign: T, length: T| {
        let (mut t, end) = (from, inflection.min(length));
        for _ in 0..STEPS {
            let step = newton(t, length);
            let next = if sign > T::zero() { step.min(end) } else { step.max(end) };
            if !(step.is_finite() && (next - t) * sign > T::zero()) {
                break;
            }
            t = next;
        }
        t
    };
    best(v, rho, value, |length| [root(T::zero(), T::one(), length), root(length, -T::one(), length)])
}
