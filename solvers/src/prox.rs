//! Functions with a known proximal operator prox(v, ρ) = argmin f(x) + ρ/2 ‖x − v‖², as [`Prox`]s.
//!
//! | Kind | Functions |
//! |---|---|
//! | norms, penalties and barriers | [`L0`], [`L1`], [`L2`], [`SquaredL2`], [`CubedL2`], [`LInfinity`], [`ElasticNet`], [`L1PlusL2`], [`KyFan`], [`SumLargest`], [`TotalVariation`], [`NegativeLog`], [`Entropy`] |
//! | penalties that are not convex | [`Scad`], [`Mcp`], [`LHalf`], [`LogSum`], [`L1MinusL2`], [`GemanReynolds`], [`ExponentialPenalty`] |
//! | functions of the spectrum | [`SingularValues`], [`Eigenvalues`] |
//! | losses of residuals | [`Huber`], [`Quantile`]; not convex: [`StudentT`], [`Tukey`], [`GemanMcClure`], [`TruncatedSquares`] |
//! | losses of scores | [`Hinge`], [`SquaredHinge`] and [`Logistic`], with the classes by [`Margins`]; [`CrossEntropy`]; [`Poisson`] |
//! | losses of probabilities and rates | [`BinaryCrossEntropy`], [`KullbackLeibler`] |
//! | quadratic functions | [`Quadratic`], [`LeastSquares`] |
//! | indicators of sets | [`Affine`], [`Halfspace`], [`Hyperslab`], [`Polyhedron`], [`Simplex`], [`L0Ball`], [`L1Ball`], [`Binary`], [`Singleton`], and [`Indicator`] of any set with a projection |
//! | indicators of cones | [`SecondOrderCone`], [`RotatedSecondOrderCone`], [`ExponentialCone`], [`DualExponentialCone`] |
//! | calculus | [`Scaled`], [`Translated`], [`Stretched`], [`Tilted`], [`Regularised`], [`Precomposed`], [`Epicomposed`], [`Reshaped`], [`Conjugate`], [`MoreauEnvelope`], [`Distance`] |
//! | several functions | [`Separable`], [`Columnwise`] and [`Sliced`] side by side; [`Sum`], [`PointwiseMinimum`] |
//!
//! [`Exact`](admm::Exact) makes a block of any of them.
//!
//! At an x of a size that a function does not take, `prox` reports [`Error::Size`]. The value is then not a number, and
//! that of an indicator is ∞.

mod affine;
mod binary;
mod binary_cross_entropy;
mod columnwise;
mod conjugate;
mod cross_entropy;
mod cubed_l2;
mod distance;
mod elastic_net;
mod entropy;
mod epicomposed;
mod exponential_cone;
mod halfspace;
mod hinge;
mod huber;
mod hyperslab;
mod indicator;
mod kullback_leibler;
mod ky_fan;
mod l0;
mod l0_ball;
mod l1;
mod l1_ball;
mod l1_plus_l2;
mod l2;
mod l_infinity;
mod least_squares;
mod logistic;
mod margins;
mod moreau_envelope;
mod negative_log;
mod nonconvex;
mod parts;
mod pointwise_minimum;
mod poisson;
mod polyhedron;
mod precomposed;
mod quadratic;
mod quantile;
mod regularised;
mod reshaped;
mod rotated_second_order_cone;
mod scaled;
mod second_order_cone;
mod separable;
mod shifted;
mod simplex;
mod singleton;
mod sliced;
mod spectral;
mod squared_hinge;
mod squared_l2;
mod stretched;
mod sum;
mod sum_largest;
mod tilted;
mod total_variation;
mod translated;

