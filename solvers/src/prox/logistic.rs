//! The loss of logistic regression.

use super::{along, entrywise, everywhere, negative_part};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// The most steps of Newton's method. Far from the root each step gains 1 in the argument of an exponential, and near
/// it convergence is quadratic.
const STEPS: usize = 1000;

/// Σ log(1 + exp(−xᵢ)) of margins x. `Margins` makes margins of scores and labels ±1.
///
/// prox(v, ρ) solves ρ(x − vᵢ) = σ(x) with σ(x) = 1/(1 + eˣ), which has its root in [vᵢ, vᵢ + 1/ρ] (Parikh and Boyd,
/// "Proximal Algorithms", 2014, §6.1.2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Logistic;

impl<T: Scalar> Prox<T> for Logistic {
    fn value(&self, x: &DMatrix<T>) -> T {
        x.iter().map(|&margin| (-margin).max(T::zero()) + (-margin.abs()).exp().ln_1p()).sum()
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        entrywise(v, rho, |v| root(v, rho))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        along(by, -negative_part(by).sum())
    }
}

/// Newton's method from the point of [v, v + 1/ρ] nearest to 0. As ρ(x − v) − σ(x) increases, convex below 0 and
/// concave above, every step from there goes the same way and none goes too far: rounding alone turns back.
fn root<T: Scalar>(v: T, rho: T) -> T {
    let (low, high) = (v, v + T::one() / rho);
    let newton = |x: T| {
        let share = T::one() / (T::one() + x.exp());
        let step = (share - rho * (x - v)) / (rho + share * (T::one() - share));
        (x + step).max(low).min(high)
    };
    let mut x = T::zero().max(low).min(high);
    let up = newton(x) > x;
    for _ in 0..STEPS {
        let next = newton(x);
        if next == x || (next > x) != up {
            break;
        }
        x = next;
    }
    x
}
