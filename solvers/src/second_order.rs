//! The certificate of second order: whether a stationary point of a smooth function on a manifold is a local minimum.
//!
//! ```
//! use admm::nalgebra::DMatrix;
//! use admm::{Result, Smooth};
//! use admm_solvers::second_order::{Examination, Verdict};
//! use admm_solvers::set::UnitColumns;
//!
//! struct Captured; // −½ wᵀ diag(3, 2, 1) w, which is lowest at ±e₁
//! impl Smooth<f64> for Captured {
//!     type Point = DMatrix<f64>;
//!     fn value_and_gradient(&self, w: &DMatrix<f64>) -> Result<(f64, DMatrix<f64>)> {
//!         let image = DMatrix::from_fn(3, 1, |i, _| -(3.0 - i as f64) * w[i]);
//!         Ok((0.5 * w.dot(&image), image))
//!     }
//! }
//!
//! let on_sphere = Examination { on: &UnitColumns, symmetries: &[], tolerance: 1e-8, max_products: 100, seed: 0 };
//! let axis = |axis| DMatrix::from_fn(3, 1, |i, _| if i == axis { 1.0 } else { 0.0 });
//!
//! let (at_minimum, _) = on_sphere.of(&Captured, &axis(0))?;
//! assert_eq!(at_minimum.verdict, Verdict::Minimum);
//! assert!((at_minimum.eigenvalues[0] - 1.0).abs() < 1e-8, "3 − 2");
//!
//! let (at_second, lower) = on_sphere.of(&Captured, &axis(1))?;
//! let Verdict::Saddle(escape) = at_second.verdict else { panic!("{at_second}") };
//! assert!((escape.curvature + 1.0).abs() < 1e-8, "2 − 3");
//! assert!(Captured.value_and_gradient(&lower)?.0 < -1.4, "a step along the first axis");
//! # Ok::<(), admm::Error>(())
//! ```

mod escape;
mod hessian;
mod krylov;

use crate::scalar::Scalar;
use admm::check::Sample;
use admm::random::SplitMix64;
use admm::space::Space;
use admm::{ConstraintSet, Error, Point, Result, Smooth};
pub use escape::Escape;
pub(crate) use hessian::difference_length;
use hessian::{Hessian, tangent};
use krylov::{Krylov, Pair, Spectrum, orthonormal};
use serde::{Deserialize, Serialize};
use std::fmt::{self, Display};

/// The examination of a stationary point x of f, whose coupled matrix lies on a manifold, with all other entries free.
///
/// The smallest eigenvalues of the Riemannian Hessian come from the method of Lanczos with full reorthogonalisation, on
/// the tangent directions that no symmetry of f explains. A product with the Hessian takes two evaluations of f:
///
/// Hess f(x)\[ξ\] ≈ P(grad f(R(hξ)) − grad f(R(−hξ)))/2h
///
/// with the tangent projection P at x and the retraction R (Boumal, "An Introduction to Optimization on Smooth Manifolds",
/// 2023, §5.5 and §10.6; Absil, Mahony and Sepulchre, "Optimization Algorithms on Matrix Manifolds", 2008, §5.5). It
/// serves every function that has a gradient and every smooth set, and is exact to about ε^⅔ of the largest eigenvalue.
#[derive(Clone, Copy)]
pub struct Examination<'a, T: Scalar, P> {
    /// The manifold of the coupled matrix.
    pub on: &'a dyn ConstraintSet<T>,
    /// Directions in which f is known not to change at x, independent or not. None of them counts.
    pub symmetries: &'a [P],
    /// The norm of the Riemannian gradient up to which x counts as stationary.
    pub tolerance: f64,
    /// The most products with the Hessian.
    pub max_products: usize,
    /// The seed of the start of Lanczos's method.
    pub seed: u64,
}

/// The certificate of second order, as an [`Examination`] writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SecondOrder {
    /// The verdict on the point.
    pub verdict: Verdict,
    /// The smallest eigenvalues of the Riemannian Hessian but for the symmetries, ascending, three at most. A repeated one
    /// may count once. None if the point is not stationary.
    pub eigenvalues: Vec<f64>,
    /// The errors that each of them may have: the residual of its eigenvector, the errors of the products, and what the
    /// eigenvalue changes, to first order, on the way to the stationary point nearby.
    pub errors: Vec<f64>,
    /// The largest eigenvalue that was seen.
    pub largest: f64,
    /// The probability, over the random start, that an eigenvalue below 0 was overlooked; 0 where the whole space was
    /// searched.
    pub overlooked: f64,
    /// The number of independent directions of symmetry.
    pub symmetries: usize,
    /// Products with the Hessian.
    pub products: u64,
    /// Passes over the data, those of the line search included.
    pub passes: u64,
}

