//! The divergence of intensities from counts.

use super::{barrier_root, check, negative_part, sized};
use crate::data::check_each;
use crate::scalar::{Scalar, norm};
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// Σ xᵢ − bᵢ + bᵢ log(bᵢ/xᵢ) for counts bᵢ ≥ 0, and ∞ off x ≥ 0: the Kullback–Leibler divergence of x from b. It is the
/// negative log-likelihood of Poisson's distribution with the rates x, up to a constant. With the rates exp(x) it is
/// [`Poisson`](super::Poisson).
///
/// prox(v, ρ) is the root xᵢ ≥ 0 of ρx² + (1 − ρvᵢ)x − bᵢ (Figueiredo and Bioucas-Dias, "Restoration of Poissonian images
/// using alternating direction optimization", 2010, equation 23).
#[derive(Debug, Clone, PartialEq)]
pub struct KullbackLeibler<T: Scalar> {
    counts: DMatrix<T>,
}

impl<T: Scalar> KullbackLeibler<T> {
    /// # Errors
    /// Counts that are negative or not finite, with the first of them.
    pub fn new(counts: DMatrix<T>) -> Result<Self> {
        let holds = |count: T| count.is_finite() && count >= T::zero();
        check_each(&counts, holds, "must be counts, finite and not negative")?;
        Ok(KullbackLeibler { counts })
    }
}

impl<T: Scalar> Prox<T> for KullbackLeibler<T> {
    fn value(&self, x: &DMatrix<T>) -> T {
        let zero = T::zero();
        let divergence = |x: T, b: T| if b > zero { (x - b) + b * (b / x).ln() } else { x };
        let of = |x: T, b: T| if x >= zero { divergence(x, b) } else { T::of(f64::INFINITY) };
        sized(x, self.counts.shape(), || x.iter().zip(&self.counts).map(|(&x, &b)| of(x, b)).sum())
    }
    /// # Errors
    /// [`Error::Size`] for a v that is not of the size of b.
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        Error::check_size("the rates of counts", self.counts.shape(), v.shape())?;
        let rate = |v: T, b: T| {
            let without = v - T::one() / rho;
            if b > T::zero() {
                barrier_root(without, T::of(2.0) * (b.sqrt() / rho.sqrt()))
            } else {
                without.max(T::zero())
            }
        };
        Ok(v.zip_map(&self.counts, rate))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        Some(Support { value: T::zero(), violation: norm(negative_part(&-y).as_slice()) })
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        let violation = norm(negative_part(by).as_slice());
        Some(Recession { value: by.sum(), violation, length: norm(by.as_slice()) })
    }
}
