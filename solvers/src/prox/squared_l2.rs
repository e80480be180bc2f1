//! Half the sum of squares.

use super::{entrywise, everywhere, nowhere};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// ½‖x‖². `Translated` by b it is ½‖x − b‖².
///
/// prox(v, ρ) = ρ/(ρ + 1)·v (Beck, "First-Order Methods in Optimization", 2017, theorem 6.13). It is its own conjugate.
#[doc(alias = "ridge")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SquaredL2;

impl<T: Scalar> Prox<T> for SquaredL2 {
    fn value(&self, x: &DMatrix<T>) -> T {
        x.norm_squared() / T::of(2.0)
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        entrywise(v, rho, |v| v / (T::one() + T::one() / rho))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        nowhere(by)
    }
}