/// The verdict on a stationary point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// A local minimum, strict but for the symmetries.
    Minimum,
    /// A saddle point, or a maximum: there is a direction in which f falls, and a step along it was made.
    Saddle(Escape),
    /// Neither was shown: why.
    Undecided(String),
}

/// The number of the smallest eigenvalues that are kept.
const KEPT: usize = 3;
/// The number of products between two looks at the eigenvalues.
const EVERY: usize = 8;
/// The probability that a minimum may be claimed in error.
const LIKELY: f64 = 1e-6;

impl<T: Scalar, P: Point<T> + Sample<T>> Examination<'_, T, P> {
    /// Examines x. The other result is the lowest point that was seen: x itself, or beyond a saddle the end of the line
    /// search, from which a descent may begin anew.
    ///
    /// # Errors
    /// [`Error::Parameters`] for a set that is no manifold, and those of f and of the set.
    pub fn of<F: Smooth<T, Point = P>>(&self, f: &F, x: &P) -> Result<(SecondOrder, P)> {
        let geometry = self.on.geometry();
        if !geometry.is_smooth() {
            let problem = format!("must be a smooth manifold for a certificate of second order, got {geometry}");
            return Err(Error::parameter("on", problem));
        }
        let mut hessian = Hessian::at(f, self.on, x)?;
        let (gradient, tolerance) = (hessian.slope(), self.tolerance);
        if gradient > tolerance {
            let reason = format!("the point is not stationary: the gradient is {gradient:.1e}, above {tolerance:.1e}");
            return Ok((SecondOrder { passes: hessian.passes(), ..SecondOrder::undecided(reason) }, x.clone()));
        }
        let symmetric = self.symmetries.iter().map(|direction| tangent(self.on, x, direction.clone()));
        let symmetric = orthonormal(symmetric.collect::<Result<_>>()?);
        let spectrum = self.spectrum(&mut hessian, &symmetric)?;
        let Some(spectrum) = spectrum else {
            return Ok((SecondOrder::undecided("all directions are symmetries".into()), x.clone()));
        };
        let errors = errors(&mut hessian, &spectrum)?;
        let (verdict, lowest) = verdict(&mut hessian, &spectrum, &errors)?;
        let certificate = SecondOrder {
            verdict,
            eigenvalues: spectrum.lowest.iter().map(|pair| pair.value).collect(),
            errors,
            largest: spectrum.largest,
            overlooked: spectrum.overlooked(x.sizes().count()),
            symmetries: symmetric.len(),
            products: spectrum.products as u64,
            passes: hessian.passes(),
        };
        Ok((certificate, lowest.unwrap_or_else(|| x.clone())))
    }

    /// The smallest eigenvalues, as soon as they decide; nothing where there are no directions.
    fn spectrum<F: Smooth<T, Point = P>>(
        &self,
        hessian: &mut Hessian<'_, T, F>,
        symmetric: &[P],
    ) -> Result<Option<Spectrum<P>>> {
        let mut random = SplitMix64(self.seed);
        let start = hessian.at.sample(&mut || T::of(random.normal()));
        let mut krylov = Krylov::from(tangent(self.on, hessian.at, start)?, symmetric);
        let entries = hessian.at.sizes().count();
        loop {
            let (manifold, at) = (self.on, hessian.at);
            let extended = krylov.extend(|xi| hessian.product(xi), |rest| tangent(manifold, at, rest))?;
            let ended = !extended || krylov.products() >= self.max_products;
            if krylov.products() == 0 {
                return Ok(None);
            }
            if ended || krylov.products().is_multiple_of(EVERY) {
                let spectrum = krylov.spectrum(KEPT)?;
                if ended || spectrum.decides(entries) {
                    return Ok(Some(spectrum));
                }
            }
        }
    }
}

impl<P> Spectrum<P> {
    /// Returns true if the sign of the smallest eigenvalue is known, and its size to a tenth.
    fn decides(&self, entries: usize) -> bool {
        let Pair { value, residual, .. } = self.lowest[0];
        value.abs() > self.error && residual <= 0.1 * value.abs() && self.overlooked(entries) <= LIKELY
    }

    /// Returns an upper bound of the probability that an eigenvalue that is not positive was overlooked.
    ///
    /// It is 1.648 √N exp(−(2m − 1)√(θ/θ_max)) after m products in N dimensions, for the smallest eigenvalue θ > 0 of the
    /// Krylov space. See Kuczyński and Woźniakowski, "Estimating the largest eigenvalue by the power and Lanczos algorithms
    /// with a random start" (1992, theorem 4.1).
    fn overlooked(&self, entries: usize) -> f64 {
        let lowest = self.lowest[0].value;
        if self.complete || lowest <= 0.0 {
            return 0.0;
        }
        let products = (2 * self.products - 1) as f64;
        (1.648 * (entries as f64).sqrt() * (-products * (lowest / self.largest).sqrt()).exp()).min(1.0)
    }
}

