//! The squared loss.

use super::each::{diagonal, sum};
use super::labels::check_numbers;
use crate::data::Targets;
use crate::loss::Head;
use crate::scalar::Scalar;
use admm::Result;
use nalgebra::DMatrix;

/// ½‖z − y‖², of numbers: regression with one or several outputs. For given V the best B is a linear system, and the
/// model of the Hessian is exact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Squared;

impl<T: Scalar> Head<T> for Squared {
    fn loss(&self, logits: &mut [T], target: &[T]) -> T {
        sum(logits, target, |z, y| ((z - y) * (z - y) * T::of(0.5), z - y))
    }
    fn check(&self, targets: &Targets<T>) -> Result<()> {
        check_numbers(targets)
    }
    fn curvature(&self, logits: &DMatrix<T>, targets: &Targets<T>, weights: &[T]) -> DMatrix<T> {
        diagonal(logits, targets, weights, |_, _| T::one())
    }
    fn largest_curvature(&self) -> Option<T> {
        Some(T::one())
    }
    fn constant(&self, means: &DMatrix<T>) -> (DMatrix<T>, DMatrix<T>) {
        (means.clone(), DMatrix::from_element(means.len(), 1, T::one()))
    }
}
