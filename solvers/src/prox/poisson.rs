//! The loss of counts with a log link.

use super::{entrywise, everywhere, negative_part, sized};
use crate::data::check_each;
use crate::scalar::{Scalar, norm};
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// The most steps of Newton's method. Far from the root each step loses 1 in the argument of an exponential, and near
/// it convergence is quadratic.
const STEPS: usize = 1000;

/// Σ exp(xᵢ) − yᵢxᵢ for counts y: the negative log-likelihood of Poisson's distribution with the rates exp(xᵢ).
///
/// prox(v, ρ) solves x + exp(x)/ρ = vᵢ + yᵢ/ρ, entry by entry.
///
/// ```
/// use admm::{Prox, nalgebra::DMatrix};
/// use admm_solvers::prox::Poisson;
///
/// let f = Poisson::<f64>::new(DMatrix::from_row_slice(1, 2, &[3.0, 0.0]))?;
/// let x = f.prox(&DMatrix::zeros(1, 2), 2.0)?;
/// assert!((x[0].exp() - 3.0 + 2.0 * x[0]).abs() < 1e-14 && (x[1].exp() + 2.0 * x[1]).abs() < 1e-14);
/// # Ok::<(), admm::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Poisson<T: Scalar> {
    counts: DMatrix<T>,
}

impl<T: Scalar> Poisson<T> {
    /// # Errors
    /// Counts that are negative or not finite, with the first of them.
    pub fn new(counts: DMatrix<T>) -> Result<Self> {
        check_each(
            &counts,
            |count| count.is_finite() && count >= T::zero(),
            "must be counts, finite and not negative",
        )?;
        Ok(Poisson { counts })
    }
}

impl<T: Scalar> Prox<T> for Poisson<T> {
    fn value(&self, x: &DMatrix<T>) -> T {
        let value = || x.iter().zip(&self.counts).map(|(&x, &count)| x.exp() - count * x).sum();
        sized(x, self.counts.shape(), value)
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        Error::check_size("the target of a proximal operator", self.counts.shape(), v.shape())?;
        let mut counts = self.counts.iter();
        entrywise(v, rho, |v| root(v + *counts.next().expect("a count for each entry") / rho, rho))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        let (value, outside) = (-self.counts.dot(&negative_part(by)), negative_part(&-by));
        Some(Recession { value, violation: norm(outside.as_slice()), length: norm(by.as_slice()) })
    }
}

/// The root of x + exp(x)/ρ = a by Newton's method from above. The function increases and is convex, so every step goes
/// down and none goes too far: rounding alone turns back. The root is at most a, and at most log(ρa) where it is
/// positive.
pub(super) fn root<T: Scalar>(a: T, rho: T) -> T {
    let bound = if a > T::zero() { (rho * a).ln().max(T::zero()) } else { a };
    let mut x = a.min(bound);
    for _ in 0..STEPS {
        let rate = x.exp();
        let next = x - (rho * (x - a) + rate) / (rho + rate);
        if next.partial_cmp(&x) != Some(std::cmp::Ordering::Less) {
            break;
        }
        x = next;
    }
    x
}
