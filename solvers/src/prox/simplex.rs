//! Points of a simplex.

use super::{bounded, check, indicator, nowhere, positive};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// The indicator of {x : xᵢ ≥ 0, Σxᵢ = s}. With s = 1 those are the probabilities, `Columnwise(Simplex { total: 1.0 })`
/// those of each column, and the conjugate is max xᵢ.
///
/// The nearest point has the entries max(vᵢ − τ, 0), with the τ at which they add up to s (Parikh and Boyd, "Proximal
/// Algorithms", 2014, §6.2.5). Sorting finds it (Held, Wolfe and Crowder, "Validation of subgradient optimization",
/// 1974).
///
/// # Errors
/// `prox` reports [`Error::Parameters`](admm::Error::Parameters) for an s that is not a number above 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Simplex {
    /// The sum s > 0 of the entries.
    pub total: f64,
}

impl<T: Scalar> Prox<T> for Simplex {
    fn value(&self, x: &DMatrix<T>) -> T {
        indicator(x, self.prox(x, T::one()))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        let (highest, depth) = waterline(v.iter().copied(), positive(self.total, "total")?);
        Ok(v.map(|entry| ((entry - highest) + depth).max(T::zero())))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        bounded(T::of(self.total) * y.max())
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        nowhere(by)
    }
}

/// The τ with Σ max(xᵢ − τ, 0) = total, as the largest entry and how far τ is below it: differences to the largest
/// entry keep their accuracy where τ itself would lose it.
pub(crate) fn waterline<T: Scalar>(x: impl Iterator<Item = T>, total: T) -> (T, T) {
    let mut sorted: Vec<T> = x.collect();
    sorted.sort_by(|a, b| b.partial_cmp(a).expect("entries are finite"));
    let (highest, mut sum, mut depth) = (sorted[0], T::zero(), total);
    for (i, &entry) in sorted.iter().enumerate() {
        if highest - entry >= depth {
            break;
        }
        sum += highest - entry;
        depth = (total + sum) / T::of((i + 1) as f64);
    }
    (highest, depth)
}