pub use affine::Affine;
pub use binary::Binary;
pub use binary_cross_entropy::BinaryCrossEntropy;
pub use columnwise::Columnwise;
pub use conjugate::Conjugate;
pub use cross_entropy::CrossEntropy;
pub use cubed_l2::CubedL2;
pub use distance::Distance;
pub use elastic_net::ElasticNet;
pub use entropy::Entropy;
pub use epicomposed::Epicomposed;
pub use exponential_cone::{DualExponentialCone, ExponentialCone};
pub use halfspace::Halfspace;
pub use hinge::Hinge;
pub use huber::Huber;
pub use hyperslab::Hyperslab;
pub use indicator::Indicator;
pub use kullback_leibler::KullbackLeibler;
pub use ky_fan::KyFan;
pub use l_infinity::LInfinity;
pub use l0::L0;
pub use l0_ball::L0Ball;
pub use l1::L1;
pub use l1_ball::L1Ball;
pub use l1_plus_l2::L1PlusL2;
pub use l2::L2;
pub use least_squares::LeastSquares;
pub use logistic::Logistic;
pub use margins::Margins;
pub use moreau_envelope::MoreauEnvelope;
pub use negative_log::NegativeLog;
pub use nonconvex::{
    ExponentialPenalty, GemanMcClure, GemanReynolds, L1MinusL2, LHalf, LogSum, Mcp, Scad, StudentT, TruncatedSquares,
    Tukey,
};
pub use parts::Slice;
pub use pointwise_minimum::PointwiseMinimum;
pub use poisson::Poisson;
pub use polyhedron::Polyhedron;
pub use precomposed::Precomposed;
pub use quadratic::Quadratic;
pub use quantile::Quantile;
pub use regularised::Regularised;
pub use reshaped::Reshaped;
pub use rotated_second_order_cone::RotatedSecondOrderCone;
pub use scaled::Scaled;
pub use second_order_cone::SecondOrderCone;
pub use separable::Separable;
pub(crate) use shifted::Shifted;
pub use simplex::Simplex;
pub(crate) use simplex::waterline;
pub use singleton::Singleton;
pub use sliced::Sliced;
pub use spectral::{Eigenvalues, SingularValues};
pub use squared_hinge::SquaredHinge;
pub use squared_l2::SquaredL2;
pub use stretched::Stretched;
pub use sum::Sum;
pub use sum_largest::SumLargest;
pub use tilted::Tilted;
pub use total_variation::TotalVariation;
pub use translated::Translated;

use crate::linalg;
use crate::scalar::{Scalar, norm};
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// The most steps to a root: enough to halve a bracket down to any number.
const ROOT_STEPS: usize = 3000;

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

/// A parameter as a number of the type T, if it is finite and not below 0.
fn not_negative<T: Scalar>(value: f64, name: &'static str) -> Result<T> {
    let number = T::of(value);
    if number >= T::zero() && number.is_finite() {
        return Ok(number);
    }
    Err(Error::parameter(name, format!("must be finite and not negative, got {value}")))
}

/// Checks that a number of entries is above 0.
fn counted(count: usize) -> Result<()> {
    if count > 0 { Ok(()) } else { Err(Error::parameter("count", "must be 1 or more")) }
}

