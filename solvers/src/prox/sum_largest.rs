//! The sum of the largest entries.

use super::{along, check, counted, everywhere};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// The sum of the r largest entries of x, and of all if there are no more than r. With r = 1 it is max xᵢ.
///
/// The conjugate is the indicator of {y : 0 ≤ yᵢ ≤ 1, Σyᵢ = r} (Boyd and Vandenberghe, "Convex Optimization", 2004,
/// exercise 3.33). So prox(v, ρ) has the entries vᵢ − min(max(vᵢ − τ, 0), 1/ρ), with the τ at which they are lowered by
/// r/ρ in all: Moreau's identity.
///
/// # Errors
/// `prox` reports [`Error::Parameters`](admm::Error::Parameters) for r = 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SumLargest {
    /// The number r ≥ 1 of entries.
    pub count: usize,
}

impl<T: Scalar> Prox<T> for SumLargest {
    fn value(&self, x: &DMatrix<T>) -> T {
        sum_of_largest(x.as_slice().to_vec(), self.count)
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        counted(self.count)?;
        let most = T::one() / rho;
        if self.count >= v.len() {
            return Ok(v.map(|entry| entry - most));
        }
        let (pivot, level) = capped_waterline(v.as_slice().to_vec(), self.count, most);
        Ok(v.map(|entry| entry - ((entry - pivot) - level).max(T::zero()).min(most)))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        along(by, self.value(by))
    }
}

/// The sum of the `count` largest of some numbers.
pub(super) fn sum_of_largest<T: Scalar>(mut x: Vec<T>, count: usize) -> T {
    x.sort_by(|a, b| b.partial_cmp(a).unwrap_or(std::cmp::Ordering::Equal));
    x.into_iter().take(count).sum()
}

/// The τ with Σ min(max(xᵢ − τ, 0), most) = count·most, for more than `count` numbers: as one of them, the pivot, and τ
/// less the pivot. Differences to the pivot keep their accuracy where τ itself would lose it.
///
/// The pivot p is the largest number but `count` − 1. At τ = p the sum has fewer than `count` terms, and at τ = p − most
/// it has at least so many of the largest possible size. Between them its slope changes where a term leaves 0, τ = xᵢ, or
/// reaches its largest size, τ = xᵢ − most.
pub(super) fn capped_waterline<T: Scalar>(mut x: Vec<T>, count: usize, most: T) -> (T, T) {
    x.sort_by(|a, b| b.partial_cmp(a).expect("entries are finite"));
    let (pivot, zero) = (x[count - 1], T::zero());
    let above = || x.iter().map(|&x| x - pivot).filter(|&x| x > zero);
    let mut missing = T::of(count as f64) * most - above().map(|x| x.min(most)).sum::<T>();
    let mut terms = above().filter(|&x| x < most).count() as f64;
    let starts = x.iter().map(|&x| (x - pivot, 1.0)).filter(|(x, _)| *x <= zero);
    let stops = above().map(|x| (x - most, -1.0)).filter(|(x, _)| *x <= zero);
    let mut bends: Vec<(T, f64)> = starts.chain(stops).collect();
    bends.sort_by(|(a, _), (b, _)| b.partial_cmp(a).expect("entries are finite"));
    let mut level = zero;
    for (at, change) in bends {
        let filled = T::of(terms) * (level - at);
        if filled >= missing && terms > 0.0 {
            break;
        }
        (missing, level, terms) = (missing - filled, at, terms + change);
    }
    (pivot, (level - missing / T::of(terms.max(1.0))).max(-most))
}
