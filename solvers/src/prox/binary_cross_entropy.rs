//! The loss of probabilities of two classes.

use super::{check, increasing_root, nowhere, sized};
use crate::data::check_each;
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// −Σ bᵢ log xᵢ + (1 − bᵢ) log(1 − xᵢ) of probabilities x, for targets 0 ≤ bᵢ ≤ 1; ∞ off 0 ≤ xᵢ ≤ 1. A loss of logits
/// is [`Logistic`](super::Logistic) with [`Margins`](super::Margins), or [`CrossEntropy`](super::CrossEntropy).
///
/// prox(v, ρ) solves ρ(x − vᵢ)x(1 − x) + x − bᵢ = 0 in [0, 1], entry by entry: the derivative of the objective times
/// x(1 − x).
#[derive(Debug, Clone, PartialEq)]
pub struct BinaryCrossEntropy<T: Scalar> {
    targets: DMatrix<T>,
}

impl<T: Scalar> BinaryCrossEntropy<T> {
    /// # Errors
    /// Targets that are not between 0 and 1, with the first of them.
    pub fn new(targets: DMatrix<T>) -> Result<Self> {
        let holds = |target: T| target >= T::zero() && target <= T::one();
        check_each(&targets, holds, "must be probabilities, from 0 to 1")?;
        Ok(BinaryCrossEntropy { targets })
    }
}

impl<T: Scalar> Prox<T> for BinaryCrossEntropy<T> {
    fn value(&self, x: &DMatrix<T>) -> T {
        let one = T::one();
        let of = |x: T, b: T| charge(x, b, x.ln()) + charge(one - x, one - b, (-x).ln_1p());
        sized(x, self.targets.shape(), || x.iter().zip(&self.targets).map(|(&x, &b)| of(x, b)).sum())
    }
    /// # Errors
    /// [`Error::Size`] for a v that is not of the size of the targets.
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        Error::check_size("the probabilities of targets", self.targets.shape(), v.shape())?;
        Ok(v.zip_map(&self.targets, |v, b| root(v, b, rho)))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        Some(Support { value: y.iter().map(|y| y.max(T::zero())).sum(), violation: T::zero() })
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        nowhere(by)
    }
}

/// −weight·log x, where 0·log 0 = 0.
fn charge<T: Scalar>(x: T, weight: T, log: T) -> T {
    if x < T::zero() || x == T::zero() && weight > T::zero() {
        T::of(f64::INFINITY)
    } else if weight == T::zero() {
        T::zero()
    } else {
        -weight * log
    }
}

/// The root in [0, 1]. The half with the root is looked at from its end, x or 1 − x, so that a probability near 0 is
/// accurate. One near 1 stays below it by rounding, where the loss is finite.
fn root<T: Scalar>(v: T, b: T, rho: T) -> T {
    let (half, one) = (T::of(0.5), T::one());
    // At ½ the derivative is ρ(½ − v) + 4(½ − b).
    let upper = (half - v) * rho < T::of(4.0) * (b - half);
    let (v, b) = if upper { (one - v, one - b) } else { (v, b) };
    let derivative = |x: T| {
        let spread = x * (one - x);
        (rho * (x - v) * spread + (x - b), rho * (spread + (x - v) * (one - x - x)) + one)
    };
    // Without a charge for 0 the end itself may be the minimiser: where the derivative at 0, 1 − ρv, is not negative.
    let at_end = b == T::zero() && rho * v <= one;
    let x = if at_end { T::zero() } else { increasing_root(T::zero(), half, derivative) };
    match (upper, b > T::zero()) {
        (false, _) => x,
        (true, true) => one - x.max(T::EPSILON * half),
        (true, false) => one - x,
    }
}