/// Returns a bound on the error of each of the smallest eigenvalues.
fn errors<T: Scalar, F: Smooth<T>>(hessian: &mut Hessian<'_, T, F>, spectrum: &Spectrum<F::Point>) -> Result<Vec<f64>>
where
    F::Point: Sample<T>,
{
    let mut of = |pair: &Pair<F::Point>| {
        // The stationary point lies within 2‖g‖/|θ| (Kantorovich), and θ changes by ⟨∇³f[y, y], ·⟩ on the way.
        let known = pair.residual + spectrum.error;
        let way = 2.0 * hessian.slope() / pair.value.abs().max(known).max(f64::MIN_POSITIVE);
        Ok(known + hessian.bend(&pair.vector)? * way)
    };
    spectrum.lowest.iter().map(&mut of).collect()
}

/// The verdict, and the point beyond a saddle.
fn verdict<T: Scalar, F: Smooth<T>>(
    hessian: &mut Hessian<'_, T, F>,
    spectrum: &Spectrum<F::Point>,
    errors: &[f64],
) -> Result<(Verdict, Option<F::Point>)>
where
    F::Point: Sample<T>,
{
    let (lowest, error) = (&spectrum.lowest[0], errors[0]);
    let undecided = |reason| Ok((Verdict::Undecided(reason), None));
    if lowest.value < -error {
        return match hessian.escape(lowest)? {
            Some((escape, beyond)) => Ok((Verdict::Saddle(escape), Some(beyond))),
            None => undecided(format!("the curvature is {:.2e}, but rounding hides every decrease", lowest.value)),
        };
    }
    let within = spectrum.lowest.iter().zip(errors).find(|(pair, error)| pair.value <= **error);
    if let Some((pair, error)) = within {
        return undecided(format!(
            "an eigenvalue of the Hessian, {:.1e}, is 0 within its error, {error:.1e}",
            pair.value
        ));
    }
    let overlooked = spectrum.overlooked(hessian.at.sizes().count());
    if overlooked > LIKELY {
        let products = spectrum.products;
        return undecided(format!(
            "{products} products may overlook an eigenvalue below 0 (probability {overlooked:.1e})"
        ));
    }
    Ok((Verdict::Minimum, None))
}

impl SecondOrder {
    /// The certificate of a point of which nothing is shown.
    pub(crate) fn undecided(reason: String) -> Self {
        SecondOrder {
            verdict: Verdict::Undecided(reason),
            eigenvalues: Vec::new(),
            errors: Vec::new(),
            largest: 0.0,
            overlooked: 1.0,
            symmetries: 0,
            products: 0,
            passes: 0,
        }
    }

    /// The same for more directions, of which the Hessian has this smallest eigenvalue, apart from those examined.
    pub(crate) fn beside(mut self, curvature: f64) -> Self {
        let Some(&error) = self.errors.last() else { return self };
        if self.verdict == Verdict::Minimum && curvature <= error {
            let reason = "moves of W out of the span of the samples have a curvature of";
            self.verdict = Verdict::Undecided(format!("{reason} {curvature:.1e}, which is 0 within the error"));
        }
        let place = self.eigenvalues.partition_point(|value| *value <= curvature);
        self.eigenvalues.insert(place, curvature);
        self.errors.insert(place, error);
        self.eigenvalues.truncate(KEPT);
        self.errors.truncate(KEPT);
        self
    }

    /// `yes`, `no` or `–`, what the condition is, and the reason, as for the conditions of a
    /// [`Certificate`](admm::certificate::Certificate).
    pub fn line(&self) -> (&'static str, &'static str, String) {
        let (verdict, reason) = match &self.verdict {
            Verdict::Minimum => ("yes", self.figures()),
            Verdict::Saddle(escape) => ("no", escape.to_string()),
            Verdict::Undecided(reason) => ("–", reason.clone()),
        };
        (verdict, "strict local minimum", reason)
    }

    fn figures(&self) -> String {
        let values: Vec<_> = self.eigenvalues.iter().map(|value| format!("{value:.2e}")).collect();
        let error = self.errors.iter().fold(0.0_f64, |most, error| most.max(*error));
        let but = match self.symmetries {
            0 => String::new(),
            1 => ", but for 1 direction of symmetry".into(),
            count => format!(", but for {count} directions of symmetry"),
        };
        format!("the smallest eigenvalues of the Hessian are {} (± {error:.0e}){but}", values.join(", "))
    }
}

impl Display for SecondOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (verdict, condition, because) = self.line();
        write!(f, "{verdict:4} {condition}: {because}")
    }
}
