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
mod tests {
    use super::*;
    use crate::linalg::{scattered, symmetric_eigen};
    use proptest::prelude::*;

    /// A quadratic with its eigenvectors, made from its coordinates in their basis.
    struct Quadratic {
        a: DMatrix<f64>,
        values: Vec<f64>,
        vectors: DMatrix<f64>,
        c: DVector<f64>,
        rho: f64,
    }

    impl Quadratic {
        fn new(values: &[f64], coordinates: &[f64], rho: f64, vectors: DMatrix<f64>) -> Self {
            let a = &vectors * DMatrix::from_diagonal(&DVector::from_column_slice(values)) * vectors.transpose();
            let c = &vectors * DVector::from_column_slice(coordinates);
            Self { a, values: values.to_vec(), vectors, c, rho }
        }

        fn random(d: usize, rho: f64, seed: u64) -> Self {
            let a = scattered::<f64>(d, d, seed);
            let (values, vectors) = symmetric_eigen(&(&a + a.transpose())).unwrap();
            Self::new(values.as_slice(), scattered::<f64>(d, 1, !seed).as_slice(), rho, vectors)
        }

        fn q(&self, w: &DVector<f64>) -> f64 {
            self.rho / 2.0 * w.norm_squared() - w.dot(&(&self.a * w)) / 2.0 - self.rho * self.c.dot(w)
        }

        fn on_sphere(&self) -> DVector<f64> {
            minimise_on_sphere(&self.values, &self.vectors, self.c.as_slice(), self.rho).unwrap()
        }

        fn in_ball(&self, radius: f64) -> DVector<f64> {
            minimise_in_ball(&self.values, &self.vectors, self.c.as_slice(), self.rho, radius).unwrap()
        }

        fn size(&self) -> f64 {
            self.values.iter().fold(self.rho, |most, value| most.max(value.abs())) + self.rho * self.c.norm()
        }

        fn top(&self) -> f64 {
            self.values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
        }

        /// The certificate of a global minimiser over ‖w‖ = r: Aw + ρc = μw with μ ≥ λ₁. Returns μ.
        fn certify(&self, w: &DVector<f64>, radius: f64) -> f64 {
            assert!((w.norm() / radius - 1.0).abs() <= 4e-16 * self.values.len() as f64, "length {}", w.norm());
            let image = &self.a * w + &self.c * self.rho;
            let mu = image.dot(w) / (radius * radius);
            let tolerance = 1e-13 * self.size() * radius.max(1.0);
            assert!((image - w * mu).norm() <= tolerance, "not stationary");
            assert!(mu >= self.top() - tolerance, "not global: {mu} below {}", self.top());
            mu
        }

        /// Projected gradient descent over ‖w‖ = r, or over ‖w‖ ≤ r for a ball, from many starts.
        fn descend(&self, radius: f64, ball: bool) -> f64 {
            let step = 0.5 / self.size();
            let ends = (0..20).map(|start| {
                let mut w: DVector<f64> = scattered::<f64>(self.values.len(), 1, start).column(0).normalize() * radius;
                for _ in 0..2000 {
                    w += (&self.a * &w + &self.c * self.rho - &w * self.rho) * step;
                    if !ball || w.norm() > radius {
                        w *= radius / w.norm();
                    }
                }
                self.q(&w)
            });
            ends.fold(f64::INFINITY, f64::min)
        }
    }

    #[test]
    fn golden() {
        let identity = DMatrix::<f64>::identity(2, 2);
        let hard = minimise_on_sphere(&[2.0, 1.0], &identity, &[0.0, 0.5], 1.0).unwrap();
        assert!((hard - DVector::from_column_slice(&[0.75_f64.sqrt(), 0.5])).norm() < 1e-15);
        let order = minimise_on_sphere(&[1.0, 2.0], &identity, &[0.5, 0.0], 1.0).unwrap();
        assert!((order - DVector::from_column_slice(&[0.5, 0.75_f64.sqrt()])).norm() < 1e-15);
        let pulled = minimise_on_sphere(&[2.0, 1.0], &identity, &[0.6, 1.6], 1.0).unwrap();
        assert!((pulled - DVector::from_column_slice(&[0.6, 0.8])).norm() < 1e-15);
        let inside = minimise_in_ball(&[1.0, 0.0], &identity, &[0.1, 0.2], 2.0, 1.0).unwrap();
        assert!((inside - DVector::from_column_slice(&[0.2, 0.2])).norm() < 1e-15);
    }

