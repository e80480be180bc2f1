//! The cube of the Euclidean norm.

use super::{check, everywhere, nowhere};
use crate::scalar::{Scalar, norm, set_length};
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// ‖x‖³, the term of cubic regularisation (Nesterov and Polyak, "Cubic regularization of Newton method and its global
/// performance", 2006).
///
/// prox(v, ρ) = 2/(1 + √(1 + 12‖v‖/ρ))·v: where ρ(x − v) + 3‖x‖x = 0 (Beck, "First-Order Methods in Optimization", 2017,
/// example 6.20).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CubedL2;

impl<T: Scalar> Prox<T> for CubedL2 {
    fn value(&self, x: &DMatrix<T>) -> T {
        norm(x.as_slice()).powi(3)
    }
    /// ‖v‖/ρ may overflow, the product of its roots does not.
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        let length = norm(v.as_slice());
        let root = T::one().hypot((T::of(12.0) / rho).sqrt() * length.sqrt());
        let mut x = v.clone();
        set_length(x.as_mut_slice(), length * (T::of(2.0) / (T::one() + root)));
        Ok(x)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        nowhere(by)
    }
}
