//! A function with a weight.

use super::positive;
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// The function w·f(x).
///
/// prox(v, ρ) = prox_f(v, ρ/w) (Parikh and Boyd, "Proximal Algorithms", 2014, §2.2).
///
/// # Errors
/// `retune` and `prox` report [`Error::Parameters`](admm::Error::Parameters) for a weight that is not a number above 0,
/// and the errors of f.
///
/// ```
/// use admm::Prox;
/// use admm_solvers::prox::{L1, Scaled};
/// use admm::nalgebra::DMatrix;
///
/// let lasso = Scaled { weight: 0.5, of: L1 };
/// let v = DMatrix::from_column_slice(3, 1, &[2.0, -0.25, -4.0]);
/// assert_eq!(lasso.prox(&v, 1.0)?.as_slice(), [1.5, 0.0, -3.5]);
/// # Ok::<(), admm::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scaled<P> {
    /// The weight w > 0.
    pub weight: f64,
    /// The function f.
    pub of: P,
}

impl<P> Scaled<P> {
    /// Returns the penalty ρ/w of f.
    fn shared<T: Scalar>(&self, rho: T) -> Result<T> {
        let weight: T = positive(self.weight, "weight")?;
        Ok(rho / weight)
    }
}

impl<T: Scalar, P: Prox<T>> Prox<T> for Scaled<P> {
    fn value(&self, x: &DMatrix<T>) -> T {
        T::of(self.weight) * self.of.value(x)
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        self.of.prox(v, self.shared(rho)?)
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        self.of.retune(self.shared(rho)?)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        self.of.support(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        let recession = self.of.recession(by)?;
        Some(Recession { value: recession.value * T::of(self.weight), ..recession })
    }
    fn is_nonconvex(&self) -> bool {
        self.of.is_nonconvex()
    }
}