/// The value at an x of the size that f takes, and NaN at another one: `value` has no error to report.
fn sized<T: Scalar>(x: &DMatrix<T>, size: (usize, usize), value: impl FnOnce() -> T) -> T {
    if x.shape() == size { value() } else { T::of(f64::NAN) }
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

/// The positive root of x² − vx − (w/2)², ½(v + √(v² + w²)), for a width w > 0. Below 0 it is written as a quotient, where
/// the sum would cancel.
fn barrier_root<T: Scalar>(v: T, width: T) -> T {
    let (half, root) = (T::of(0.5), v.hypot(width));
    if v > T::zero() { half * (v + root) } else { half * width * (width / (root - v)) }
}

/// The root of an increasing function, which is below 0 at `low` and above 0 at `high`, from its value and its slope.
///
/// Newton's method, and bisection where its step leaves the bracket or is longer than half of the last one (Press,
/// Teukolsky, Vetterling and Flannery, "Numerical Recipes", 2007, §9.4). A value that is not a number counts as above 0.
fn increasing_root<T: Scalar>(mut low: T, mut high: T, f: impl Fn(T) -> (T, T)) -> T {
    let half = T::of(0.5);
    let (mut x, mut last) = (low + (high - low) * half, high - low);
    for _ in 0..ROOT_STEPS {
        let (value, slope) = f(x);
        if value < T::zero() {
            low = x
        } else {
            high = x
        }
        let newton = x - value / slope;
        let near = newton > low && newton < high && (newton - x).abs() <= half * last;
        let next = if near || newton == x { newton } else { low + (high - low) * half };
        if next == x || !(next > low && next < high) {
            break;
        }
        (last, x) = ((next - x).abs(), next);
    }
    x
}

/// f(x) for an x that a wrapper has computed, of numbers of the given size. If f is ∞ there, it is the value at a point
/// that rounding cannot tell from x.
fn value_near<T: Scalar>(f: &impl Prox<T>, x: &DMatrix<T>, size: T) -> T {
    value_within(f, x, T::of(256.0) * T::EPSILON * size)
}

/// f(x), or if that is ∞ the value at a point no farther away than the room: the proximal operator with a large ρ finds
/// it.
fn value_within<T: Scalar>(f: &(impl Prox<T> + ?Sized), x: &DMatrix<T>, room: T) -> T {
    let value = f.value(x);
    if value.is_finite() {
        return value;
    }
    let nearest = f.prox(x, T::EPSILON.recip()).ok().filter(|near| norm((x - near).as_slice()) <= room);
    nearest.map_or(value, |near| f.value(&near))
}

/// The nearest point of the nearest point, and so on until it stays: where v is long and x is short, rounding has left a
/// part of v in the first one.
fn settled<T: Scalar>(v: &DMatrix<T>, nearest: impl Fn(&DMatrix<T>) -> Result<DMatrix<T>>) -> Result<DMatrix<T>> {
    let mut x = nearest(v)?;
    // A time brings v down by a factor of ε or so.
    for _ in 0..30 {
        let next = nearest(&x)?;
        let moved = norm((&next - &x).as_slice());
        x = next;
        if moved <= T::of(16.0) * T::EPSILON * norm(x.as_slice()) {
            break;
        }
    }
    Ok(x)
}

/// 0 where x is its own nearest point in a set, up to rounding, and ∞ elsewhere.
fn indicator<T: Scalar>(x: &DMatrix<T>, nearest: Result<DMatrix<T>>) -> T {
    let room = T::of(256.0) * T::EPSILON * norm(x.as_slice());
    let inside = nearest.is_ok_and(|nearest| norm((x - nearest).as_slice()) <= room);
    if inside { T::zero() } else { T::of(f64::INFINITY) }
}

/// The support function of the whole space, for functions that are finite everywhere.
fn everywhere<T: Scalar>(y: &DMatrix<T>) -> Option<Support<T>> {
    Some(Support::everywhere(norm(y.as_slice())))
}

/// The support function of a bounded set.
fn bounded<T: Scalar>(value: T) -> Option<Support<T>> {
    Some(Support { value, violation: T::zero() })
}

/// The recession function of a function without a direction in which one can go on for ever.
fn nowhere<T: Scalar>(by: &DMatrix<T>) -> Option<Recession<T>> {
    Some(Recession::nowhere(norm(by.as_slice())))
}

/// A recession function that is finite everywhere.
fn along<T: Scalar>(by: &DMatrix<T>, value: T) -> Option<Recession<T>> {
    Some(Recession { value, violation: T::zero(), length: norm(by.as_slice()) })
}

/// The indicator of a recession cone, for a move with this part outside of it.
fn within<T: Scalar>(by: &DMatrix<T>, outside: DMatrix<T>) -> Option<Recession<T>> {
    Some(Recession { value: T::zero(), violation: norm(outside.as_slice()), length: norm(by.as_slice()) })
}

/// The negative entries of x, and 0 in the place of others.
fn negative_part<T: Scalar>(x: &DMatrix<T>) -> DMatrix<T> {
    x.map(|entry| entry.min(T::zero()))
}

/// The norm of the longest column of a matrix, a lower bound of its largest singular value, and 1 for a zero matrix.
fn scale_of<T: Scalar>(matrix: &DMatrix<T>) -> T {
    let longest = matrix.column_iter().map(|column| norm(column.as_slice())).fold(T::zero(), |a, b| a.max(b));
    if longest > T::zero() { longest } else { T::one() }
}
