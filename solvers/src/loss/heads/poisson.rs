//! The Poisson loss of counts.

use super::each::{diagonal, sum};
use super::labels::check_numbers;
use crate::data::{Targets, check_each};
use crate::loss::Head;
use crate::scalar::Scalar;
use admm::Result;
use nalgebra::DMatrix;

/// Σⱼ of e^zⱼ − yⱼzⱼ − yⱼ + yⱼ log yⱼ, half the deviance of counts yⱼ ≥ 0 with the rates e^zⱼ: the log link.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Poisson;

impl<T: Scalar> Head<T> for Poisson {
    fn loss(&self, logits: &mut [T], target: &[T]) -> T {
        sum(logits, target, |z, y| {
            let (rate, least) = (z.exp(), if y > T::zero() { y * (y.ln() - T::one()) } else { T::zero() });
            (rate - y * z + least, rate - y)
        })
    }
    fn check(&self, targets: &Targets<T>) -> Result<()> {
        if let Targets::Numbers(y) = targets {
            check_each(y, |count| count >= T::zero(), "must be counts, not negative")?;
        }
        check_numbers(targets)
    }
    fn curvature(&self, logits: &DMatrix<T>, targets: &Targets<T>, weights: &[T]) -> DMatrix<T> {
        diagonal(logits, targets, weights, |z, _| z.exp())
    }
    fn constant(&self, means: &DMatrix<T>) -> (DMatrix<T>, DMatrix<T>) {
        (means.map(T::ln), means.clone())
    }
    fn predict(&self, logits: DMatrix<T>) -> DMatrix<T> {
        logits.map(T::exp)
    }
}
