//! A quadratic, convex or not, minimised globally over a sphere or a ball: the trust-region subproblem.
//!
//! With A = V diag(λ) Vᵀ, the function
//!
//! ```text
//! q(w) = ρ/2 ‖w‖² − ½ wᵀAw − ρ cᵀw
//! ```
//!
//! has a global minimiser w by these conditions (Moré and Sorensen, "Computing a trust region step", 1983, lemmas 2.1
//! and 2.3):
//!
//! - Over the sphere ‖w‖ = r: some μ ≥ λ₁ satisfies (μI − A)w = ρc and ‖w‖ = r.
//! - Over the ball ‖w‖ ≤ r: the same with μ ≥ ρ; or ρI − A ⪰ 0, (ρI − A)w = ρc and ‖w‖ ≤ r.
//!
//! In the coordinates y = Vᵀw/r and b = ρVᵀc/r, with s = μ − λ₁ ≥ 0 as the unknown, this is
//!
//! ```text
//! yᵢ = bᵢ / (s + λ₁ − λᵢ)   and   ‖y(s)‖ = 1,
//! ```
//!
//! where no digit of s is lost near the pole at s = 0.
//!
//! If b has no part in the leading eigenspace and ‖y(0)‖ < 1, no s solves this: the "hard case". Then s = 0, and a
//! multiple of the first leading eigenvector is added to y, so that ‖y‖ = 1. The multiple has the sign of the
//! eigenvector's coefficient in c, and is positive if this coefficient is 0.

use crate::scalar::{Scalar, binade, largest, norm, set_length};
use crate::view::{product, transposed_product};
use admm::{Error, Result};
use nalgebra::{DMatrix, DVector};

/// The most steps of the root finder. Newton's method takes fewer than ten, and bisection in the exponent about seventy.
const LIMIT: usize = 200;

/// argmin q(w) over ‖w‖ = 1, globally, for A (d×d) given by all its eigenvalues λ and eigenvectors V (d×d), in any
/// order; c has d entries, and ρ > 0. On the sphere ρ only weighs c.
///
/// See the [module](self) for q and for what decides between equal minimisers.
///
/// # Errors
/// [`Error::Size`] for sizes that do not fit, [`Error::NotFinite`] for an entry that is not finite,
/// [`Error::Parameters`] for a penalty that is not above 0, [`Error::Numerical`] for d = 0.
pub fn minimise_on_sphere<T: Scalar>(values: &[T], vectors: &DMatrix<T>, c: &[T], rho: T) -> Result<DVector<T>> {
    let problem = Problem::new(values, vectors, c, rho)?;
    Ok(problem.on_sphere(T::one()))
}

/// argmin q(w) over ‖w‖ ≤ r, globally; for the rest see [`minimise_on_sphere`].
///
/// # Errors
/// Those of [`minimise_on_sphere`], and [`Error::Parameters`] for a radius that is not above 0.
pub fn minimise_in_ball<T: Scalar>(
    values: &[T],
    vectors: &DMatrix<T>,
    c: &[T],
    rho: T,
    radius: T,
) -> Result<DVector<T>> {
    let problem = Problem::new(values, vectors, c, rho)?;
    check_positive("radius", radius)?;
    Ok(problem.inside(radius).unwrap_or_else(|| problem.on_sphere(radius)))
}

/// The data in the eigenbasis.
struct Problem<'a, T: Scalar> {
    vectors: &'a DMatrix<T>,
    /// The gaps λ₁ − λᵢ ≥ 0.
    gaps: Vec<T>,
    /// The margin ρ − λ₁.
    margin: T,
    /// The coefficients Vᵀc / scale.
    c: Vec<T>,
    scale: T,
    rho: T,
}

impl<'a, T: Scalar> Problem<'a, T> {
    fn new(values: &[T], vectors: &'a DMatrix<T>, c: &[T], rho: T) -> Result<Self> {
        check_positive("rho", rho)?;
        let d = values.len();
        Error::check_size("the eigenvectors", (d, d), vectors.shape())?;
        Error::check_size("the linear term", (d, 1), (c.len(), 1))?;
        let top = *values.iter().reduce(|a, b| if b > a { b } else { a }).ok_or_else(empty)?;
        let gaps: Vec<T> = values.iter().map(|&value| top - value).collect();
        for (name, entries) in [("an eigenvalue", &gaps[..]), ("an eigenvector", vectors.as_slice()), ("c", c)] {
            if !entries.iter().all(|entry| entry.is_finite()) {
                return Err(Error::not_finite(name));
            }
        }
        let scale = binade(largest(c));
        let unit = DMatrix::from_iterator(d, 1, c.iter().map(|&entry| entry / scale));
        let c = transposed_product(vectors, &unit).as_slice().to_vec();
        Ok(Self { vectors, gaps, margin: rho - top, c, scale, rho })
    }

