//! The sum of square roots.

use crate::prox::{along, entrywise, everywhere};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// Σ √|xᵢ|. It is not convex.
///
/// prox(v, ρ) has 0 where |vᵢ| ≤ 3/2·ρ^(−2/3), and elsewhere 4/3·vᵢ cos²(θ/3) with cos θ = −¾√3/(ρ|vᵢ|^(3/2)): half
/// thresholding (Xu, Chang, Xu and Zhang, "L1/2 regularization: a thresholding representation theory and a fast solver",
/// 2012, theorem 1). There √t is the largest root of the cubic equation s³ − |vᵢ|s + 1/(2ρ) = 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LHalf;

impl<T: Scalar> Prox<T> for LHalf {
    fn value(&self, x: &DMatrix<T>) -> T {
        x.iter().map(|entry| entry.abs().sqrt()).sum()
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        let third = T::of(1.0 / 3.0);
        let least = T::of(1.5) * rho.powf(-third - third);
        entrywise(v, rho, |v| {
            let length = v.abs();
            if length <= least {
                return T::zero();
            }
            let angle = -T::of(0.75) * (T::of(3.0) / length).sqrt() / (rho * length);
            let root = (angle.max(-T::one()).acos() * third).cos();
            T::of(4.0) * third * v * root * root
        })
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    /// It grows more slowly than any linear function.
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        along(by, T::zero())
    }
    fn is_nonconvex(&self) -> bool {
        true
    }
}
