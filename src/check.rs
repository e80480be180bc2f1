//! The check kit: tests that a block of your own must pass, in one line each.
//!
//! | You wrote | Check | Laws |
//! |---|---|---|
//! | [`Smooth`](crate::Smooth) | [`gradient`] | Taylor's remainder is of second order |
//! | a product with the Hessian | [`hessian_vector`] | the same for the gradient; symmetric and linear |
//! | an operator and its transpose | [`adjoint`] | ⟨Kx, y⟩ = ⟨x, Kᵀy⟩ |
//! | [`Prox`](crate::Prox) | [`prox`], [`convex_prox`], [`moreau`] | nothing is lower; firmly non-expansive; v = prox + prox* |
//! | [`ConstraintSet`](crate::ConstraintSet) | [`constraint_set`], [`retraction`] | tangent projects, retraction lands and follows, projection is nearest; linear or convex as it says |
//! | [`Subproblem`](crate::Subproblem) | [`subproblem`], [`operator`] | argmin lowers, settles, repeats, resumes, refuses; K is linear, Kᵀ is its adjoint |
//! | two blocks that fit | [`verdict`] | a converged run is where a more accurate one ends |
//!
//! ```
//! use admm::{Result, Smooth, check};
//! use admm::nalgebra::DMatrix;
//!
//! struct Distance(DMatrix<f64>); // ½‖x − b‖²
//! impl Smooth<f64> for Distance {
//!     type Point = DMatrix<f64>;
//!     fn value_and_gradient(&self, x: &DMatrix<f64>) -> Result<(f64, DMatrix<f64>)> {
//!         let gap = x - &self.0;
//!         Ok((gap.norm_squared() / 2.0, gap * 1.001)) // wrong by a thousandth
//!     }
//! }
//!
//! let x = DMatrix::from_column_slice(2, 1, &[3.0, -1.0]);
//! let report = check::gradient(&Distance(DMatrix::zeros(2, 1)), &x)?;
//! assert!(!report.passed());
//! // gradient: FAILED
//! //   FAILED  order of |f(x + th) − f(x) − t⟨∇f(x), h⟩| in t: 1.00, at least 1.80 expected
//! //           remainder … at t = … along direction …; entry 0: the gradient says 3.003000, differences say 3.000000
//! println!("{report}");
//! assert!(report.to_string().contains("entry 0: the gradient says 3.003000, differences say 3.000000"));
//! # Ok::<(), admm::Error>(())
//! ```
//!
//! In a test, `check::gradient(&f, &x)?.assert();` panics with the report if a law does not hold. An `Err` says that
//! the check could not be made at all, because f failed at x itself or returned a matrix of the wrong size.
//!
//! A check is deterministic: its directions, starts and targets come from a generator with a fixed seed. Bounds follow
//! the rounding of the scalar type, so a check in `f32` sees less. A passed check is evidence from samples, and no
//! proof.

mod adjoint;
mod constraint_set;
mod gradient;
mod hessian;
mod ladder;
mod prox;
mod sample;
mod search;
mod subproblem;
mod verdict;

pub use adjoint::{adjoint, operator};
pub use constraint_set::{constraint_set, retraction};
pub use gradient::gradient;
pub use hessian::hessian_vector;
pub use prox::{convex_prox, moreau, prox};
pub(crate) use sample::Random;
pub use sample::Sample;
pub use subproblem::subproblem;
pub use verdict::verdict;

use crate::Real;
use std::fmt;

/// The trials of a check and their results.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a report does nothing by itself: call `assert` or `passed`"]
pub struct Report {
    /// The name of the check.
    pub check: &'static str,
    /// One finding a law.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Returns true if every law held.
    pub fn passed(&self) -> bool {
        self.findings.iter().all(Finding::passed)
    }

    /// Checks that every law held.
    ///
    /// # Panics
    /// With the report where one did not.
    #[track_caller]
    pub fn assert(&self) {
        assert!(self.passed(), "{self}");
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.check, said(self.passed()))?;
        self.findings.iter().try_for_each(|finding| write!(f, "\n  {finding}"))
    }
}

fn said(passed: bool) -> &'static str {
    if passed { "passed" } else { "FAILED" }
}

/// One law: the worst that was measured against what was expected.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The quantity in question.
    pub law: &'static str,
    /// Its worst value over all trials. A slope, a relative gap, or a count of failures; NaN is the worst of all.
    pub measured: f64,
    /// The values that are expected.
    pub expected: Expected,
    /// The number of measurements. A law that could not be tried holds.
    pub trials: usize,
    /// The place of the worst measurement.
    pub witness: String,
}

/// The values that a measured quantity should have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Expected {
    /// The bound and below.
    AtMost(f64),
    /// The bound and above.
    AtLeast(f64),
}

impl Finding {
    /// Returns true if the law held.
    pub fn passed(&self) -> bool {
        self.trials == 0 || self.excess(self.measured) <= 0.0
    }

    fn at_most(law: &'static str, bound: f64) -> Self {
        Finding { law, measured: 0.0, expected: Expected::AtMost(bound), trials: 0, witness: String::new() }
    }

    fn at_least(law: &'static str, bound: f64) -> Self {
        Finding { expected: Expected::AtLeast(bound), ..Finding::at_most(law, bound) }
    }

    /// The law that a relative gap is rounding.
    fn rounding<T: Real>(law: &'static str) -> Self {
        Finding::at_most(law, rounding::<T>().to_f64())
    }

    /// Returns the distance of a measurement beyond its bound.
    fn excess(&self, measured: f64) -> f64 {
        match self.expected {
            Expected::AtMost(bound) => measured - bound,
            Expected::AtLeast(bound) => bound - measured,
        }
    }

    /// Takes a measurement in, and its witness if it is the worst so far.
    fn record(&mut self, measured: f64, witness: impl FnOnce() -> String) {
        let (now, worst) = (self.excess(measured), self.excess(self.measured));
        if self.trials == 0 || now > worst || now.is_nan() && !worst.is_nan() {
            self.measured = measured;
            self.witness = witness();
        }
        self.trials += 1;
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {}: ", said(self.passed()), self.law)?;
        if self.trials == 0 {
            return write!(f, "not tried");
        }
        let (side, bound) = match self.expected {
            Expected::AtMost(bound) => ("at most", bound),
            Expected::AtLeast(bound) => ("at least", bound),
        };
        write!(f, "{}, {side} {} expected", number(self.measured), number(bound))?;
        write!(f, "\n          {}{}", self.witness, if self.trials > 1 { " (the worst of " } else { "" })?;
        if self.trials > 1 { write!(f, "{})", self.trials) } else { Ok(()) }
    }
}

fn number(x: f64) -> String {
    if x == 0.0 || (0.01..1e4).contains(&x.abs()) || !x.is_finite() { format!("{x:.2}") } else { format!("{x:.1e}") }
}

/// The relative gap that passes for rounding: 4096 ε, which is 10⁻¹² in double precision.
fn rounding<T: Real>() -> T {
    T::of(4096.0) * T::EPSILON
}

/// |a − b| relative to the sizes of what they were computed from.
fn relative<T: Real>(gap: T, scale: T) -> f64 {
    if gap == T::zero() { 0.0 } else { (gap.abs() / scale.abs()).to_f64() }
}

/// The sizes of an element, for a witness.
fn at(place: &str, i: usize) -> String {
    format!("{place} {i}")
}