    #[test]
    fn one_variable() {
        let one = DMatrix::<f64>::identity(1, 1);
        for (value, c, rho, expected) in
            [(3.0, 0.0, 1.0, 1.0), (3.0, -1e-300, 1e-200, -1.0), (-3.0, 2.0, 1.0, 1.0), (0.0, -5e-324, 1e-300, -1.0)]
        {
            assert_eq!(minimise_on_sphere(&[value], &one, &[c], rho).unwrap()[0], expected);
        }
        assert_eq!(minimise_in_ball(&[1.0], &one, &[1.0], 2.0, 7.0).unwrap()[0], 2.0);
        assert_eq!(minimise_in_ball(&[1.0], &one, &[-1.0], 2.0, 1.5).unwrap()[0], -1.5);
        assert_eq!(minimise_in_ball(&[3.0], &one, &[0.0], 2.0, 1e-150).unwrap()[0], 1e-150);
    }

    #[test]
    fn no_pull_gives_the_first_leading_eigenvector() {
        let vectors = scattered::<f64>(4, 4, 3).qr().q();
        let w = minimise_on_sphere(&[2.0, 2.0, 1.0, 0.0], &vectors, &[0.0; 4], 1.0).unwrap();
        assert!((w - vectors.column(0)).norm() < 1e-15);
    }

    #[test]
    fn the_hard_case_and_all_that_is_near_it() {
        let vectors = DMatrix::<f64>::identity(4, 4);
        for leading in [0.0, 5e-324, 1e-300, 1e-100, 1e-30, 1e-17, 1e-9, 1e-3] {
            for rest in [0.0, 1e-200, 0.3, 1.0 - 1e-16, 1.0, 1.0 + 1e-15, 1.1, 1e3] {
                for sign in [1.0, -1.0] {
                    let values = [3.0, 3.0, 2.0, -1.0];
                    let problem = Quadratic::new(&values, &[sign * leading, 0.0, rest, 0.0], 1.0, vectors.clone());
                    let w = problem.on_sphere();
                    problem.certify(&w, 1.0);
                    let expected = if leading > 0.0 { sign } else { 1.0 };
                    assert!(w[0] * expected > 0.0 || (w[0] == 0.0 && rest >= 1.0), "{leading} {rest} {sign}: {w}");
                }
            }
        }
    }

    #[test]
    fn a_grid_of_the_circle_finds_nothing_lower() {
        for seed in 0..40 {
            let problem = Quadratic::random(2, 0.1 + seed as f64 / 10.0, seed);
            let found = problem.q(&problem.on_sphere());
            let grid = (0..20_000).map(|i| std::f64::consts::TAU * i as f64 / 20_000.0);
            let best = grid.map(|angle| problem.q(&DVector::from_column_slice(&[angle.cos(), angle.sin()])));
            let best = best.fold(f64::INFINITY, f64::min);
            assert!(found <= best + 1e-14 && best - found < 1e-6);
        }
    }

    #[test]
    fn descent_from_many_starts_finds_nothing_lower_and_often_the_same() {
        for seed in 0..12 {
            let problem = Quadratic::random(5, 0.2 + seed as f64 / 3.0, seed);
            let (sphere, ball) = (problem.q(&problem.on_sphere()), problem.q(&problem.in_ball(0.7)));
            let gaps = [problem.descend(1.0, false) - sphere, problem.descend(0.7, true) - ball];
            assert!(gaps.iter().all(|gap| (-1e-13..1e-6).contains(gap)), "{seed}: {gaps:?}");
        }
    }