    /// The minimiser over all of space, (ρI − A)⁻¹ρc, if there is one and its norm is at most r.
    fn inside(&self, radius: T) -> Option<DVector<T>> {
        if self.margin <= T::zero() {
            return None;
        }
        let weighted = self.gaps.iter().zip(&self.c).map(|(&gap, &c)| c * (self.rho / (self.margin + gap)));
        let y: Vec<T> = weighted.collect();
        let fits = norm(&y) <= radius / self.scale;
        fits.then(|| self.in_space(y) * self.scale)
    }

    fn on_sphere(&self, radius: T) -> DVector<T> {
        let (gaps, weight) = self.balanced(radius);
        let b: Vec<T> = self.c.iter().map(|&c| c * weight).collect();
        let mut w = self.in_space(self.unit_minimiser(&gaps, &b));
        set_length(w.as_mut_slice(), radius);
        w
    }

    /// (λ₁ − λᵢ)/δ and the factor that makes b/δ of Vᵀc/scale, with δ > 0 such that the larger of the two has size one.
    fn balanced(&self, radius: T) -> (Vec<T>, T) {
        let (gap, weight) = (largest(&self.gaps), self.rho * (self.scale / radius));
        if weight < gap {
            return (self.gaps.iter().map(|&g| g / gap).collect(), weight / gap);
        }
        let safe = if weight > T::zero() { weight } else { T::one() };
        (self.gaps.iter().map(|&g| g / safe).collect(), T::one())
    }

    /// y of length one with yᵢ = bᵢ/(s + gapᵢ), or the hard case. The length at s = 0 is infinite or NaN at a pole.
    fn unit_minimiser(&self, gaps: &[T], b: &[T]) -> Vec<T> {
        let mut y = at(gaps, b, T::zero());
        let length = norm(&y);
        if length <= T::one() {
            let leading = gaps.iter().position(|&gap| gap == T::zero()).unwrap_or(0);
            let missing = ((T::one() - length) * (T::one() + length)).sqrt();
            y[leading] = if self.c[leading] < T::zero() { -missing } else { missing };
            return y;
        }
        at(gaps, b, root(gaps, b))
    }

    /// Returns Vy, the point with the coordinates y.
    fn in_space(&self, y: Vec<T>) -> DVector<T> {
        let w = product(self.vectors, &DMatrix::from_vec(self.gaps.len(), 1, y));
        DVector::from_column_slice(w.as_slice())
    }
}

/// Returns y(s), where 0/0 counts as 0.
fn at<T: Scalar>(gaps: &[T], b: &[T], s: T) -> Vec<T> {
    gaps.iter().zip(b).map(|(&gap, &b)| if b == T::zero() { b } else { b / (s + gap) }).collect()
}

/// Returns the s > 0 with ‖y(s)‖ = 1, which exists and is unique if ‖y(0)‖ > 1. The method is Newton's on 1/‖y(s)‖,
/// which is concave (Conn, Gould and Toint, "Trust-Region Methods", 2000, §7.3.3). A bracket holds it, and bisection
/// shrinks the bracket where a Newton step would leave it.
fn root<T: Scalar>(gaps: &[T], b: &[T]) -> T {
    let larger = |a: T, b: T| if b > a { b } else { a };
    let mut low = gaps.iter().zip(b).fold(T::zero(), |low, (&gap, b)| larger(low, b.abs() - gap));
    let mut high = norm(b);
    let mut s = low;
    for _ in 0..LIMIT {
        let y = at(gaps, b, s);
        let excess = norm(&y) - T::one();
        if excess > T::zero() {
            low = larger(low, s);
        } else {
            high = s;
        }
        let next = s + excess * stride(gaps, &y, s);
        if (next - s).abs() <= T::EPSILON * s || high - low <= T::EPSILON * high {
            break;
        }
        s = if next > low && next < high { next } else { between(low, high) };
    }
    s
}

/// ‖y‖² / Σ yᵢ²/(s + gapᵢ), Newton's step for an excess of one.
fn stride<T: Scalar>(gaps: &[T], y: &[T], s: T) -> T {
    let largest = largest(y);
    let (mut square, mut weighted) = (T::zero(), T::zero());
    for (&gap, &y) in gaps.iter().zip(y).filter(|(_, y)| **y != T::zero()) {
        let share = (y / largest) * (y / largest);
        square += share;
        weighted += share / (s + gap);
    }
    square / weighted
}

/// The middle of a bracket: of its exponents where both ends are positive.
fn between<T: Scalar>(low: T, high: T) -> T {
    if low > T::zero() { low.sqrt() * high.sqrt() } else { high * T::of(0.5) }
}

fn check_positive<T: Scalar>(name: &'static str, value: T) -> Result<()> {
    if value > T::zero() && value.is_finite() {
        return Ok(());
    }
    Err(Error::parameter(name, format!("must be positive and finite, got {value}")))
}

fn empty() -> Error {
    Error::numerical("a quadratic in no variables", "has no minimiser")
}

#[cfg(test)]
mod tests;