    #[test]
    fn what_is_no_problem_is_refused() {
        let identity = DMatrix::<f64>::identity(2, 2);
        assert!(minimise_on_sphere(&[1.0, 2.0], &identity, &[1.0, 0.0], 0.0).is_err());
        assert!(minimise_on_sphere(&[1.0, 2.0], &identity, &[1.0], 1.0).is_err());
        assert!(minimise_on_sphere(&[1.0], &identity, &[1.0], 1.0).is_err());
        assert!(minimise_on_sphere(&[1.0, f64::NAN], &identity, &[1.0, 0.0], 1.0).is_err());
        assert!(minimise_on_sphere(&[1.0, 2.0], &identity, &[f64::INFINITY, 0.0], 1.0).is_err());
        assert!(minimise_on_sphere::<f64>(&[], &DMatrix::zeros(0, 0), &[], 1.0).is_err());
        assert!(minimise_in_ball(&[1.0, 2.0], &identity, &[1.0, 0.0], 1.0, -1.0).is_err());
    }

    proptest! {
        #[test]
        fn the_sphere_has_its_certificate(values in prop::collection::vec(prop::sample::select(vec![-2.0, 0.0, 1.0, 1.0 + 1e-15, 3.0]), 1..9),
                                          pulls in prop::collection::vec(prop::sample::select(vec![0.0, 1e-18, 0.1, -1.0, 50.0]), 9),
                                          exponent in -12..5, seed: u64) {
            let d = values.len();
            let vectors = scattered::<f64>(d, d, seed).qr().q();
            let problem = Quadratic::new(&values, &pulls[..d], 10_f64.powi(exponent), vectors);
            let w = problem.on_sphere();
            problem.certify(&w, 1.0);
            prop_assert_eq!(w, problem.on_sphere());
        }

        #[test]
        fn the_ball_has_its_certificate(d in 1..9_usize, exponent in -4..4, radius in 0.01..5.0_f64, seed: u64) {
            let problem = Quadratic::random(d, 10_f64.powi(exponent), seed);
            let w = problem.in_ball(radius);
            if w.norm() < radius * (1.0 - 1e-12) {
                let gradient = &w * problem.rho - &problem.a * &w - &problem.c * problem.rho;
                prop_assert!(gradient.norm() <= 1e-13 * problem.size() * (1.0 + w.norm()));
                prop_assert!(problem.rho >= problem.top());
            } else {
                let mu = problem.certify(&w, radius);
                prop_assert!(mu >= problem.rho - 1e-11 * problem.size());
            }
        }

        /// The minimiser is that of every positive multiple of q, and moves in proportion to the radius and to c.
        #[test]
        fn no_scale_is_special(d in 1..7_usize, seed: u64, exponent in prop::sample::select(vec![-490, -300, 300, 490])) {
            let problem = Quadratic::random(d, 0.7, seed);
            let factor = 2.0_f64.powi(exponent);
            let values: Vec<f64> = problem.values.iter().map(|value| value * factor).collect();
            let c = problem.c.as_slice();
            let scaled = minimise_on_sphere(&values, &problem.vectors, c, 0.7 * factor).unwrap();
            prop_assert!((scaled - problem.on_sphere()).norm() <= 1e-15);
            let c: Vec<f64> = c.iter().map(|c| c * factor).collect();
            let scaled = minimise_in_ball(&problem.values, &problem.vectors, &c, 0.7, factor * 1.3).unwrap();
            prop_assert!((scaled / factor - problem.in_ball(1.3)).norm() <= 1e-14);
        }

        #[test]
        fn single_precision_too(d in 1..7_usize, seed: u64) {
            let problem = Quadratic::random(d, 0.7, seed);
            let values: Vec<f32> = problem.values.iter().map(|&value| value as f32).collect();
            let c = problem.c.map(|c| c as f32);
            let w = minimise_on_sphere(&values, &problem.vectors.map(|v| v as f32), c.as_slice(), 0.7).unwrap();
            prop_assert!((w.norm() - 1.0).abs() <= 1e-6);
            prop_assert!((problem.q(&w.map(f64::from)) - problem.q(&problem.on_sphere())).abs() <= 1e-5);
        }
    }
}
